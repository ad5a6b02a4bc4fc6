import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from generator.kubernetes import names

LABEL_63 = "a" * 63
LABEL = "is not a DNS label (1 to 63 of a-z, 0-9 and '-', a letter or digit at both ends)"
SUBDOMAIN = "is not a DNS subdomain (1 to 253 of a-z, 0-9, '-' and '.', a letter or digit at both ends of each part)"
VALUE = "is not a label value (at most 63 of letters, digits, '-', '_' and '.', a letter or digit at both ends)"
KEY = (
    "is not a label key (a DNS subdomain and '/' if any, then 1 to 63 of letters, digits, '-', '_' and '.', "
    "a letter or digit at both ends)"
)
ANNOTATION = KEY.replace("a label key", "an annotation key")
SEGMENT = "is not a path segment (anything without '/' and '%' but '.' and '..')"


@pytest.mark.parametrize("text", ["a", "0", "vision-train", "a--b", LABEL_63])
def test_dns_labels_are_fine(text):
    assert names.dns_label(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", LABEL),
        ("-", LABEL),
        (LABEL_63 + "a", LABEL),
        ("Vision_Train", LABEL + "; write 'vision-train'"),
        ("-a-", LABEL + "; write 'a'"),
        ("a.b", LABEL + "; write 'a-b'"),
        ("a\n", LABEL + "; write 'a'"),
        ("ünder", LABEL + "; write 'nder'"),
        ("٣", LABEL),
    ],
)
def test_what_is_no_dns_label_is_told_with_a_spelling_that_is(text, reason):
    assert names.dns_label(text) == reason


def test_a_subdomain_is_measured_whole_not_part_by_part():
    assert names.dns_subdomain("a" * 253) is None
    assert names.dns_subdomain("a" * 254) == SUBDOMAIN


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a..b", SUBDOMAIN),
        ("a.-b", SUBDOMAIN),
        (".a", SUBDOMAIN + "; write 'a'"),
        ("My.App", SUBDOMAIN + "; write 'my.app'"),
        ("a.b\n", SUBDOMAIN + "; write 'a.b'"),
    ],
)
def test_what_is_no_subdomain_is_told(text, reason):
    assert names.dns_subdomain(text) == reason


@pytest.mark.parametrize("text", ["", "a", "A_b.c-D", "0" * 63])
def test_label_values_are_fine(text):
    assert names.label_value(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a b", VALUE + "; write 'a-b'"),
        ("-a", VALUE + "; write 'a'"),
        ("a\n", VALUE + "; write 'a'"),
        ("0" * 64, VALUE),
        ("/", VALUE),
    ],
)
def test_what_is_no_label_value_is_told(text, reason):
    assert names.label_value(text) == reason


@pytest.mark.parametrize("text", ["a", "A_b.c", "kubernetes.io/metadata.name", "a" * 253 + "/" + "b" * 63])
def test_label_keys_are_fine(text):
    assert names.label_key(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", KEY),
        ("a/", KEY),
        ("/a", KEY),
        ("a/b/c", KEY),
        ("a" * 254 + "/b", KEY),
        ("a/" + "b" * 64, KEY),
        ("example.com/My Team", KEY + "; write 'example.com/My-Team'"),
        ("Example.com/a", KEY),
        ("a/b\n", KEY + "; write 'a/b'"),
    ],
)
def test_what_is_no_label_key_is_told(text, reason):
    assert names.label_key(text) == reason


def test_only_annotation_keys_may_have_capitals_in_their_prefix():
    assert names.annotation_key("Example.com/a") is None
    assert names.annotation_key("example.com/a b/c") == ANNOTATION


@pytest.mark.parametrize("text", ["a", "system:node", "...", "..a", ".a", " ", "ünder", "a\n", "x" * 300])
def test_path_segments_are_fine(text):
    assert names.path_segment(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", SEGMENT),
        (".", SEGMENT),
        ("..", SEGMENT),
        ("a/b", SEGMENT + "; write 'a-b'"),
        ("tenantry:%", SEGMENT + "; write 'tenantry:'"),
    ],
)
def test_what_is_no_path_segment_is_told(text, reason):
    assert names.path_segment(text) == reason


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("Namespace", "a.b", LABEL + "; write 'a-b'"),
        ("Service", "a.b", LABEL + "; write 'a-b'"),
        ("ServiceAccount", "a.b", None),
        ("Role", "tenantry:Launcher", None),
        ("RoleBinding", "a/b", SEGMENT + "; write 'a-b'"),
        ("ConfigMap", "tenantry:config", SUBDOMAIN + "; write 'tenantry-config'"),
        ("SomeCustomResource", "A", SUBDOMAIN + "; write 'a'"),
    ],
)
def test_the_kind_decides_how_an_object_may_be_named(kind, text, reason):
    assert names.object_name(kind, text) == reason


SCHEMAS = {what: Draft202012Validator(syntax.schema()) for what, syntax in names.SYNTAXES.items()}
NAME_LIKE = st.text(alphabet=string.ascii_letters + string.digits + "-._/%:\n é٣", max_size=12)
LONG = st.builds(lambda text, times: text * times, NAME_LIKE, st.sampled_from([1, 21, 22, 64, 128, 254]))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(names.SYNTAXES)), NAME_LIKE | LONG | st.text())
def test_a_schema_of_a_syntax_holds_for_the_same_texts(what, text):
    assert SCHEMAS[what].is_valid(text) == (names.SYNTAXES[what].refuse(text) is None)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(names.SYNTAXES)), NAME_LIKE)
def test_a_proposed_spelling_is_always_fine(what, text):
    syntax = names.SYNTAXES[what]
    reason = syntax.refuse(text)
    if reason is not None and "; write '" in reason:
        assert syntax.refuse(reason.rpartition("; write '")[2][:-1]) is None
