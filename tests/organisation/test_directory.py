from random import Random

import pytest
from tenancy import CLUSTER, TWO_CLUSTERS, directory_of, entry_of, home, orders, platform_of, resolved

from generator.organisation.directory import EVERY_TENANT, NO_FACTS, Admission, Directory, Entry, entry
from generator.spec.settings import Port

ON_PROD = ("prod",)
HTTP = (Port(80, None, "TCP"),)


def facts(name, tenants, shared=""):
    """Return what a tenant has to know, which must be the same for any order of the others."""
    found = [directory_of(order, shared).facts(name) for order in orders(tenants, most=12)]
    assert all(one == found[0] for one in found)
    return found[0]


def admitted(name, tenants, shared=""):
    return list(facts(name, tenants, shared).admitted)


def opens(*callers, way="ingress"):
    return f"network: {{{way}: [{', '.join(f'{{tenant: {caller}}}' for caller in callers)}]}}"


# Entries


def test_a_tenant_that_says_nothing_has_an_entry_of_nothing():
    assert entry_of("vision") == Entry(home("vision"), "vision", None, None, None, [[None, None]], None, None, None, [])


def test_an_entry_holds_what_others_have_to_know():
    spec = """
    parent: research
    lifecycle: frozen
    offboarding: {clusters: [eu]}
    tier: large
    clusters: [eu]
    namespaces: [{name: a}, {name: b, fullName: legacy}]
    network:
      ingress: [{tenant: x, ports: [80, 53/UDP]}, {namespace: lb}, {cidr: 10.0.0.0/8}]
      egress: [{dns: true}, {tenant: w}, {admitted: true}, {namespace: store}]
    mesh: {ingress: [{tenant: z}, {namespace: gate}, {principal: cluster.local/ns/a/sa/b}]}
    """
    assert entry_of("vision", spec) == Entry(
        document=home("vision"),
        name="vision",
        parent="research",
        tier="large",
        clusters=["eu"],
        namespaces=[["a", None], ["b", "legacy"]],
        ingress=[["x", [80, "53/UDP"]]],
        egress=["w", EVERY_TENANT],
        mesh=["z"],
        outside=[
            [["network", "ingress", 1], "lb"],
            [["network", "egress", 3], "store"],
            [["mesh", "ingress", 1], "gate"],
        ],
        lifecycle="frozen",
        leaving=["eu"],
    )


@pytest.mark.parametrize(
    ("text", "wanted"), [("", None), ("[]", []), ("[{namespace: a}]", []), ("[{tenant: a}]", ["a"])]
)
def test_lists_of_an_entry_have_three_states(text, wanted):
    egress = entry_of("vision", f"network: {{egress: {text}}}" if text else "").egress
    callers = entry_of("vision", f"mesh: {{ingress: {text}}}" if text else "").mesh
    assert egress == callers == wanted


def test_an_entry_without_a_spec_can_be_made():
    assert entry({"metadata": {"name": "a"}}, "tenants/a.yaml").parent is None


# Parents


def test_ancestors_come_nearest_first_in_any_order_of_files():
    tenants = {"d": "parent: c", "c": "parent: b", "b": "parent: a", "a": ""}
    assert facts("d", tenants).ancestors == ("c", "b", "a")
    assert facts("a", tenants) == NO_FACTS._replace(is_parent=True)


def test_an_orphan_has_no_ancestors():
    assert facts("a", {"a": "parent: nobody", "b": ""}).ancestors == ()
    assert facts("c", {"a": "parent: nobody", "c": "parent: a"}).ancestors == ("a",)


@pytest.mark.parametrize(
    "tenants",
    [
        {"a": "parent: a"},
        {"a": "parent: b", "b": "parent: a"},
        {"a": "parent: b", "b": "parent: c", "c": "parent: a"},
        {"a": "parent: b", "b": "parent: a", "z": "parent: a"},
    ],
)
def test_a_circle_of_parents_is_found_once_and_cut(tenants):
    for order in orders(tenants):
        found = directory_of(order)
        (circle,) = found.cycles
        assert circle[0] == circle[-1]
        assert set(circle) == tenants.keys() - {"z"}
        for name in tenants:
            ancestors = found.facts(name).ancestors
            assert len(set(ancestors)) == len(ancestors) < len(tenants)


def test_two_circles_are_two():
    tenants = {"a": "parent: b", "b": "parent: a", "c": "parent: c", "d": ""}
    for order in orders(tenants):
        assert sorted(map(set, directory_of(order).cycles), key=len) == [{"c"}, {"a", "b"}]


def test_two_thousand_levels_of_parents_are_followed_quickly_and_without_recursion():
    levels = 2000
    entries = [entry_of("t0", "clusters: [us]")]
    entries += [entries[0]._replace(name=f"t{i}", parent=f"t{i - 1}", clusters=None) for i in range(1, levels)]
    Random(1).shuffle(entries)  # noqa: S311 - any order will do
    found = Directory(entries, platform_of(TWO_CLUSTERS))
    deepest = found.facts(f"t{levels - 1}")
    assert len(deepest.ancestors) == levels - 1
    assert deepest.ancestors[0] == f"t{levels - 2}"
    assert found.clusters(f"t{levels - 1}") == ("us",)
    assert found.cycles == []


# Who is there


def test_the_first_of_two_tenants_of_one_name_counts_and_both_are_remembered():
    first, second = entry_of("vision"), entry_of("vision", "clusters: []")._replace(document="tenants/other.yaml")
    found = Directory([first, second], platform_of())
    assert found.entries == {"vision": first}
    assert found.doubled == [(first, second)]


@pytest.mark.parametrize(
    ("spec", "shared", "names"),
    [
        ("", CLUSTER, ("prod",)),
        ("", TWO_CLUSTERS, ()),
        ("", f"{TWO_CLUSTERS}\ndefaults: {{clusters: [us]}}", ("us",)),
        ("clusters: [us, eu]", TWO_CLUSTERS, ("eu", "us")),
        ("clusters: [us, moon]", TWO_CLUSTERS, ("us",)),
        ("clusters: []", f"{TWO_CLUSTERS}\ndefaults: {{clusters: [us]}}", ()),
        ("clusters: {selector: {env: prod}}", TWO_CLUSTERS, ("eu",)),
        ("clusters: {selector: {}}", TWO_CLUSTERS, ("eu", "us")),
        ("tier: t", f"{TWO_CLUSTERS}\ntiers: {{t: {{clusters: [us]}}}}", ("us",)),
        ("tier: t\nclusters: [eu]", f"{TWO_CLUSTERS}\ntiers: {{t: {{clusters: [us]}}}}", ("eu",)),
        ("parent: mother", TWO_CLUSTERS, ("us",)),
        ("parent: mother\ntier: t", f"{TWO_CLUSTERS}\ntiers: {{t: {{clusters: [eu]}}}}", ("eu",)),
    ],
)
def test_a_tenants_clusters_are_those_that_the_nearest_names(spec, shared, names):
    tenants = {"vision": spec, "mother": "clusters: [us]"}
    assert directory_of(tenants, shared).clusters("vision") == names
    choice = resolved("vision", tenants, shared).settings.clusters
    assert choice is None or tuple(cluster.name for cluster in platform_of(shared).clusters_of(choice)) == names


def test_full_names_follow_the_rule_unless_they_are_written():
    found = directory_of({"a": "", "b": "namespaces: [{name: x}, {name: w, fullName: legacy}]", "c": "namespaces: []"})
    assert [found.namespaces(name) for name in "abc"] == [["a"], ["b-x", "legacy"], []]


# Who lets whom in


def test_whoever_is_let_in_learns_by_whom_and_by_which_ports():
    tenants = {
        "vision": "",
        "a": "network: {ingress: [{tenant: vision, ports: [80]}]}",
        "b": opens("vision"),
        "c": opens("a"),
    }
    assert admitted("vision", tenants) == [Admission("a", HTTP, ON_PROD), Admission("b", (), ON_PROD)]
    assert admitted("b", tenants) == []


def test_several_openings_of_one_tenant_for_another_are_all_told_as_its_file_has_them():
    two = "network: {ingress: [{tenant: vision, ports: [443]}, {tenant: vision, ports: [80], namespaces: [x]}]}"
    assert admitted("vision", {"vision": "", "a": f"{two}\nnamespaces: [{{name: x}}]"}) == [
        Admission("a", (Port(443, None, "TCP"),), ON_PROD),
        Admission("a", HTTP, ON_PROD),
    ]


def test_an_opening_is_inherited_and_can_be_closed_again():
    shared = "tiers: {open: {network: {ingress: [{tenant: vision}]}}}"
    tenants = {
        "vision": "",
        "tiered": "tier: open",
        "mother": opens("vision"),
        "child": "parent: mother",
        "closed": "parent: mother\nnetwork: {ingress: []}",
        "shut": "tier: open\nnetwork: {ingress: []}",
    }
    assert [one.tenant for one in admitted("vision", tenants, shared)] == ["child", "mother", "tiered"]
    found = directory_of(tenants, shared)
    assert {name for name in tenants if found.admits(name, "vision")} == {"child", "mother", "tiered"}


def test_whom_the_platform_lets_in_everywhere_is_one_admission_by_every_tenant():
    shared = "defaults: {network: {ingress: [{tenant: gateway, ports: [80]}]}}"
    tenants = {"gateway": "", "a": "", "b": "network: {ingress: []}"}
    assert admitted("gateway", tenants, shared) == [Admission(EVERY_TENANT, HTTP, ON_PROD)]
    found = directory_of(tenants, shared)
    assert (found.admits("a", "gateway"), found.admits("b", "gateway")) == (True, False)


@pytest.mark.parametrize(
    ("egress", "wanted"),
    [
        (None, ["*", "a"]),
        ("[]", ["*"]),
        ("[{dns: true}]", ["*"]),
        ("[{tenant: b}]", ["*"]),
        ("[{tenant: a}]", ["*"]),
        ("[{admitted: true}]", ["*", "a"]),
        ("[{dns: true}, {admitted: true}]", ["*", "a"]),
    ],
)
@pytest.mark.parametrize("level", ["own", "tier", "parent"])
def test_a_list_of_egress_is_exactly_what_it_lists_beside_what_the_platform_decides(level, egress, wanted):
    text = f"network: {{egress: {egress}}}" if egress else ""
    tenants = {
        "vision": {"own": text, "tier": "tier: t", "parent": "parent: mother"}[level],
        "mother": text if level == "parent" else "",
        "a": opens("vision"),
        "b": "",
    }
    tier = f"tiers: {{t: {{{text}}}}}" if level == "tier" else ""
    shared = f"{tier}\ndefaults: {{network: {{ingress: [{{tenant: vision}}]}}}}"
    assert [one.tenant for one in admitted("vision", tenants, shared)] == wanted


def test_the_platforms_egress_does_not_keep_a_tenant_from_those_who_let_it_in():
    tenants = {"vision": "", "a": opens("vision")}
    assert admitted("vision", tenants, "defaults: {network: {egress: [{dns: true}]}}") == [Admission("a", (), ON_PROD)]


def test_an_admission_says_on_which_clusters_it_holds():
    tenants = {"vision": "clusters: [eu, us]", "a": f"{opens('vision')}\nclusters: [us]"}
    assert admitted("vision", tenants, TWO_CLUSTERS) == [Admission("a", (), ("us",))]


# The mesh


def test_neighbours_are_known_by_the_exact_names_of_their_namespaces_on_each_cluster():
    tenants = {
        "vision": "clusters: [eu]\nmesh: {ingress: [{tenant: b}, {tenant: c}, {tenant: nobody}]}",
        "b": "clusters: [eu, us]\nnamespaces: [{name: w}, {name: x, fullName: legacy}]",
        "c": "clusters: [us]",
    }
    names = ("b-w", "legacy")
    assert facts("vision", tenants, TWO_CLUSTERS).neighbours == {
        "b": {"eu": names, "us": names},
        "c": {"us": ("c",)},
        "nobody": {},
    }


@pytest.mark.parametrize(
    ("spec", "names"),
    [("", ["all"]), ("mesh: {ingress: []}", []), ("mesh: {mtls: STRICT}", ["all"]), ("parent: mother", ["tiered"])],
)
def test_callers_come_from_the_nearest_who_names_some(spec, names):
    shared = "tiers: {t: {mesh: {ingress: [{tenant: tiered}]}}}\ndefaults: {mesh: {ingress: [{tenant: all}]}}"
    assert (
        list(facts("vision", {"vision": spec, "mother": "tier: t", "all": "", "tiered": ""}, shared).neighbours)
        == names
    )


def test_who_has_nothing_to_know_of_others_shares_one_empty_answer():
    assert directory_of({"a": "", "b": ""}).facts("a") is NO_FACTS
