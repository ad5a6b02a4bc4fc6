import pytest
from access.rbac import binding, role, rule
from rules.judging import asking, findings, messages

OVERWRITTEN = asking("forbid-aggregation", case="overwritten-rules")
EMPTY = asking("forbid-aggregation", case="empty-selector")
WIDENING = asking("forbid-aggregation", case="widening-label")
TO_VIEW = {"rbac.authorization.k8s.io/aggregate-to-view": "true"}


def test_rules_that_are_overwritten_are_told_with_what_is_lost():
    whole = role("whole", rule("get"), rule("list"), select=["x=y"])
    part = role("part", rule("get"), labels={"x": "y"})
    assert messages(OVERWRITTEN, whole, part) == [
        (
            "ClusterRole whole writes rules that its aggregationRule overwrites, so that it does not allow "
            "list on pods in the core group"
        )
    ]


def test_a_role_that_was_read_from_a_cluster_has_the_rules_that_it_gathers():
    whole = role("whole", rule("get"), select=["x=y"])
    assert messages(OVERWRITTEN, whole, role("part", rule("get,list"), labels={"x": "y"})) == []


def test_an_item_of_a_list_is_read_like_any_other():
    whole = role("whole", rule("get"), select=["x=y"])
    items = [{key: whole[key] for key in ("metadata", "rules", "aggregationRule")}]
    listed = {"apiVersion": whole["apiVersion"], "kind": "ClusterRoleList", "items": items}
    assert len(messages(OVERWRITTEN, listed)) == 1


def test_what_kubernetes_gathers_is_not_judged():
    label = {"rbac.authorization.k8s.io/aggregate-to-admin": "true"}
    admin = role("admin", rule("*", "example.com", "*"), select=[{"matchLabels": label}])
    assert messages(OVERWRITTEN, admin) == []


@pytest.mark.parametrize("select", [[{}], [{"matchLabels": {}}], ["x=y", {}]])
def test_an_empty_selector_gathers_everything(select):
    assert messages(EMPTY, role("whole", select=select)) == [
        "ClusterRole whole gathers every ClusterRole by an empty selector, and with them cluster-admin"
    ]


def test_a_selector_that_asks_for_something_is_not_empty():
    selector = {"matchExpressions": [{"key": "x", "operator": "DoesNotExist"}]}
    assert messages(EMPTY, role("whole", select=["x=y", selector])) == []


def test_a_label_that_widens_a_role_is_told_with_that_role():
    (finding,) = findings(WIDENING, role("part", rule("get"), labels=TO_VIEW))
    assert finding.message == "ClusterRole part has a label by which its rules become those of view"
    assert finding.chain == ("rule: get on pods in the core group",)


@pytest.mark.parametrize(
    "selector",
    [
        {"matchLabels": {"x": "y"}},
        {"matchExpressions": [{"key": "x", "operator": "Exists"}]},
        {"matchExpressions": [{"key": "z", "operator": "DoesNotExist"}]},
        {"matchExpressions": [{"key": "z", "operator": "NotIn", "values": ["y"]}, {"key": "x", "operator": "Exists"}]},
    ],
)
def test_any_role_that_gathers_counts(selector):
    bodies = [role("whole", select=[selector]), role("part", rule("get"), labels={"x": "y"})]
    expected = ["ClusterRole part has a label by which its rules become those of whole"]
    assert messages(WIDENING, *bodies) == expected


@pytest.mark.parametrize(
    "bodies",
    [
        [role("part", rule("get"), labels={**TO_VIEW, "rbac.authorization.k8s.io/aggregate-to-view": "false"})],
        [role("part", rule("get"))],
        [role("ns1/part", rule("get"), labels=TO_VIEW)],
        [role("part", rule("get"), labels={"x": "y"}), role("whole", select=[{}])],
        [role("whole", select=["x=y"], labels={"x": "y"})],
        [],
    ],
)
def test_what_nothing_gathers_widens_nothing(bodies):
    assert messages(WIDENING, *bodies) == []


def test_roles_that_are_meant_to_can_be_allowed():
    asked = asking("forbid-aggregation", case="widening-label", allowed=["part"])
    bodies = [role(name, rule("get"), labels=TO_VIEW) for name in ("part", "other")]
    assert messages(asked, *bodies) == ["ClusterRole other has a label by which its rules become those of view"]


def test_thousands_of_roles_that_gather_one_another_take_a_moment():
    bodies = [role(f"whole{i}", select=[f"to-{i}=true"]) for i in range(2000)]
    bodies += [role(f"part{i}", rule("get"), labels={f"to-{i}": "true"}) for i in range(2000)]
    assert len(messages(WIDENING, *bodies, binding("b", "whole1", "Group:ml"))) == 2000
