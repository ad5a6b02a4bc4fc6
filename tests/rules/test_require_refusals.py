"""What MTB tries out: a pod that is admitted is changed in one field, and refused for that alone."""

import pytest
from rules.judging import asking, findings, messages, named, space, tenants_space

from generator import podsecurity
from generator.rules.require_refusals import COMPLIANT, PARAMETERS, changed

CHANGES = [one for one in PARAMETERS["refusals"].known if one != "node-ports"]
#: What only restricted refuses; baseline takes it.
OF_RESTRICTED = {"added-capabilities", "default-capabilities", "default-seccomp", "privilege-escalation", "root"}
NODE_PORTS = asking("require-refusals", refusals=["node-ports"])


def level(name):
    return space(**{"pod-security.kubernetes.io/enforce": name})


def quota(**hard):
    return named(
        "ResourceQuota", "q", "ns1", spec={"hard": {key.replace("__", "."): text for key, text in hard.items()}}
    )


@pytest.mark.parametrize("name", podsecurity.LEVELS)
def test_the_pod_that_is_changed_is_admitted_by_every_level(name):
    assert podsecurity.violations({}, COMPLIANT, name) == ()


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_changes_one_field_and_leaves_the_pod_itself_alone(change):
    before = repr(COMPLIANT)
    assert changed(change) != COMPLIANT
    assert repr(COMPLIANT) == before


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_refused_by_the_levels_that_forbid_it_and_by_no_other(change):
    asked = asking("require-refusals", refusals=[change])
    assert messages(asked, level("restricted")) == []
    assert bool(messages(asked, level("baseline"))) is (change in OF_RESTRICTED)
    assert len(messages(asked, level("privileged"))) == 1
    assert len(messages(asked, space())) == 1


def test_a_level_that_only_warns_refuses_nobody():
    asked = asking("require-refusals", refusals=["privileged"])
    assert len(messages(asked, space(**{"pod-security.kubernetes.io/warn": "restricted"}))) == 1


def test_a_quota_that_refuses_every_pod_proves_nothing():
    asked = asking("require-refusals", refusals=["privileged"])
    assert len(messages(asked, space(), quota(pods="0", limits__cpu="1"))) == 1


def test_an_older_version_of_a_level_refuses_what_it_knows():
    asked = asking("require-refusals", refusals=["default-seccomp"])
    old = {"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/enforce-version": "v1.18"}
    assert len(messages(asked, space(**old))) == 1


def test_only_namespaces_of_tenants_are_asked():
    asked = asking("require-refusals", refusals=["privileged"])
    assert messages(asked, space("kube-system")) == []
    assert len(messages(asked, space("shared"), tenants_space("ns1"))) == 1


def test_all_that_is_taken_is_told_at_once():
    (finding,) = findings(asking("require-refusals", refusals=["privileged", "root", "host-pid"]), level("baseline"))
    assert (finding.namespace, finding.kind, finding.confidence) == ("ns1", "Namespace", "certain")
    assert finding.message == "namespace ns1 takes pods with root: it enforces Pod Security baseline:latest"


def test_beside_a_policy_engine_it_is_likely():
    asked = asking("require-refusals", refusals=["privileged"])
    engine = named("ValidatingAdmissionPolicyBinding", "b", api="admissionregistration.k8s.io/v1")
    assert [finding.confidence for finding in findings(asked, space(), engine)] == ["likely"]


@pytest.mark.parametrize(
    ("hard", "is_closed"),
    [
        ({"services__nodeports": "0"}, True),
        ({"services__nodeports": "1"}, False),
        ({"services": "0"}, True),
        ({"services": "5"}, False),
        ({"services__loadbalancers": "0"}, False),
    ],
)
def test_node_ports_are_refused_by_a_quota_that_has_none(hard, is_closed):
    assert bool(messages(NODE_PORTS, level("restricted"), quota(**hard))) is not is_closed
    assert len(messages(NODE_PORTS, level("restricted"))) == 1
