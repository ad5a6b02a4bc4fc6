import random

import pytest
from access.rbac import binding, role, rule
from rules.judging import asking, findings, messages


def grant(verbs, resources, groups="", **more):
    return {"verbs": verbs.split(","), "resources": resources.split(","), "apiGroups": groups.split(","), **more}


ASKED = asking("forbid-combined-grants", combinations=[[grant("create", "secrets"), grant("get,list", "secrets")]])
CREATE, GET = rule("create", "", "secrets"), rule("get", "", "secrets")


def give(name, of, *subjects):
    """Write a role and its binding, in a namespace (``ns1/b``) or in the whole cluster (``b``)."""
    return [
        role(name, of),
        binding(name, name.rpartition("/")[2], *subjects, kind="Role" if "/" in name else "ClusterRole"),
    ]


def test_what_one_role_gives_together_is_told_with_its_rules():
    (finding,) = findings(ASKED, role("ns1/r", CREATE, GET), binding("ns1/b", "r", "Group:ml", kind="Role"))
    assert finding.message == (
        "Group ml holds create on secrets in the core group together with get on secrets in the core group, "
        "in namespace ns1 by RoleBinding b of Role r"
    )
    assert (finding.namespace, finding.kind, finding.name, finding.subject) == ("ns1", "RoleBinding", "b", "group:ml")
    assert finding.chain == (
        "RoleBinding ns1/b (m.yaml#1)",
        "Role ns1/r (m.yaml#0)",
        "rule: create on secrets in the core group (m.yaml#0)",
        "rule: get on secrets in the core group (m.yaml#0)",
    )


def test_one_half_is_nothing():
    assert messages(ASKED, *give("ns1/b", CREATE, "Group:ml")) == []
    assert messages(ASKED, *give("ns1/b", GET, "Group:ml")) == []


def test_halves_of_two_bindings_meet_in_their_namespace():
    bodies = [*give("ns1/a", CREATE, "Group:ml"), *give("ns1/b", GET, "Group:ml", "Group:ops")]
    (finding,) = findings(ASKED, *bodies)
    assert finding.message.endswith("in namespace ns1 by RoleBinding a of Role a and RoleBinding b of Role b")
    assert [step for step in finding.chain if not step.startswith("rule")] == [
        "RoleBinding ns1/a (m.yaml#1)",
        "Role ns1/a (m.yaml#0)",
        "RoleBinding ns1/b (m.yaml#3)",
        "Role ns1/b (m.yaml#2)",
    ]


def test_halves_of_two_namespaces_do_not_meet():
    assert messages(ASKED, *give("ns1/a", CREATE, "Group:ml"), *give("ns2/b", GET, "Group:ml")) == []


def test_halves_of_two_subjects_do_not_meet():
    assert messages(ASKED, *give("ns1/a", CREATE, "Group:ml"), *give("ns1/b", GET, "Group:ops")) == []
    assert messages(ASKED, *give("ns1/a", CREATE, "Group:ml"), *give("ns1/b", GET, "User:ml")) == []


@pytest.mark.parametrize(("wide", "narrow"), [(CREATE, GET), (GET, CREATE)])
def test_what_holds_in_the_whole_cluster_meets_what_holds_in_a_namespace_there(wide, narrow):
    found = findings(ASKED, *give("all", wide, "User:ann"), *give("ns1/b", narrow, "User:ann"))
    assert [(one.namespace, one.kind, one.name, one.reach) for one in found] == [("ns1", "RoleBinding", "b", "tenant")]


def test_what_is_held_in_the_whole_cluster_is_not_told_again_in_each_namespace():
    bodies = [role("r", CREATE, GET), binding("all", "r", "User:ann"), *give("ns1/b", GET, "User:ann")]
    assert [(one.namespace, one.name) for one in findings(ASKED, *bodies)] == [("", "all")]


def test_what_is_held_in_both_by_themselves_is_two_causes():
    bodies = [role("r", CREATE, GET), binding("all", "r", "User:ann"), binding("ns1/b", "r", "User:ann")]
    assert [(one.namespace, one.name) for one in findings(ASKED, *bodies)] == [("", "all"), ("ns1", "b")]


@pytest.mark.parametrize(
    ("subject", "through"),
    [
        ("ServiceAccount:ns1/runner", "Group:system:serviceaccounts:ns1"),
        ("ServiceAccount:ns2/runner", "Group:system:serviceaccounts:ns2"),
        ("ServiceAccount:ns1/runner", "Group:system:serviceaccounts"),
        ("ServiceAccount:ns1/runner", "Group:system:authenticated"),
        ("User:system:serviceaccount:ns1:runner", "Group:system:serviceaccounts:ns1"),
        ("User:ann", "Group:system:authenticated"),
        ("Group:ml", "Group:system:authenticated"),
        ("Group:system:serviceaccounts:ns1", "Group:system:serviceaccounts"),
        ("User:system:anonymous", "Group:system:unauthenticated"),
    ],
)
def test_a_subject_has_what_the_groups_have_that_it_is_always_in(subject, through):
    (finding,) = findings(ASKED, *give("ns1/a", CREATE, subject), *give("ns1/b", GET, through))
    assert finding.name == "a"
    (told,) = [step for step in finding.chain if " is in " in step]
    assert told.endswith(f" is in Group {through.removeprefix('Group:')}")


@pytest.mark.parametrize(
    ("subject", "group"),
    [
        ("ServiceAccount:ns1/runner", "Group:system:serviceaccounts:ns2"),
        ("ServiceAccount:ns1/runner", "Group:system:unauthenticated"),
        ("User:ann", "Group:system:serviceaccounts"),
        ("User:system:anonymous", "Group:system:authenticated"),
        ("Group:system:unauthenticated", "Group:system:authenticated"),
        ("User:ann", "Group:ml"),
    ],
)
def test_a_subject_has_nothing_of_other_groups(subject, group):
    assert messages(ASKED, *give("ns1/a", CREATE, subject), *give("ns1/b", GET, group)) == []


def test_two_groups_of_accounts_meet_in_the_narrower():
    wide = give("ns1/a", CREATE, "Group:system:serviceaccounts")
    found = findings(ASKED, *wide, *give("ns1/b", GET, "Group:system:serviceaccounts:ns2"))
    assert [one.subject for one in found] == ["group:system:serviceaccounts:ns2"]


def test_what_a_group_holds_by_itself_is_told_of_the_group():
    both = [role("ns1/r", CREATE, GET), binding("ns1/b", "r", "Group:system:serviceaccounts:ns1", kind="Role")]
    found = findings(ASKED, *both, *give("ns1/c", GET, "ServiceAccount:ns1/runner"))
    assert [one.subject for one in found] == ["group:system:serviceaccounts:ns1"]


def test_a_group_of_one_namespace_meets_an_account_of_the_whole_cluster_there():
    groups = give("ns1/b", GET, "Group:system:serviceaccounts:ns2")
    found = findings(ASKED, *give("all", CREATE, "ServiceAccount:ns2/runner"), *groups)
    assert [(one.namespace, one.name, one.subject) for one in found] == [("ns1", "b", "serviceaccount:ns2/runner")]


def test_a_role_binding_gives_no_half_that_is_in_no_namespace():
    signing = asking(
        "forbid-combined-grants",
        combinations=[
            [
                grant("update", "certificatesigningrequests/approval", "certificates.k8s.io"),
                grant("approve", "signers", "certificates.k8s.io"),
            ]
        ],
    )
    update = rule("update", "certificates.k8s.io", "certificatesigningrequests/approval")
    approve = rule("approve", "certificates.k8s.io", "signers")
    assert messages(signing, *give("a", update, "User:ann"), *give("ns1/b", approve, "User:ann")) == []
    assert len(messages(signing, *give("a", update, "User:ann"), *give("b", approve, "User:ann"))) == 1


def test_several_combinations_of_one_subject_are_one_cause():
    modes = [[grant("a", "x", "g"), grant("b", "x", "g")], [grant("c", "x", "g"), grant("d", "x", "g")]]
    asked = asking("forbid-combined-grants", combinations=modes)
    held = [role("ns1/r", rule("*", "g", "x")), binding("ns1/b", "r", "User:ann", kind="Role")]
    assert messages(asked, *held) == [
        (
            "User ann holds a on x in g together with b on x in g, and c on x in g together with d on x in g, "
            "in namespace ns1 by RoleBinding b of Role r"
        )
    ]
    assert messages(asked, *give("ns1/b", rule("a,d", "g", "x"), "User:ann")) == []


def test_what_every_cluster_starts_with_is_no_finding():
    assert messages(ASKED) == []


def test_the_order_of_manifests_changes_nothing():
    bodies = [
        *give("ns1/a", CREATE, "Group:ml", "User:ann"),
        *give("ns1/b", GET, "Group:ml", "User:ann"),
        *give("all", GET, "Group:ml"),
        *give("ns2/c", CREATE, "Group:ml"),
        *give("ns2/d", CREATE, "Group:system:authenticated"),
    ]
    expected = [
        (one.message, [step.partition(" (m.yaml")[0] for step in one.chain]) for one in findings(ASKED, *bodies)
    ]
    assert len(expected) == 3
    for seed in range(4):
        shuffled = random.Random(seed).sample(bodies, len(bodies))  # noqa: S311 - an order, and no secret
        found = findings(ASKED, *shuffled)
        assert [(one.message, [step.partition(" (m.yaml")[0] for step in one.chain]) for one in found] == expected


def test_two_thousand_tenants_take_a_moment():
    bodies = [*give("all", CREATE, "ServiceAccount:operators/operator")]
    for i in range(2000):
        bodies += [*give(f"t{i}/a", CREATE, f"Group:g{i}"), *give(f"t{i}/b", GET, f"Group:g{i}", "Group:all")]
    assert len(findings(ASKED, *bodies)) == 2000
