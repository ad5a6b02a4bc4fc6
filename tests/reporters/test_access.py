"""Answers about access are read by people in 80 columns, and by programs; no name can write a line of its own."""

import json

from access.rbac import access, ask, binding, role, rule, urls

from generator.access import group, service_account, user
from generator.problems import Place
from generator.reporters.access import CanI, Of, Where, WhoCan, as_json, places, text

HERE = Where("eu", None)
GET = ask("get", "pods/log", name="web", namespace="ns1")


def found(*bodies, **options):
    return access(
        role("ns1/reader", rule("get,list", ",apps", "pods,pods/log", "web"), rule("create")),
        binding("ns1/readers", "reader", "User:ada", "Group:ml", kind="Role"),
        *bodies,
        **options,
    )


def who_can(request, *bodies, where=HERE, notes=(), **options):
    return WhoCan(where, request, notes, found(*bodies, **options).who_can(request))


def lines(answer, located=None):
    return text([answer], located or {}).splitlines()


def test_every_holder_is_told_with_binding_role_rule_and_their_places():
    located = {Place("rbac.yaml", (1,)): Place("rbac.yaml", (1,), 12, 3)}
    assert lines(who_can(GET), located) == [
        "eu, without built-in roles: who can get pods/log web in namespace ns1",
        "",
        "Group ml",
        "  RoleBinding ns1/readers (rbac.yaml:12)",
        "  Role ns1/reader (rbac.yaml#0)",
        "    rule 0: get, list on pods, pods/log in API groups core, apps, named web",
        "",
        "User ada",
        "  RoleBinding ns1/readers (rbac.yaml:12)",
        "  Role ns1/reader (rbac.yaml#0)",
        "    rule 0: get, list on pods, pods/log in API groups core, apps, named web",
    ]


def test_nobody_is_an_answer_and_notes_stand_below_the_question():
    answer = who_can(ask("delete", "nodes"), notes=("nodes are in no namespace, so that 'x' is left out",))
    assert lines(answer) == [
        "eu, without built-in roles: nobody can delete nodes",
        "  note: nodes are in no namespace, so that 'x' is left out",
    ]


def test_a_holder_that_stands_for_many_is_told_with_whom():
    everybody = binding("all", "p", "Group:system:authenticated")
    answer = who_can(ask("get", "/metrics"), role("p", urls("get,post", "/metrics,/logs/*")), everybody)
    assert lines(answer)[2:] == [
        "Group system:authenticated: everybody who has logged in, and every service",
        "  account",
        "  ClusterRoleBinding all (rbac.yaml#3)",
        "  ClusterRole p (rbac.yaml#2)",
        "    rule 0: get, post on /metrics, /logs/*",
    ]


def test_two_rules_of_one_role_are_told_under_it_and_a_gathered_one_with_its_source():
    answer = who_can(
        ask("get", "jobs", group="batch"),
        role("sum", select=["a=b"]),
        role("one", rule("get", "batch", "jobs"), labels={"a": "b"}),
        role("two", rule("*", "batch", "*"), labels={"a": "b"}),
        binding("b", "sum", "User:bob"),
    )
    assert lines(answer)[2:] == [
        "User bob",
        "  ClusterRoleBinding b (rbac.yaml#5)",
        "  ClusterRole sum (rbac.yaml#2)",
        "    rule 0: get on jobs in API group batch (from rbac.yaml#3)",
        "    rule 1: * on * in API group batch (from rbac.yaml#4)",
    ]


def test_what_kubernetes_brings_is_told_as_such():
    request = ask("create", "pods", namespace="ns1")
    answer = who_can(request, binding("ns1/b", "edit", "User:bob"), where=Where(None, "1.35"), version="1.35")
    told = lines(answer)
    start = told.index("User bob")
    assert told[0] == "Kubernetes 1.35: who can create pods in namespace ns1"
    assert told[start : start + 6] == [
        "User bob",
        "  RoleBinding ns1/b (rbac.yaml#2)",
        "  ClusterRole edit (built into Kubernetes 1.36)",
        "    rule 2: create, delete, deletecollection, patch, update on pods,",
        "      pods/attach, pods/exec, pods/portforward, pods/proxy in API group core",
        "      (from system:aggregate-to-edit)",
    ]


def can_i(subject, request, *groups, **options):
    name = "" if subject.kind == "Group" else subject.username
    asked = (*groups, subject.name) if subject.kind == "Group" else groups
    return CanI(HERE, request, (), subject, groups, found(**options).decide(name, asked, request))


def test_the_grant_that_decides_is_told_and_others_are_counted():
    assert lines(can_i(user("ada"), GET, "ml")) == [
        "eu, without built-in roles: yes, User ada can get pods/log web in namespace ns1",
        "  RoleBinding ns1/readers (rbac.yaml#1)",
        "  Role ns1/reader (rbac.yaml#0)",
        "    rule 0: get, list on pods, pods/log in API groups core, apps, named web",
        "  and by 1 more; --format json lists all",
    ]


def test_a_grant_by_a_group_names_the_group():
    assert lines(can_i(user("bob"), GET, "ml"))[:3] == [
        "eu, without built-in roles: yes, User bob can get pods/log web in namespace ns1",
        "  as Group ml",
        "  RoleBinding ns1/readers (rbac.yaml#1)",
    ]
    assert "  as Group ml" not in lines(can_i(group("ml"), GET))


def test_no_is_told_in_a_line():
    answer = can_i(service_account("ns1", "runner"), GET)
    assert lines(answer) == [
        "eu, without built-in roles: no, ServiceAccount ns1/runner cannot get pods/log",
        "  web in namespace ns1",
    ]
    assert not answer.allowed


def test_masters_may_do_everything_without_a_grant():
    for answer in (can_i(user("root"), GET, "system:masters"), can_i(group("system:masters"), GET)):
        assert answer.allowed
        assert lines(answer)[-1] == "  Group system:masters may do everything: RBAC is not asked"


def test_all_that_somebody_may_do_is_told_by_scope_made_short():
    grants = found(
        role("c", rule("get", "", "nodes"), rule("list", "", "nodes"), urls("get", "/healthz")),
        role("dead", rule("get", "", "pods/")),
        binding("c", "c", "Group:ops"),
        binding("d", "c", "Group:ops"),
        binding("ns0/d", "dead", "User:ada"),
    ).grants_of(user("ada"), ["ops"])
    assert lines(Of(HERE, user("ada"), ("ops",), (), grants)) == [
        "eu, without built-in roles: User ada may do this",
        "",
        "cluster-wide",
        "  as Group ops",
        "  ClusterRoleBinding c (rbac.yaml#4)",
        "  ClusterRole c (rbac.yaml#2)",
        "    get, list on nodes in the core group",
        "    get on the paths /healthz",
        "  ClusterRoleBinding d (rbac.yaml#5)",
        "  ClusterRole c (rbac.yaml#2)",
        "    get, list on nodes in the core group",
        "    get on the paths /healthz",
        "",
        "in namespace ns0",
        "  RoleBinding ns0/d (rbac.yaml#6)",
        "  ClusterRole dead (rbac.yaml#3)",
        "    nothing: no request is like its rules",
        "",
        "in namespace ns1",
        "  RoleBinding ns1/readers (rbac.yaml#1)",
        "  Role ns1/reader (rbac.yaml#0)",
        "    create on pods in the core group",
        "    get, list on pods, pods/log in the core group, apps, named web",
    ]


def test_who_holds_nothing_may_do_nothing():
    assert lines(Of(HERE, user("eve"), (), (), ())) == ["eu, without built-in roles: User eve may do nothing"]


def test_several_answers_stand_apart():
    answers = [Of(Where(name, "1.36"), user("eve"), (), (), ()) for name in ("eu", "us")]
    assert text(answers, {}) == (
        "eu, Kubernetes 1.36: User eve may do nothing\n\nus, Kubernetes 1.36: User eve may do nothing"
    )


def test_a_name_cannot_write_a_line_or_move_the_cursor():
    answer = who_can(
        ask("get", "secrets"),
        role("r", rule("get,x\ny", "", "secrets")),
        binding("b", "r", "User:eve\n\nUser \x1b[2Jada", "Group: \u202eml"),
    )
    assert lines(answer)[2:] == [
        r"Group ' \u202eml'",
        "  ClusterRoleBinding b (rbac.yaml#3)",
        "  ClusterRole r (rbac.yaml#2)",
        r"    rule 0: get, 'x\ny' on secrets in API group core",
        "",
        r"User 'eve\n\nUser \x1b[2Jada'",
        "  ClusterRoleBinding b (rbac.yaml#3)",
        "  ClusterRole r (rbac.yaml#2)",
        r"    rule 0: get, 'x\ny' on secrets in API group core",
    ]


def test_no_line_is_longer_than_80_columns():
    words = ",".join(f"resource{i}" for i in range(40))
    answer = who_can(ask("get", "resource1"), role("r", rule("get", "", words)), binding("b", "r", "User:ada"))
    assert max(map(len, lines(answer))) <= 80
    grants = found(role("r", rule("get", "", words)), binding("b", "r", "User:ada")).grants_of(user("ada"))
    assert max(map(len, lines(Of(HERE, user("ada"), (), (), grants)))) <= 80


def test_programs_get_every_grant_with_its_places():
    located = {Place("rbac.yaml", (1,)): Place("rbac.yaml", ("subjects", 0), 12, 3)}
    told = json.loads(as_json([who_can(GET)], located))
    holder = told["answers"][0].pop("holders")[1]
    assert told == {
        "version": 1,
        "answers": [
            {
                "question": "who-can",
                "cluster": "eu",
                "kubernetes": None,
                "notes": [],
                "request": {
                    "verb": "get",
                    "group": "",
                    "resource": "pods",
                    "subresource": "log",
                    "name": "web",
                    "namespace": "ns1",
                },
            }
        ],
    }
    role_place = {"file": "rbac.yaml", "field": "[0]", "line": None, "column": None}
    assert holder == {
        "kind": "User",
        "name": "ada",
        "namespace": "",
        "meaning": None,
        "grants": [
            {
                "scope": "ns1",
                "subject": {"kind": "User", "name": "ada", "namespace": ""},
                "binding": {
                    "kind": "RoleBinding",
                    "name": "readers",
                    "namespace": "ns1",
                    "place": {"file": "rbac.yaml", "field": "subjects[0]", "line": 12, "column": 3},
                },
                "role": {"kind": "Role", "name": "reader", "namespace": "ns1", "place": role_place},
                "rule": {
                    "index": 0,
                    "place": role_place,
                    "apiGroups": ["", "apps"],
                    "resources": ["pods", "pods/log"],
                    "resourceNames": ["web"],
                    "verbs": ["get", "list"],
                },
            }
        ],
    }


def test_programs_get_decisions_and_sums():
    request = ask("get", "/healthz")
    decided, summed = (
        json.loads(as_json([answer], {}))["answers"][0]
        for answer in (
            CanI(HERE, request, (), user("ada"), ("ml",), ()),
            Of(HERE, user("ada"), ("ml",), ("a note",), found().grants_of(user("ada"))),
        )
    )
    assert (decided["question"], decided["request"]) == ("can-i", {"verb": "get", "path": "/healthz"})
    assert (decided["allowed"], decided["grants"], decided["groups"]) == (False, [], ["ml"])
    assert (summed["question"], summed["notes"], len(summed["grants"])) == ("of", ["a note"], 2)
    assert "request" not in summed


def test_a_place_is_null_where_kubernetes_brings_the_object():
    request = ask("get", "/healthz")
    told = json.loads(as_json([who_can(request, version="1.36")], {}))
    grant = told["answers"][0]["holders"][0]["grants"][0]
    assert [grant[part]["place"] for part in ("binding", "role", "rule")] == [None] * 3


def test_the_places_that_are_shown_can_be_asked_for():
    assert set(places([who_can(GET)])) == {Place("rbac.yaml", (0,)), Place("rbac.yaml", (1,))}
