"""An object is written as kubectl prints it; a rendered file is told from an edited and from a foreign one."""

import copy
import datetime as dt
import json
import math
import re
from hashlib import sha256

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import emit
from generator.emit import Fixed, FixedList, Ownership, document, file_text, ownership, source_of
from generator.manifest import Manifest
from generator.problems import Place

TEXT = st.text(
    st.sampled_from([*"ay01:#\"'\\ -\t\n\r", "é", "\x85", "\u2028", "\ufeff", "😀", "\x00", "\x7f"]), max_size=12
)
VALUE = st.recursive(
    st.none() | st.integers(-9, 9) | TEXT,
    lambda v: st.lists(v, max_size=4) | st.dictionaries(TEXT, v, max_size=4),
    max_leaves=12,
)
BODY = st.dictionaries(TEXT, VALUE, max_size=4)


def test_an_object_looks_as_kubectl_prints_it():
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "reader", "annotations": {}, "finalizers": []},
        "rules": [
            {"apiGroups": ["", "batch"], "resources": ["pods/log"], "verbs": ["*"]},
            {"nonResourceURLs": ("/metrics",)},
        ],
        "matrix": [[1, 2.5], [], [[True, None]], {}],
    }
    assert document(role) == (
        "apiVersion: rbac.authorization.k8s.io/v1\n"
        "kind: Role\n"
        "metadata:\n"
        "  name: reader\n"
        "  annotations: {}\n"
        "  finalizers: []\n"
        "rules:\n"
        "- apiGroups:\n"
        '  - ""\n'
        "  - batch\n"
        "  resources:\n"
        "  - pods/log\n"
        "  verbs:\n"
        '  - "*"\n'
        "- nonResourceURLs:\n"
        "  - /metrics\n"
        "matrix:\n"
        "- - 1\n"
        "  - 2.5\n"
        "- []\n"
        "- - - true\n"
        "    - null\n"
        "- {}\n"
    )


def test_an_empty_object_is_an_empty_mapping():
    assert document({}) == "{}\n"


def test_keys_stay_in_the_order_of_the_builder():
    assert document({"b": 1, "a": {"d": 1, "c": 2}}) == "b: 1\na:\n  d: 1\n  c: 2\n"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"spec": {"x": {"a"}}}, "spec.x: a value of type 'set' cannot be written as YAML"),
        ({"spec": {"x": set()}}, "spec.x: a value of type 'set' cannot be written as YAML"),
        ({"spec": [{"day": dt.date(2001, 1, 1)}]}, "spec[0].day: a value of type 'date' cannot be written as YAML"),
        ({"data": [[b"x"]]}, "data[0][0]: a value of type 'bytes' cannot be written as YAML"),
        ({"a": Fixed({"b": FixedList([object()])})}, "a.b[0]: a value of type 'object' cannot be written as YAML"),
        (
            {"x": {"y": math.nan}},
            "x.y: not a finite number, or an integer of more than the 64 bits that Kubernetes keeps",
        ),
        ({"x": [-math.inf]}, "x[0]: not a finite number, or an integer of more than the 64 bits that Kubernetes keeps"),
        ({"x": 2**63}, "x: not a finite number, or an integer of more than the 64 bits that Kubernetes keeps"),
        ({"x": -(10**400)}, "x: not a finite number, or an integer of more than the 64 bits that Kubernetes keeps"),
        ({"x": {"y": "a\ud800"}}, "x.y: a string holds U+D800, half a character, which no file can hold"),
        ({"x": {1: "a"}}, "x.1: a key of type 'int' is not a string"),
        ({"x": {True: "a"}}, "x.True: a key of type 'bool' is not a string"),
        ({None: "a"}, "None: a key of type 'NoneType' is not a string"),
        ({"x": Ownership.OURS}, "x: a value of type 'Ownership' cannot be written as YAML"),
        ({"x": type("Name", (str,), {})("secret")}, "x: a value of type 'Name' cannot be written as YAML"),
    ],
)
def test_what_yaml_and_json_do_not_share_is_our_bug_and_is_placed(body, message):
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        document({"kind": "Thing", **body})


def fixed(value):
    if isinstance(value, dict):
        return Fixed({key: fixed(below) for key, below in value.items()})
    return FixedList(map(fixed, value)) if isinstance(value, list) else value


@settings(max_examples=200, derandomize=True, deadline=None, database=None)
@given(BODY)
def test_fixed_parts_are_written_as_others_at_any_depth_and_again(body):
    shared = fixed(body)
    for around in ({"a": shared}, {"a": {"b": [shared, [shared]]}}, {"c": [[[shared]]], "a": shared}):
        plain = json.loads(json.dumps(around))
        assert document(around) == document(plain)
        assert document(around) == document(plain)
    assert document(shared) == document(body)


def test_a_copy_of_a_fixed_part_may_change():
    rules = Fixed({"verbs": FixedList(["get"])})
    document({"rules": rules})
    for changed in (copy.deepcopy(rules), {**copy.copy(rules), "verbs": copy.copy(rules["verbs"])}):
        changed["verbs"].append("list")
        assert (type(changed), type(changed["verbs"])) == (dict, list)
        assert document({"rules": changed}) == "rules:\n  verbs:\n  - get\n  - list\n"
    assert document({"rules": rules}) == "rules:\n  verbs:\n  - get\n"


def test_memory_of_texts_is_bounded_and_changes_nothing(monkeypatch):
    bodies = [{word: [word, {word: word}]} for word in map(str, range(100))]
    expected = [document(body) for body in bodies]
    monkeypatch.setattr(emit, "REMEMBERED", 3)
    monkeypatch.setattr(emit, "_strings", {})
    emit._keys.clear()  # noqa: SLF001 - what it remembers from other tests would hide what is forgotten
    assert [document(body) for body in bodies] == expected
    assert len(emit._strings) <= 3  # noqa: SLF001 - a bound cannot be seen from outside
    assert all(len(keys) <= 3 for keys in emit._keys.values())  # noqa: SLF001 - the same


def test_the_text_of_a_fixed_part_is_made_once_for_each_depth():
    labels, verbs = Fixed({"tenant": "vision"}), FixedList(["get"])
    document({"labels": labels, "verbs": verbs, "inner": {"labels": labels}, "again": labels})
    assert labels.texts == {"  ": "  tenant: vision\n", "    ": "    tenant: vision\n"}
    assert verbs.texts == {"": "- get\n"}


MANIFESTS = (
    Manifest({"kind": "Namespace", "note": "a\n\n"}, Place("tenants/vision.yaml")),
    Manifest({"kind": "ResourceQuota"}, Place("tenants/vision.yaml", ("spec", "quota"))),
)


def test_a_file_names_its_source_its_hash_and_each_origin():
    body = "# tenants/vision.yaml\nkind: Namespace\nnote: |+\n  a\n\n---\n# tenants/vision.yaml#spec/quota\nkind: ResourceQuota\n"
    assert file_text(MANIFESTS, "tenants/vision.yaml").decode() == (
        '# Rendered by tenantry from tenants/vision.yaml. Do not edit: change that file and run "tenantry render".\n'
        f"# sha256:{sha256(body.encode()).hexdigest()}\n{body}"
    )


def test_a_file_is_ours_and_tells_its_source():
    data = file_text(iter(MANIFESTS), "tenants/vision.yaml")
    assert ownership(data) is Ownership.OURS
    assert source_of(data) == "tenants/vision.yaml"


def test_a_file_without_objects_is_ours_too():
    assert ownership(file_text([], "platform.yaml")) is Ownership.OURS


def test_a_change_of_any_byte_after_the_marker_is_seen():
    data = file_text(MANIFESTS, "tenants/vision.yaml")
    start = data.index(b"\n") + 1
    for at in range(start, len(data)):
        assert ownership(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]) is Ownership.EDITED, at
        assert ownership(data[:at]) is Ownership.EDITED, at
    assert ownership(data + b"\n") is Ownership.EDITED


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: b"# our copyright\n" + data,
        lambda data: b"<<<<<<< HEAD\n" + data + b"=======\n" + data + b">>>>>>> theirs\n",
        lambda data: data.replace(b"# sha256:", b"<<<<<<< HEAD\n# sha256:", 1),
        lambda data: data.replace(b"ResourceQuota", b"LimitRange"),
        lambda data: re.sub(rb"# sha256:.*\n", b"", data),
        lambda data: re.sub(rb"# sha256:[^\n]*", lambda hit: hit[0].upper(), data),
    ],
    ids=[
        "crlf",
        "bom",
        "line before",
        "conflict around",
        "conflict in the header",
        "value",
        "hash removed",
        "hash in capitals",
    ],
)
def test_an_edited_file_is_told_and_still_names_its_source(change):
    data = change(file_text(MANIFESTS, "tenants/vision.yaml"))
    assert ownership(data) is Ownership.EDITED
    assert source_of(data) == "tenants/vision.yaml"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"kind: Role\n",
        b"# Rendered by hand\n",
        b"\xff\xfe\x00",
        b"a: |\n  # Rendered by tenantry from x. Do not edit\n",
        b"\n" * 9000 + b"# Rendered by tenantry from x. Do not edit",
    ],
    ids=["empty", "plain", "other marker", "binary", "quoted in a text", "far below"],
)
def test_a_file_without_the_marker_is_foreign(data):
    assert ownership(data) is Ownership.FOREIGN
    assert source_of(data) is None


def test_a_later_wording_of_the_marker_leaves_old_files_ours():
    data = file_text(MANIFESTS, "tenants/vision.yaml").replace(
        b': change that file and run "tenantry render".', b"; see the manual.", 1
    )
    assert ownership(data) is Ownership.OURS


def test_a_marker_that_names_no_path_names_no_source():
    assert source_of(b"# Rendered by tenantry from a\\q. Do not edit\n") is None
    assert source_of(b"# Rendered by tenantry from \xff. Do not edit\n") is None


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(TEXT.filter(bool) | st.text(min_size=1) | st.sampled_from(["a. Do not edit. Do not edit", "C:\\x", "\udc80"]))
def test_no_path_or_key_breaks_out_of_its_comment(odd):
    manifest = Manifest({"kind": "Thing"}, Place(odd, ("spec", odd)))
    data = file_text([manifest, manifest], odd)
    assert ownership(data) is Ownership.OURS
    assert source_of(data) == odd
    assert data.count(b"\n") == 7
    assert [*yaml.safe_load_all(data.decode())] == [{"kind": "Thing"}] * 2
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\xa0\u2028\u2029\u202e\ufeff]", data.decode())
