"""Policies are listed with what a repository has changed of them in plain sight, and explained with all they hold."""

import json

from msgspec.structs import replace
from reporters.samples import QUOTA, VERBS

from generator.finding import OFF, REACHES
from generator.problems import Place
from generator.reporters.policies import as_json, explanation, listing

EACH = replace(VERBS, severities=dict(zip(REACHES, ("critical", "high", OFF), strict=True)))
SWITCHED_OFF = replace(
    QUOTA,
    severities=dict.fromkeys(REACHES, OFF),
    adjusted=Place("policies/adjustments/namespace-has-quota.yaml"),
    reason="Another operator\nsets quotas.",
)


def test_a_policy_is_a_line_and_what_is_adjusted_or_off_is_told():
    assert (
        listing([EACH, SWITCHED_OFF])
        == """\
CODE        ID                   SEVERITY           TITLE
R002 RB003  no-wildcard-verbs    critical/high/off  Roles name their verbs
            namespace-has-quota  off                A namespace has a quota
              adjusted by policies/adjustments/namespace-has-quota.yaml: Another operator sets quotas.

2 policies; 1 adjusted here; 1 switched off
"""
    )


def test_without_policies_the_list_says_so():
    assert listing([]).splitlines()[-1] == "0 policies"


def test_programs_read_severities_codes_and_what_is_adjusted():
    first, second = json.loads(as_json([EACH, SWITCHED_OFF]))["policies"]
    assert (first["id"], first["codes"], first["adjusted"]) == ("no-wildcard-verbs", ["R002", "RB003"], None)
    assert first["severities"] == {"control-plane": "critical", "shared": "high", "tenant": "off"}
    assert second["adjusted"] == {
        "file": "policies/adjustments/namespace-has-quota.yaml",
        "reason": "Another operator\nsets quotas.",
    }


def test_a_policy_is_explained_with_its_rule_and_examples():
    one = replace(
        EACH,
        rule="forbid-everything",
        parameters={"fields": ["verbs"]},
        passes=(({"kind": "Namespace", "metadata": {"name": "a"}},),),
        fails=(({"kind": "Role"}, {"kind": "RoleBinding"}), ({"kind": "Role"},)),
        adjusted=Place("policies/adjustments/x.yaml"),
        reason="We know.",
    )
    assert (
        explanation(one)
        == """\
R002 RB003 no-wildcard-verbs: Roles name their verbs

  A wildcard allows what is not invented yet.

Severity:

  critical  the control plane and the whole cluster
  high      a namespace that others use
  off       a tenant's own namespace
  adjusted by policies/adjustments/x.yaml: We know.

Fix:

  Write the verbs that are needed.

Rule:

  forbid-everything

  Nobody is granted everything: every verb on every resource of every API group.

  In a namespace, everything that can be granted there. It does not matter
  whether one rule says so or several together. All else that such a grant
  breaks is told with it.

    fields:
    - verbs

References:

  CIS Kubernetes Benchmark 1.12: 5.1.3
  https://example.com/rbac

Passes:

  kind: Namespace
  metadata:
    name: a

Fails 1 of 2:

  kind: Role
  ---
  kind: RoleBinding

Fails 2 of 2:

  kind: Role"""
    )


def test_a_severity_that_is_the_same_everywhere_is_told_once():
    assert "Severity:\n\n  medium    everywhere\n\n" in explanation(QUOTA)
