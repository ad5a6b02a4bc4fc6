import re
from pathlib import Path

import pytest
from repositories import write

from generator.commands.explain import FORMATS
from generator.judgement import catalogue
from generator.validation import fields
from generator.validation.formats import FORMATS as KNOWN_FORMATS
from generator.validation.schema import KINDS
from generator.yaml.documents import parse

SHIPPED = catalogue.read(Path("/nowhere"))
EVERY = [".".join(field.path) for kind in KINDS for field in (fields.root(kind), *fields.every(fields.root(kind)))]


SCHEMA = {
    "properties": {
        "spec": {
            "description": "Openings; what is written here is long enough that it does not fit on one line of a terminal.",
            "type": "array",
            "items": {"$ref": "#/$defs/opening"},
            "minItems": 1,
            "examples": [[{"tenant": "a"}, {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}]],
        }
    },
    "required": ["spec"],
    "$defs": {
        "opening": {
            "type": "object",
            "properties": {
                "tenant": {"type": "string", "description": "Another tenant."},
                "cidr": {
                    "type": "string",
                    "format": "cidr",
                    "description": "Addresses, " + 8 * "and more " + "of them.",
                },
                "except": {"type": "array", "description": "What stays closed."},
                "why": {"type": "string", "description": "The reason."},
            },
            "required": ["why"],
            "oneOf": [{"required": ["tenant"]}, {"required": ["cidr"]}],
            "dependentRequired": {"except": ["cidr"]},
        }
    },
}


def test_a_field_is_explained(tenantry, monkeypatch):
    monkeypatch.setattr(fields, "bundled", lambda _: SCHEMA)
    assert tenantry("explain", "spec")[:2] == (
        0,
        """\
tenant.spec

  Openings; what is written here is long enough that it does not fit on one line
  of a terminal.

  type      list of mappings
  required  yes
  at least  1 item
  one of    tenant, cidr; exactly one
  needs     except only with cidr

Example:

  spec:
  - tenant: a
  - cidr: 10.0.0.0/8
    except:
    - 10.1.0.0/16

Fields:

  tenant  Another tenant.
  cidr    Addresses, and more and more and more and more and more and more and
          more and more of them.
  except  What stays closed.
  why     (required) The reason.
""",
    )


@pytest.mark.parametrize(
    ("field", "lines"),
    [
        ("spec.quota.hard", ["tenant.spec.quota.hard", "    requests.cpu: 64"]),
        ("tenant.spec.members.role", ["tenant.spec.members.role", "  type      text", "  role: editor"]),
        ("spec.members[].role", ["tenant.spec.members.role"]),
        ("spec.members[0].role", ["tenant.spec.members.role"]),
        ("platform.spec.clusters.addons", ["  type      list of texts", "  - config-connector"]),
        ("spec.clusters", ["  type      list of texts or mapping"]),
        ("spec.clusters.selector", ["  required  yes"]),
        ("spec.podSecurity", ["  type      text or mapping", "  allowed   restricted, baseline, privileged"]),
        ("spec.podSecurity.version", [r"  pattern   ^(latest|v1\.[0-9]+)$"]),
        ("spec.network.sameTenant", ["  type      true or false", "  default   true"]),
        ("spec.network.egress.ports", ["  format    a port such as 443, 53/UDP or 8000-8100/TCP", "  range     1 to 65535"]),
        ("tenant.kind", ["  type      text", "  allowed   Tenant"]),
        ("spec.extras", ["  values    anything"]),
        ("spec.extras.notebook-images.0", ["  Any value."]),
        ("waivers.waivers.scope", ["  at least  1 field"]),
    ],
)  # fmt: skip
def test_what_a_field_asks_for_is_told(tenantry, field, lines):
    code, out, _ = tenantry("explain", field)
    assert code == 0
    assert [line for line in lines if line not in out.splitlines()] == []


def test_a_key_that_is_free_leads_on(tenantry):
    out = tenantry("explain", "spec.tiers.gold.quota")[1]
    assert out.startswith("platform.spec.tiers.gold.quota\n")
    assert "  NAME  A named set of defaults.\n" in tenantry("explain", "platform.spec.tiers")[1]


def test_a_key_with_dots_is_one_key(tenantry):
    out = tenantry("explain", "spec.quota.hard.requests.cpu")[1]
    assert out.startswith("tenant.spec.quota.hard.requests.cpu\n")
    assert out.endswith("Example:\n\n  requests.cpu: 64\n")


def test_without_a_kind_a_tenant_is_meant_first_and_then_a_platform(tenantry):
    assert tenantry("explain", "spec.clusters")[1].startswith("tenant.spec.clusters\n")
    assert tenantry("explain", "platform.spec.clusters")[1].startswith("platform.spec.clusters\n")
    assert tenantry("explain", "spec.roles")[1].startswith("platform.spec.roles\n")
    assert tenantry("explain", "severity")[1].startswith("policy.severity\n")


@pytest.mark.parametrize(
    ("field", "hint"),
    [
        ("spec.members.rol", "did you mean 'spec.members.role'?"),
        ("tenant.spec.qota", "did you mean 'spec.quota'?"),
        ("platform.spec.cluster", "did you mean 'platform.spec.clusters'?"),
        ("spec.tires", "did you mean 'spec.tier'?"),
        ("quota.hard", "did you mean 'spec.quota.hard'?"),
        ("xyz", "list all with: tenantry explain, tenantry policy list"),
        ("spec..quota", "did you mean 'spec.quota'?"),
    ],
)
def test_an_unknown_field_is_answered_with_the_nearest(tenantry, field, hint):
    assert tenantry("explain", field) == (2, "", f"{field}: there is no such field or policy; {hint}\n")


@pytest.mark.parametrize("name", ["no-cluster-admin", "R001", "r001"])
def test_a_policy_is_explained_by_its_id_or_its_code(tenantry, name):
    code, out, err = tenantry("explain", name)
    assert (code, err) == (0, "")
    assert out.startswith("R001 no-cluster-admin: Nobody may do everything\n")


def test_what_a_repository_has_changed_of_a_policy_is_explained(tenantry, tmp_path):
    write(
        tmp_path, "policies/adjustments/no-cluster-admin.yaml", "id: no-cluster-admin\nseverity: low\nreason: Ours.\n"
    )
    out = tenantry("explain", "R001")[1]
    told = "\n  low       everywhere\n  adjusted by policies/adjustments/no-cluster-admin.yaml: Ours.\n"
    assert told in out


@pytest.mark.parametrize(("name", "meant"), [("no-clusteradmin", "no-cluster-admin"), ("spec-quota", "spec.quota")])
def test_an_unknown_policy_is_answered_with_the_nearest_policy_or_field(tenantry, name, meant):
    assert tenantry("explain", name)[2] == f"{name}: there is no such field or policy; did you mean '{meant}'?\n"


def test_without_a_field_all_kinds_and_their_fields_are_listed(tenantry):
    code, out, _ = tenantry("explain")
    assert code == 0
    assert re.findall(r"^([\w-]+)$", out, re.MULTILINE) == list(KINDS)
    assert "  spec.displayName      The name that people read.\n" in out
    assert "  spec.clusters            (required) The clusters that tenants can live on.\n" in out


@pytest.mark.parametrize("path", EVERY)
def test_every_field_is_explained_within_80_columns_and_its_example_can_be_read(tenantry, path, monkeypatch):
    monkeypatch.setattr(catalogue, "read", lambda _: SHIPPED)  # read once, and not for each of hundreds of fields
    code, out, err = tenantry("explain", path)
    assert (code, err) == (0, "")
    prose = re.sub(r"Example:\n\n(  .*\n)+", "", out)
    assert [line for line in prose.splitlines() if len(line) > 80 and not line.startswith("  pattern ")] == []
    assert out.splitlines()[2].strip(), "there is no description"
    example = re.search(r"Example:\n\n((?:  .*\n)+)", out)
    if example:
        assert parse(re.sub(r"^  ", "", example[1], flags=re.MULTILINE).encode(), "example").problems == ()


def test_every_format_is_put_into_words():
    assert set(FORMATS) == set(KNOWN_FORMATS)
