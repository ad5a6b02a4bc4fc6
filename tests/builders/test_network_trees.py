"""Openings to a tenant and all below it."""

import pytest
from building import PLAIN, QUOTA, every, objects, shuffled, told

FAMILY = {
    "research": "namespaces: []",
    "vision": f"parent: research\n{QUOTA}",
    "nlp": "parent: research\nquota: {hard: {pods: 50}}",
    "deep": f"parent: nlp\n{QUOTA}",
    "store": QUOTA,
    "alone": QUOTA,
}


def below(name):
    return {"matchExpressions": [{"key": f"{name}.tree.tenantry.dev/depth", "operator": "Exists"}]}


def tenant(name):
    return {"matchLabels": {"tenantry.dev/tenant": name}}


def rules(found, policy, way):
    """Write, by namespace, whom a policy of this name opens the way for, with the ports."""
    return {
        body["metadata"]["namespace"]: [
            (peer["namespaceSelector"], [port["port"] for port in rule.get("ports", ())])
            for rule in body["spec"][way]
            for peer in rule["from" if way == "ingress" else "to"]
        ]
        for body in every(found, "NetworkPolicy", policy)
    }


def spread(names, selector, ports=()):
    return {name: [(selector, [*ports])] for name in names}


def of(**changed):
    return objects(FAMILY | changed, PLAIN)


def test_a_tree_is_let_in_by_one_rule_and_everybody_in_it_gets_out():
    found = of(store=f"{QUOTA}\nnetwork: {{ingress: [{{tree: research, ports: [6565]}}]}}")
    assert rules(found, "allow-ingress", "ingress") == {"store": [(below("research"), [6565])]}
    out = [(tenant("store"), [6565])]
    assert rules(found, "allow-admitted", "egress") == {"vision": out, "nlp": out, "deep": out}


def test_a_tree_in_which_everybody_lets_in_everybody_costs_each_one_rule():
    found = of(research="namespaces: []\nnetwork: {ingress: [{tree: research, ports: [80]}]}")
    each = spread(("deep", "nlp", "vision"), below("research"), [80])
    assert rules(found, "allow-ingress", "ingress") == rules(found, "allow-admitted", "egress") == each


def test_a_part_of_a_tree_is_one_too():
    found = of(vision=f"parent: research\n{QUOTA}\nnetwork: {{ingress: [{{tree: nlp}}]}}")
    assert rules(found, "allow-ingress", "ingress") == {"vision": [(below("nlp"), [])]}
    assert rules(found, "allow-admitted", "egress") == spread(("deep", "nlp"), tenant("vision"))


def test_whoever_inherits_the_opening_is_reached_as_a_tree():
    stores = {"stores": "namespaces: []\nnetwork: {ingress: [{tree: research}]}", "store": f"parent: stores\n{QUOTA}"}
    found = of(**stores, cache=f"parent: stores\n{QUOTA}")
    assert rules(found, "allow-ingress", "ingress") == spread(("cache", "store"), below("research"))
    assert rules(found, "allow-admitted", "egress")["deep"] == [(below("stores"), [])]


def test_children_let_in_a_part_of_them_by_their_parents_word():
    within = "parent: research\nquota: {hard: {pods: 50}}\nnetwork: {ingress: [{tree: deep}]}"
    found = of(nlp=within, deep="parent: nlp\nquota: {hard: {pods: 30}}", under=f"parent: deep\n{QUOTA}")
    assert rules(found, "allow-ingress", "ingress") == spread(["nlp", "deep", "under"], below("deep"))
    assert rules(found, "allow-admitted", "egress") == spread(["deep", "under"], below("nlp"))


def test_whoever_lists_egress_has_decided_for_himself():
    store = f"{QUOTA}\nnetwork: {{ingress: [{{tree: research, ports: [6565]}}]}}"
    for egress, out in (
        ("[{dns: true}]", None),
        ("[{admitted: true}]", "allow-admitted"),
        ("[{tenant: store}]", "allow-egress"),
    ):
        found = of(store=store, vision=f"parent: research\n{QUOTA}\nnetwork: {{egress: {egress}}}")
        names = [body["metadata"]["name"] for body in every(found, "NetworkPolicy", namespace="vision")]
        assert [name for name in names if name in ("allow-admitted", "allow-egress")] == ([out] if out else [])


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_files_does_not_matter(seed):
    ways = "network: {ingress: [{tree: research, ports: [1]}, {tree: research, ports: [2]}, {tenant: vision}]}"
    tenants = FAMILY | {name: f"{FAMILY[name]}\n{ways}" for name in ("store", "alone", "nlp")}
    assert objects(dict(shuffled(tenants.items(), seed)), PLAIN) == objects(tenants, PLAIN)


def test_the_platforms_defaults_can_let_in_a_tree_everywhere():
    found = objects(FAMILY, f"{PLAIN}\ndefaults: {{network: {{ingress: [{{tree: nlp}}]}}}}")
    assert rules(found, "allow-ingress", "ingress")["alone"] == [(below("nlp"), [])]
    anybody = {"matchExpressions": [{"key": "tenantry.dev/tenant", "operator": "Exists"}]}
    assert rules(found, "allow-admitted", "egress") == spread(("nlp", "deep"), anybody)


@pytest.mark.parametrize(
    ("tree", "problem"),
    [
        ("reserch", "'reserch' is not a tenant; did you mean 'research'?"),
        ("alone", "'alone' has nobody below it; write tenant: alone"),
        ("store", "'store' has nobody below it; drop it"),
    ],
)
def test_a_tree_has_somebody_below_its_head(tree, problem):
    tenants = FAMILY | {"store": f"{QUOTA}\nnetwork: {{ingress: [{{tree: {tree}}}]}}"}
    assert told(tenants) == [f"tenants/store.yaml: spec.network.ingress.{tree}.tree: {problem}"]
