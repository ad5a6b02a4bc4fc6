"""Credentials are found by what issuers make them look like, and never repeated."""

import pytest
from tenancy import told

from generator import credentials
from generator.problems import Place

A36, A34 = "a1B2c3D4e5" * 3 + "abcdef", "abcdefghij" * 3 + "abcd"
REVOKE = "and everybody who reads the repository has it now; have it revoked, and write where the new one is kept"


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("an AWS access key", "AKIAIOSFODNN7EXAMPLE"),
        ("an AWS access key", "ASIAIOSFODNN7EXAMPLE"),
        ("a GitHub token", f"ghp_{A36}"),
        ("a GitHub token", "github_pat_" + "1" * 22),
        ("a GitLab token", "glpat-" + "x" * 20),
        ("a Slack token", "xoxb-1234567890-abc"),
        ("a Hugging Face token", f"hf_{A34}"),
        ("an API key of a model's provider", "sk-ant-" + "x" * 20),
        ("a Google API key", "AIza" + "x" * 35),
        ("a Vault token", "hvs." + "x" * 24),
        ("an npm token", f"npm_{A36}"),
        ("a PyPI token", "pypi-AgEIcHlwaS5vcmcx"),
        ("a private age key", "AGE-SECRET-KEY-1" + "Q" * 58),
        ("a private key", "-----BEGIN RSA PRIVATE KEY-----"),
        ("a private key", "-----BEGIN PGP PRIVATE KEY BLOCK-----"),
        ("a signed token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"),
        ("the key of a storage account", "AccountKey=" + "x" * 40),
        ("a password in an address", "postgres://runs:hunter2@db.example.com/runs"),
    ],
)
def test_each_form_is_told_by_its_name_and_not_by_its_value(what, text):
    assert [found for found, _ in credentials.found(f"token: {text}\n")] == [what]
    problems = told(credentials.problems(f"a: 1\ntoken: {text}\n".encode(), "t.yaml"))
    assert problems == [f"t.yaml: this looks like {what}, {REVOKE}: spec.secrets"]
    assert text not in problems[0]


@pytest.mark.parametrize(
    "text",
    [
        "AKIA",
        "AKIAIOSFODNN7EXAMPLEAKIA",  # too long for one
        "ghp_short",
        "sk-learn-is-a-library-of-machine-learning",
        "half_" + A34,
        "https://example.com/@scope/package",
        "https://user@example.com",
        "postgres://$(USER):$(PASSWORD)@db.example.com/runs",
        "postgres://{{ user }}:{{ password }}@db.example.com",
        "-----BEGIN CERTIFICATE-----",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "arn:aws:iam::123456789012:role/vision",
    ],
)
def test_what_only_resembles_one_is_none(text):
    assert [*credentials.found(text)] == []


def test_a_problem_has_the_line_and_column_of_the_credential():
    text = "a: 1\n# AKIAIOSFODNN7EXAMPLE\nb: x AKIAIOSFODNN7EXAMPLE\n"
    places = [problem.place for problem in credentials.problems(text.encode(), "t.yaml")]
    assert [(place.line, place.column) for place in places] == [(2, 3), (3, 6)]


def test_bytes_that_are_no_text_are_looked_through():
    assert [*credentials.problems(b"\xff\xfe AKIAIOSFODNN7EXAMPLE", "t.yaml")] != []


@pytest.mark.parametrize("key", ["password", "PASSWORD", "client_secret", "clientSecret", "api-key", "Access Token"])
def test_a_text_under_a_telling_key_is_a_problem(key):
    found = told(credentials.under_telling_keys({"db": [{key: "hunter2"}]}, Place("t.yaml", ("spec", "extras"))))
    remedy = "replace it where it is used, and refer to the new one: spec.secrets"
    what = f"a value under {key!r} is taken for a secret, and everybody who reads the repository has it"
    assert found == [f"t.yaml#spec/extras/db/0/{key}: {what}; {remedy}"]


@pytest.mark.parametrize(
    "value", [{"passwordSecretName": "x"}, {"password": ""}, {"password": {"name": "x"}}, "password"]
)
def test_a_reference_is_none(value):
    assert told(credentials.under_telling_keys(value, Place("t.yaml"))) == []
