"""Whoever writes manifests cannot hold a run up: each of these would take minutes if it were looked at pair by pair."""

import pytest
from access.rbac import binding, role, rule, urls
from rules.judging import asking, findings, messages, named

FULL = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]
PODS = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["create"]}]
WORDS = range(1_000)
MANY = range(2_000)
WIDE = rule(",".join(f"v{i}" for i in WORDS), ",".join(f"g{i}.io" for i in WORDS), ",".join(f"r{i}" for i in WORDS))


def mesh(values, name="lets-in", key="request.headers[kubeflow-userid]"):
    spec = {"rules": [{"when": [{"key": key, "values": [value]}]} for value in values]}
    return named("AuthorizationPolicy", name, "ns1", "security.istio.io/v1", spec=spec)


def test_a_rule_may_name_thousands_of_words_on_each_side():
    given = [role("ns1/r", WIDE), binding("ns1/b", "r", "User:ann", kind="Role")]
    assert messages(asking("forbid-dead-grants"), *given) == []
    assert messages(asking("forbid-redundant", case="rules"), *given) == []
    [said] = messages(asking("forbid-oversized-roles", triples=500), *given)
    assert said.endswith(", which grants 1000000000 triples of group, resource and verb")


def test_so_many_triples_of_several_rules_are_not_counted_one_by_one():
    given = [role("ns1/r", WIDE, rule("get", "", "pods")), binding("ns1/b", "r", "User:ann", kind="Role")]
    [said] = messages(asking("forbid-oversized-roles", triples=500), *given)
    assert said.endswith(", which grants up to 1000000001 triples of group, resource and verb")


def test_a_role_may_have_thousands_of_rules_and_of_bindings():
    rules = [rule("get", "", f"secrets,x{i}") for i in MANY]
    given = [role("r", *rules), *(binding(f"b{i}", "r", f"User:u{i}") for i in MANY)]
    found = findings(asking("forbid-grants", grants=FULL), *given)
    assert len(found) == len(MANY)
    assert {len(one.chain) for one in found} == {53}  # the binding, the role, 50 rules, and how many more
    assert found[0].chain[-1] == "and 1950 more of its rules"
    assert messages(asking("forbid-redundant", case="rules"), *given) == []


def test_rules_with_wildcards_and_their_bindings_are_not_paired():
    rules = [rule("*", "g.io", f"things{i}") for i in MANY]
    given = [role("r", *rules), *(binding(f"b{i}", "r", f"User:u{i}") for i in MANY)]
    found = findings(asking("forbid-wildcards", fields=["verbs"]), *given)
    assert len(found) == len(MANY)
    assert found[0].chain[-1] == "given to 1992 more"


def test_thousands_of_paths_are_compared_by_their_order():
    given = [role("r", *(urls("get", f"/a{i}/*") for i in MANY)), binding("b", "r", "User:ann")]
    assert messages(asking("forbid-grants", grants=FULL), *given) == []
    assert messages(asking("forbid-redundant", case="rules"), *given) == []


def test_what_one_rule_may_do_to_thousands_of_names_is_not_told_whole_to_each():
    names = ",".join(f"secret-{i}" for i in MANY)
    given = [role("r", rule("get", "", "secrets", names)), binding("b", "r", *(f"User:u{i}" for i in MANY))]
    said = messages(asking("forbid-grants", grants=FULL), *given)
    assert len(said) == len(MANY)
    assert max(map(len, said)) < 6_000


def test_roles_in_a_circle_share_what_is_worked_out():
    roles = [role(f"r{i}", rule("get", "", f"x{i}"), labels={f"l{i}": "y"}, select=[f"l{i - 1}=y"]) for i in WORDS]
    given = [*roles, *(binding(f"b{i}", f"r{i}", f"User:u{i}") for i in WORDS)]
    assert messages(asking("forbid-grants", grants=FULL), *given) == []
    found = findings(asking("forbid-aggregation", case="widening-label"), *given)
    assert len(found) == len(WORDS) - 1  # nobody selects the last


def test_a_role_that_many_gather_names_the_first():
    gathering = [role(f"all-{i:04}", select=["x=y"]) for i in MANY]
    [said] = messages(
        asking("forbid-aggregation", case="widening-label"),
        role("r", rule("get", "", "pods"), labels={"x": "y"}),
        *gathering,
    )
    assert said.endswith(", all-0018, all-0019 and more")


def test_who_may_borrow_accounts_and_the_accounts_are_not_paired():
    lenders = [binding(f"ns1/lend-{i}", "edit", f"ServiceAccount:ns1/a{i:04}") for i in MANY]
    borrowers = binding("ns1/b", "r", *(f"User:u{i}" for i in MANY))
    asked = asking("forbid-borrowed-identity", grants=PODS, gain="rights")
    said = messages(asked, role("r", rule("create", "", "pods")), borrowers, *lenders)
    assert len(said) == len(MANY)
    assert " and 1997 more, and so gains " in said[0]


@pytest.mark.parametrize("where", ["ns1/", ""])
def test_what_is_lent_and_what_borrowers_have_are_not_paired(where):
    given = []
    for i in range(300):
        given += [role(f"lent-{i}", rule("get", "g.io", f"x{i}")), role(f"own-{i}", rule("create", "", f"pods,y{i}"))]
        given.append(binding(f"{where}lend-{i}", f"lent-{i}", f"ServiceAccount:ns1/a{i}"))
        given.append(binding(f"{where}borrow-{i}", f"own-{i}", f"User:u{i}"))
    said = messages(asking("forbid-borrowed-identity", grants=PODS, gain="rights"), *given)
    assert len(said) == 300
    assert all(" and many more, and so gains " in one for one in said)


def test_a_combination_is_told_for_thousands_of_subjects():
    combined = asking("forbid-combined-grants", combinations=[[*FULL, *PODS]])
    given = role("r", rule("get,create", "", "secrets,pods"))
    assert len(messages(combined, given, binding("b", "r", *(f"User:u{i}" for i in MANY)))) == len(MANY)


def test_of_thousands_of_bindings_to_a_group_the_first_are_told():
    asked = asking("forbid-combined-grants", combinations=[[FULL[0], PODS[0]]])
    given = [role("s", rule("get", "", "secrets")), role("p", rule("create", "", "pods"))]
    given += [binding(f"s{i}", "s", "Group:system:authenticated") for i in MANY]
    given += [binding(f"p{i}", "p", f"User:u{i}") for i in MANY]
    found = findings(asked, *given)
    assert len(found) == len(MANY)
    assert max(len(one.chain) for one in found) < 300


def test_the_bindings_of_one_subject_are_not_paired():
    roles = [role(f"r{i}", rule("get", "", f"x{i},y{i + 1}")) for i in WORDS]
    given = [*roles, *(binding(f"b{i}", f"r{i}", "User:ann") for i in WORDS)]
    assert messages(asking("forbid-redundant", case="bindings"), *given) == []


def test_viewers_and_those_whom_a_mesh_names_are_not_paired():
    viewers = [binding(f"ns1/b{i}", "kubeflow-view", f"User:u{i}@x.com") for i in MANY]
    asked = asking("forbid-connecting-viewers", roles=["kubeflow-view"], headers=["kubeflow-userid"])
    policies = [mesh([f"accounts:u{i}@x.com", "*@y.com", "z*"], f"m{i}") for i in MANY]
    assert len(messages(asked, *viewers, *policies)) == len(MANY)
    said = messages(asked, *viewers, mesh(["*@x.com"]))
    assert len(said) == 101
    assert said[0] == "AuthorizationPolicy lets-in lets 1900 more users in, who may only view namespace ns1"


def test_owners_and_those_whom_a_mesh_names_are_not_paired():
    owned = [
        named("Profile", "ns1", api="kubeflow.org/v1", spec={"owner": {"kind": "Group", "name": f"g{i}"}}) for i in MANY
    ]
    let_in = mesh([f"g{i}" for i in MANY if i], key="request.auth.claims[groups]")
    said = messages(asking("require-reachable-owner"), *owned, let_in)
    assert said == ["Group g0 owns the profile ns1, and its mesh lets in users only"]
