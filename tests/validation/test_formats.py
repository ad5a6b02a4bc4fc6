import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import shipped
from generator.validation import formats, schema
from generator.validation.formats import FORMATS

LABEL = "is not a DNS label (1 to 63 of a-z, 0-9 and '-', a letter or digit at both ends)"
PORT = "is not a port; write 443, 53/UDP or 8000-8100/TCP"
RANGE = "is not a range of ports; the first must be 1 or more, the last 65535 or less, and not before it"
NO_CIDR = "is not a range of addresses; write one such as 10.0.0.0/8"
NO_TIME = "is not a time; write one such as 10m or 1h"
NO_FOLDER = "is not a folder of a repository; write it from the root, such as deploy/production"
NO_GIT = "is not the address of a git repository; write one such as https://git.example.com/team/repository.git"
CREDENTIALS = "holds credentials, which do not belong into git; drop them, and name a Secret"
NO_ARTIFACT = "is not the address of an artifact; write one such as oci://registry.example.com/team/artifact"
NO_NAME = "makes no name of a namespace; use lower-case letters, digits and '-'"

SELECTOR = "write requirements such as env=prod, tier!=web, zone in (a,b), team or !legacy, with commas between them"

GOOD = {
    "cidr": ["10.0.0.0/8", "0.0.0.0/0", "169.254.170.23/32", "2001:db8::/32", "::/0", "fd00:ec2::23/128"],
    "date": ["2027-03-31", "2028-02-29"],
    "dns-label": ["vision", "a", "0-0"],
    "dns-subdomain": ["vision", "registry.example.com"],
    "duration": ["90s", "10m", "1h30m"],
    "folder": ["deploy", "platform/tenants", "deploy/"],
    "git-url": ["https://git.example.com/a/b.git", "ssh://git@git.example.com:22/a/b", "https://host:8443/a"],
    "label-key": ["team", "example.com/cost-center"],
    "label-selector": ["env=prod", "env in (a,b), !legacy", "example.com/team"],
    "label-value": ["", "4711", "A_b.c"],
    "namespace-naming": ["{tenant}-{namespace}", "t-{namespace}-{tenant}", "{namespace}{tenant}"],
    "oci-url": ["oci://registry.example.com/a/b", "oci://localhost:5000/a"],
    "port": ["443", "53/UDP", "8000-8100/TCP", "1", "65535", "9-9/SCTP"],
    "quantity": ["500m", "16Gi", "0", "1.5"],
    "secret-key": ["api-key", ".dockerconfigjson", "a" * 253],
    "quota-key": ["requests.cpu", "count/jobs.batch", "requests.nvidia.com/gpu"],
    "regex": ["[0-9]{4}", "", "(a|b)+"],
    "single-naming": ["{tenant}", "team-{tenant}"],
    "tree-selector": ["vision", "!nlp", "research, !nlp,!robotics"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in GOOD.items() for text in texts])
def test_what_follows_a_format_is_fine(name, text):
    assert FORMATS[name](text) is None


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("cidr", "10.0.0.1", "is no range of addresses; write 10.0.0.1/32"),
        ("cidr", "10.0.0.1/8", "has bits set beyond its prefix; write 10.0.0.0/8"),
        ("cidr", "2001:db8::1/32", "has bits set beyond its prefix; write 2001:db8::/32"),
        ("cidr", "10.0.0.0/255.0.0.0", "is no range of addresses; write 10.0.0.0/8"),
        ("cidr", "10.0.0.0/0.255.255.255", "is no range of addresses; write 10.0.0.0/8"),
        ("cidr", "10.0.0.0/08", "is no range of addresses; write 10.0.0.0/8"),
        ("cidr", "fe80::%eth0/64", NO_CIDR),
        ("cidr", "10.0.0.0/33", NO_CIDR),
        ("cidr", "10.0.0.0/", NO_CIDR),
        ("cidr", "10.00.0.0/8", NO_CIDR),
        ("cidr", " 10.0.0.0/8", NO_CIDR),
        ("cidr", "example.com", NO_CIDR),
        ("cidr", "", NO_CIDR),
        ("date", "2027-02-29", 'is not a day; write it as "2027-03-31"'),
        ("date", "tomorrow", 'is not a day; write it as "2027-03-31"'),
        ("date", "20270331", 'is not how a day is written here; write "2027-03-31"'),
        ("date", "2027-W13-3", 'is not how a day is written here; write "2027-03-31"'),
        ("dns-label", "Vision_1", f"{LABEL}; write 'vision-1'"),
        ("dns-subdomain", "a..b", "is not a DNS subdomain (1 to 253 of a-z, 0-9, '-' and '.', a letter or digit at both ends of each part)"),
        ("duration", "10", NO_TIME),
        ("duration", "1d", NO_TIME),
        ("duration", "0s", NO_TIME),
        ("folder", "/deploy", NO_FOLDER),
        ("folder", "../deploy", NO_FOLDER),
        ("folder", "a//b", NO_FOLDER),
        ("folder", "a b", NO_FOLDER),
        ("git-url", "git.example.com/a", NO_GIT),
        ("git-url", "https://git.example.com", NO_GIT),
        ("git-url", "file:///srv/git/a", NO_GIT),
        ("git-url", "git@git.example.com:a/b.git", "is the short form for SSH, which Flux does not know; write ssh://git@git.example.com/a/b.git"),
        ("git-url", "http://git.example.com/a", "is not encrypted, so that anybody on the way can change what is applied; write https://git.example.com/a"),
        ("git-url", "https://me:secret@git.example.com/a", CREDENTIALS),
        ("git-url", "https://token@git.example.com/a", CREDENTIALS),
        ("oci-url", "registry.example.com/a", NO_ARTIFACT),
        ("oci-url", "oci://registry.example.com", NO_ARTIFACT),
        ("oci-url", "oci://registry.example.com/a:1.0", "names a revision too; write oci://registry.example.com/a, and the revision in its field"),
        ("label-key", "", "is not a label key (a DNS subdomain and '/' if any, then 1 to 63 of letters, digits, '-', '_' and '.', a letter or digit at both ends)"),
        ("label-value", "a b", "is not a label value (at most 63 of letters, digits, '-', '_' and '.', a letter or digit at both ends); write 'a-b'"),
        ("namespace-naming", "{tenant}", 'has no {namespace}; write one such as "{tenant}-{namespace}"'),
        ("namespace-naming", "team", 'has no {tenant} and no {namespace}; write one such as "{tenant}-{namespace}"'),
        ("namespace-naming", "{tenant}_{namespace}", NO_NAME),
        ("namespace-naming", "{tenant}-{namespace}-{cluster}", NO_NAME),
        ("single-naming", "team", 'has no {tenant}; write one such as "{tenant}"'),
        ("single-naming", "{tenant}-{namespace}", NO_NAME),
        ("single-naming", "-{tenant}", NO_NAME),
        ("port", "http", PORT),
        ("port", "53/udp", PORT),
        ("port", "443/", PORT),
        ("port", "-1", PORT),
        ("port", "1-2-3", PORT),
        ("port", "443\n", PORT),
        ("port", "٣", PORT),
        ("port", "0", RANGE),
        ("port", "65536", RANGE),
        ("port", "8100-8000/TCP", RANGE),
        ("quantity", "64x", "is not a Kubernetes quantity; write 64 or 64000m"),
        ("quantity", "-1", "is negative; write 0 or more"),
        ("secret-key", "a/b", "is not a key of a Secret; write letters, digits, '-', '_' and '.', 253 at most"),
        ("secret-key", "..", "is not a key of a Secret; write letters, digits, '-', '_' and '.', 253 at most"),
        ("secret-key", "a" * 254, "is not a key of a Secret; write letters, digits, '-', '_' and '.', 253 at most"),
        ("quota-key", "nvidia.com/gpu", "is never counted: quotas count requests for devices; write requests.nvidia.com/gpu"),
        ("quota-key", "count/jobs", "never counts anything: jobs are in group batch; write count/jobs.batch"),
        ("label-selector", "env in prod", f"is not a label selector, for 'env in prod' is no requirement; {SELECTOR}"),
        ("tree-selector", "a,b", "asks for what is below a and b at once, which nothing may be; write one without a '!'"),
        ("regex", "(", "is not a regular expression: missing ), unterminated subpattern at position 0"),
        ("regex", "a{4294967296}", "is not a regular expression: the repetition number is too large"),
    ],
)  # fmt: skip
def test_what_does_not_follow_a_format_is_told_with_what_would(name, text, reason):
    assert FORMATS[name](text) == reason


def test_a_regular_expression_too_deep_to_read_is_none():
    assert formats.regex("(" * 5000 + ")" * 5000).startswith("is not a regular expression: ")


def test_the_formats_are_those_of_the_schemas():
    texts = [shipped.schema(kind).decode() for kind in ("common", *schema.KINDS)]
    assert {name for text in texts for name in re.findall(r'"format": "([^"]+)"', text)} == FORMATS.keys()
    assert GOOD.keys() == FORMATS.keys()


PROPERTY = settings(max_examples=150, deadline=None, derandomize=True)
TEXTS = st.text(alphabet="0123456789./:-abft{}TCPU ", max_size=12) | st.text(max_size=8)


@PROPERTY
@given(st.sampled_from(sorted(FORMATS)), TEXTS)
def test_every_text_is_fine_or_has_a_reason_in_one_line(name, text):
    if name != "regex":  # some regular expressions make Python warn of what they may mean one day
        reason = FORMATS[name](text)
        assert reason is None or (reason and "\n" not in reason and not reason.endswith("."))


@PROPERTY
@given(st.ip_addresses(), st.integers(0, 128))
def test_a_proposed_range_of_addresses_is_always_fine(address, prefix):
    for text in (str(address), f"{address}/{prefix}"):
        _, proposed, network = (formats.cidr(text) or "").rpartition("; write ")
        if proposed and "such as" not in network:
            assert formats.cidr(network) is None


@PROPERTY
@given(st.dates())
def test_every_day_is_fine_as_it_is_written_here_and_proposed_for_other_spellings(day):
    assert formats.a_date(day.isoformat()) is None
    assert (
        formats.a_date(day.strftime("%Y%m%d").zfill(8))
        == f'is not how a day is written here; write "{day.isoformat()}"'
    )
    assert date.fromisoformat(day.isoformat()) == day
