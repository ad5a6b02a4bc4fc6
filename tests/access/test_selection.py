import pytest
from access.rbac import manifests, role, told

from generator.access import parse

AT = "rbac.yaml#0/aggregationRule/clusterRoleSelectors"
VALUES = "at most 63 of letters, digits, '-', '_' and '.', a letter or digit at both ends"


def expression(**fields):
    return {"matchExpressions": [fields]}


@pytest.mark.parametrize(
    ("selectors", "problem"),
    [
        ([], ": an aggregationRule without a selector is refused; write one"),
        (["x"], "/0: a text is not a mapping; write one of 'key: value'"),
        ([{"matchLabels": {"x": 1}}], "/0/matchLabels/x: 1 is not a text; quote it"),
        ([{"matchLabels": {"x": "a b"}}], f"/0/matchLabels/x: 'a b' is not a label value ({VALUES}); write 'a-b'"),
        (
            [expression(key="x", operator="in", values=["a"])],
            "/0/matchExpressions/0/operator: 'in' cannot stand here; did you mean 'In'?",
        ),
        (
            [expression(key="x", operator="In")],
            "/0/matchExpressions/0/values: 'In' needs values; write some",
        ),
        (
            [expression(key="x", operator="Exists", values=["a"])],
            "/0/matchExpressions/0/values: 'Exists' has no values; leave them out",
        ),
    ],
)
def test_a_selector_that_the_api_server_refuses_is_told(selectors, problem):
    body = {**role("a"), "aggregationRule": {"clusterRoleSelectors": selectors}}
    assert told(body) == [AT + problem]
    assert parse(manifests(body))[0].roles == ()


def test_a_key_of_a_label_is_checked():
    (problem,) = told(role("a", select=["a b=x"]))
    assert problem.startswith(f"{AT}/0/matchLabels/a b: 'a b' is not a label key (")


def test_the_aggregation_rule_of_a_namespaces_role_is_ignored():
    (found,) = parse(manifests({**role("ns1/a"), "aggregationRule": 7}))[0].roles
    assert found.selectors is None
