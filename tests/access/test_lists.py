from access.rbac import GROUP, binding, manifests, role, rule, told

from generator.access import parse


def listed(*items, kind="List", api_version="v1"):
    return {"apiVersion": api_version, "kind": kind, "items": list(items)}


def names(*bodies):
    objects, problems = parse(manifests(*bodies))
    assert problems == ()
    return [one.key.name for one in objects.roles] + [one.name for one in objects.bindings]


def test_lists_are_taken_apart_with_lists_in_them():
    assert names(listed(role("a", rule("get")), listed(role("b"), binding("c", "a"))), role("d")) == [
        "a",
        "b",
        "d",
        "c",
    ]


def test_a_typed_list_says_what_its_items_are():
    item = {"metadata": {"name": "a"}, "rules": []}
    assert names(listed(item, kind="ClusterRoleList", api_version=f"{GROUP}/v1")) == ["a"]
    assert names(listed(item, kind="ConfigMapList")) == []
    assert names(listed(item)) == []


def test_the_place_of_an_item_leads_through_its_list():
    assert told(listed(role("a"), role("b", {"verbs": ["get"]}))) == [
        "rbac.yaml#0/items/1/rules/0: a rule about resources must name their apiGroups; write [''] for the core group",
        "rbac.yaml#0/items/1/rules/0: a rule must name resources or nonResourceURLs; write one of them",
    ]


def test_lists_have_a_depth():
    deep = role("a")
    for _ in range(10):
        deep = listed(deep)
    assert names(deep) == ["a"]
    (problem,) = told(listed(deep))
    assert problem.endswith(": lists are nested deeper than 10 times; write the objects in one list")


def test_what_is_no_object_is_told():
    assert told(listed("x", None), 7) == [
        "rbac.yaml#0/items/0: a text is no object; write a mapping with apiVersion, kind and metadata",
        "rbac.yaml#0/items/1: null is no object; write a mapping with apiVersion, kind and metadata",
        "rbac.yaml#1: 7 is no object; write a mapping with apiVersion, kind and metadata",
    ]


def test_an_object_with_items_that_is_no_list_is_one_object():
    assert names({**role("a"), "items": [role("b")]}) == ["a"]
    assert names({"kind": "List", "apiVersion": "v1", "items": None}, {"kind": "List"}) == []
