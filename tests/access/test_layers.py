from access.rbac import access, ask, binding, manifests, protected, role, rule, rules_of

from generator.access import effective, group
from generator.manifest import Manifest
from generator.problems import Place

GET, LIST = rule("get"), rule("list")


def verbs(found, name):
    return sorted(verb for one in rules_of(found, name) for verb in one.verbs)


def holders(found, request):
    return {subject.name for subject in found.who_can(request).grants}


def test_a_snapshot_takes_the_place_of_a_default():
    found = access(version="1.36", snapshot=manifests(role("cluster-admin", GET), document="snapshot.yaml"))
    assert verbs(found, "cluster-admin") == ["get"]


def test_a_snapshot_adds_to_the_built_in_roles_by_its_labels():
    label = {"rbac.authorization.k8s.io/aggregate-to-view": "true"}
    widening = role("operator-view", rule("get", "example.com", "widgets"), labels=label)
    found = access(binding("ns1/b", "view", "User:ada"), version="1.36", snapshot=manifests(widening))
    (grant,) = found.decide("ada", [], ask("get", "widgets", namespace="ns1", group="example.com"))
    assert grant.role.key.name == "view"
    assert str(grant.role.source(grant.index)) == "rbac.yaml#0"
    assert len(rules_of(found, "view")) == 13
    assert grant.rule in rules_of(found, "edit")
    assert grant.rule in rules_of(found, "admin")


def test_a_manifest_takes_the_place_of_what_the_snapshot_shows():
    snapshot = manifests(role("ns1/a", GET), binding("ns1/b", "a", "User:old", kind="Role"))
    found = access(role("ns1/a", LIST), binding("ns1/b", "a", "User:new", kind="Role"), snapshot=snapshot)
    assert verbs(found, "ns1/a") == ["list"]
    assert holders(found, ask("list", "pods", namespace="ns1")) == {"new"}


def test_the_api_server_puts_back_what_a_manifest_takes_out_of_a_default_role():
    found = access(role("system:basic-user", GET), version="1.36")
    assert verbs(found, "system:basic-user") == ["create", "create", "get"]


def test_the_api_server_puts_back_the_selectors_of_a_default_role():
    found = access(role("view", select=["to=view"]), role("a", rule("fly"), labels={"to": "view"}), version="1.36")
    assert len(rules_of(found, "view")) == 13


def test_the_api_server_leaves_a_protected_role_alone():
    found = access(protected(role("system:basic-user", GET)), version="1.36")
    assert verbs(found, "system:basic-user") == ["get"]


def test_the_api_server_puts_back_the_subjects_of_a_default_binding():
    body = binding("cluster-admin", "cluster-admin", "User:ada")
    anything = ask("fly", "carpets")
    everybody = {"system:masters", "generic-garbage-collector", "namespace-controller"}
    assert holders(access(body, version="1.36"), anything) - everybody == {"ada"}
    assert "system:masters" in holders(access(body, version="1.36"), anything)
    assert "system:masters" not in holders(access(protected(body), version="1.36"), anything)


def test_of_two_roles_of_one_name_both_count_and_one_is_told():
    found = effective(manifests(role("ns1/a", GET), role("ns1/a", LIST, GET)))
    assert verbs(found, "ns1/a") == ["get", "list"]
    assert [f"{problem.place}: {problem.message}" for problem in found.problems] == [
        "rbac.yaml#1: Role ns1/a is asked for here and by rbac.yaml#0, differently; keep one of them"
    ]


def test_of_two_bindings_of_one_name_both_count_and_one_is_told():
    found = effective(manifests(role("a", GET), binding("b", "a", "User:x"), binding("b", "a", "User:y")))
    assert holders(found, ask("get", "pods")) == {"x", "y"}
    assert [problem.message for problem in found.problems] == [
        "ClusterRoleBinding b is asked for here and by rbac.yaml#1, differently; keep one of them"
    ]


def test_twins_may_come_from_places_of_any_shape():
    places = [Place("a.yaml", ("spec", 0)), Place("a.yaml", ("spec", "x")), Place("a.yaml")]
    twins = [Manifest(body, place) for body in (role("a", GET), binding("b", "a", "User:x")) for place in places]
    assert effective(twins).problems == ()


def test_the_same_object_twice_is_no_problem():
    twice = [role("a", GET), role("a", GET), binding("b", "a", "User:x"), binding("b", "a", "User:x")]
    assert effective(manifests(*twice)).problems == ()


def test_the_order_of_manifests_does_not_matter():
    bodies = [
        *(role(f"r{n % 7}", rule(f"v{n}"), labels={"n": str(n % 3)}) for n in range(12)),
        role("all", select=["n=1", "n=2"]),
        *(binding(f"ns{n % 2}/b{n % 4}", f"r{n % 5}", f"User:u{n}", "Group:all") for n in range(12)),
    ]
    given = manifests(*bodies)
    first = effective(given)
    for start in range(1, len(given)):
        again = effective([*given[start:], *reversed(given[:start])])
        assert (again.roles, again.bindings) == (first.roles, first.bindings)
        assert list(again.roles) == list(first.roles)
        assert again.grants_of(group("all")) == first.grants_of(group("all"))


def test_of_many_that_differ_each_is_told_against_the_first_and_all_count():
    rules = [rule("get", f"r{i}") for i in range(2000)]
    access = effective(manifests(*[role("a", one) for one in rules]))
    assert len(access.problems) == 1999
    assert {problem.message.partition(" and by ")[2] for problem in access.problems} == {
        "rbac.yaml#0, differently; keep one of them"
    }
    (found,) = access.roles.values()
    assert len(found.rules) == 2000
