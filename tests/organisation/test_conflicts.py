import pytest
from tenancy import TWO_CLUSTERS, directory_of, entry_of, orders, platform_of, told

from generator.organisation import conflicts
from generator.organisation.directory import Directory
from generator.problems import Place


def problems(tenants, shared="", absent=()):
    """Write every problem, which must be the same for any order of files once they are sorted as a run does."""
    found = [
        told(conflicts.check(directory_of(dict(sorted(order.items())), shared, absent)))
        for order in orders(tenants, most=3)
    ]
    assert all(one == found[0] for one in found)
    return found[0]


def place(name, route):
    return f"tenants/{name}.yaml#{route}"


def opening(*parts, way="network: {ingress"):
    return f"{way}: [{', '.join(f'{{{part}}}' for part in parts)}]}}"


CALLERS = opening("tenant: vision")


def test_tenants_that_have_nothing_to_do_with_one_another_are_fine():
    assert problems({"a": "", "b": "namespaces: []", "c": "namespaces: [{name: x}, {name: z}]"}) == []


# Names of tenants


def test_two_files_of_one_tenant_are_told():
    second = entry_of("vision")._replace(document="tenants/team/vision.yaml")
    found = Directory([entry_of("vision"), second], platform_of())
    assert told(conflicts.check(found)) == [
        (
            "tenants/team/vision.yaml#metadata/name: 'vision' is the name of the tenant in tenants/vision.yaml too; "
            "a tenant has one file"
        )
    ]


# Parents


@pytest.mark.parametrize(
    ("parent", "hint"),
    [("reserach", "did you mean 'research'?"), ("xyz", "use one of 'research'")],
)
def test_a_parent_that_is_not_there_is_told_with_the_nearest_there_is(parent, hint):
    assert problems({"vision": f"parent: {parent}", "research": ""}) == [
        f"{place('vision', 'spec/parent')}: {parent!r} is not a tenant; {hint}"
    ]


def test_where_there_is_nobody_else_a_parent_is_left_out():
    assert problems({"vision": "parent: vison"}) == [
        f"{place('vision', 'spec/parent')}: 'vison' is not a tenant; there is no other; leave it out"
    ]


def test_a_tenant_whose_file_cannot_be_read_is_not_called_missing():
    tenants = {"vision": f"parent: broken\n{opening('tenant: broken')}"}
    assert problems(tenants, "defaults: {network: {ingress: [{tenant: broken}]}}", absent=["broken"]) == []


@pytest.mark.parametrize(
    ("tenants", "line"),
    [
        ({"a": "parent: a"}, "a -> a"),
        ({"a": "parent: b", "b": "parent: a"}, "a -> b -> a"),
        ({"a": "parent: b", "b": "parent: c", "c": "parent: a"}, "a -> b -> c -> a"),
        ({"a": "parent: b", "b": "parent: a", "z": "parent: b"}, "a -> b -> a"),
    ],
)
def test_parents_in_a_circle_are_told_once(tenants, line):
    assert problems(tenants) == [
        f"{place('a', 'spec/parent')}: the parents go round in a circle: {line} ({where(line)}); one of them must have another parent, or none"
    ]


def test_a_very_large_circle_is_told_in_part():
    names = [f"t{i:03}" for i in range(500)]
    found = directory_of({name: f"parent: {names[i - 1]}" for i, name in enumerate(names)})
    (problem,) = conflicts.check(found)
    assert "t000 -> t499 -> t498" in problem.message
    assert "t481 -> ... (480 more) -> t000 (tenants/t000.yaml#spec/parent, " in problem.message
    assert len(problem.others) == 20


def where(line):
    """Name the line of each parent in a circle."""
    return ", ".join(place(name, "spec/parent") for name in line.split(" -> ")[:-1])


def test_who_is_too_deep_is_told_and_not_once_more_those_below():
    tenants = {"a": "", "b": "parent: a", "c": "parent: b", "d": "parent: c"}
    assert problems(tenants, "hierarchy: {maxDepth: 3}") == []
    assert problems(tenants, "hierarchy: {maxDepth: 1}") == [
        (
            f"{place('c', 'spec/parent')}: c has 2 tenants above it (c -> b -> a), and the platform lets it have 1 "
            "(tenants/platform.yaml#spec/hierarchy/maxDepth); choose a parent further up"
        )
    ]


@pytest.mark.parametrize(("labels", "count"), [("true", 1), ("false", 0)])
def test_in_hncs_labels_a_namespace_cannot_have_the_name_of_another_tree(labels, count):
    tenants = {
        "research": "namespaces: []",
        "nlp": "parent: research\nnamespaces: [{name: x, fullName: research}, {name: z, fullName: alone}]",
        "alone": "clusters: []",
        "outside": "namespaces: [{name: x, fullName: nlp}]",
    }
    found = problems(tenants, f"hierarchy: {{hncLabels: {labels}}}")
    assert found == count * [
        (
            f"{place('nlp', 'spec/namespaces/x')}: namespace 'research' has the name of tenant research "
            "(tenants/research.yaml), at the head of whose tree HNC's labels would put it; rename one"
        )
    ]


@pytest.mark.parametrize(
    ("select", "message"),
    [
        ("nlpp", "'nlpp' is neither a tenant nor a namespace; did you mean 'nlp'?"),
        ("other", "'other' is not below research, so that it says nothing here; name what is below, or drop it"),
        ("!other-x", "'other-x' is not below research, so that it says nothing here; name what is below, or drop it"),
        ("nlp", None),
        ("!nlp-x", None),
        ("research, !deep", None),
        ("broken", None),
        ("orphan", None),
    ],
)
def test_a_selector_of_trees_names_what_is_below(select, message):
    tenants = {
        "research": f"namespaces: []\npropagate: {{note: {{treeSelect: '{select}'}}}}",
        "nlp": "parent: research\nnamespaces: [{name: x}]",
        "deep": "parent: nlp\nclusters: []",
        "other": "namespaces: [{name: x}]",
        "orphan": "parent: broken",
    }
    where = place("research", "spec/propagate/note/treeSelect")
    assert problems(tenants, absent=["broken"]) == ([f"{where}: {message}"] if message else [])


# Clusters


def test_where_several_clusters_are_somebody_must_say_on_which_a_tenant_lives():
    assert problems({"a": "", "b": "clusters: [eu]", "c": "parent: b", "d": "clusters: []"}, TWO_CLUSTERS) == [
        f"{place('a', 'spec/clusters')}: nobody says on which cluster the tenant lives; use one of 'eu', 'us'"
    ]


def test_a_selector_that_no_cluster_matches_is_told():
    assert problems({"a": "clusters: {selector: {env: prod, region: moon}}"}, TWO_CLUSTERS) == [
        f"{place('a', 'spec/clusters')}: no cluster has the labels env=prod, region=moon; name clusters, or labels that one has"
    ]


# Namespaces


def test_a_namespace_belongs_to_one_tenant_on_a_cluster():
    tenants = {"a": "namespaces: [{name: b-c}]", "a-b": "namespaces: [{name: c}]"}
    assert problems(tenants) == [
        (
            f"{place('a-b', 'spec/namespaces/c')}: namespace 'a-b-c' on prod is that of tenant a "
            f"({place('a', 'spec/namespaces/b-c')}); rename one"
        )
    ]


def test_the_single_namespace_of_a_tenant_can_collide_too():
    assert problems({"a": "namespaces: [{name: b}]", "a-b": ""}) == [
        f"{place('a-b', 'metadata/name')}: namespace 'a-b' on prod is that of tenant a ({place('a', 'spec/namespaces/b')}); rename one"
    ]


@pytest.mark.parametrize(("others", "count"), [("[us]", 0), ("[eu]", 1), ("[eu, us]", 1)])
def test_the_same_full_name_is_two_namespaces_on_two_clusters(others, count):
    tenants = {
        "a": "clusters: [eu]\nnamespaces: [{name: x, fullName: legacy}]",
        "b": f"clusters: {others}\nnamespaces: [{{name: x, fullName: legacy}}]",
    }
    assert len(problems(tenants, TWO_CLUSTERS)) == count


def test_a_collision_on_several_clusters_is_told_once():
    tenants = dict.fromkeys(("a", "b"), "clusters: [eu, us]\nnamespaces: [{name: x, fullName: legacy}]")
    assert problems(tenants, TWO_CLUSTERS) == [
        f"{place('b', 'spec/namespaces/x')}: namespace 'legacy' on eu is that of tenant a ({place('a', 'spec/namespaces/x')}); rename one"
    ]


def test_one_tenant_cannot_have_a_full_name_twice():
    assert problems({"a": "namespaces: [{name: x}, {name: z, fullName: a-x}]"}) == [
        (
            f"{place('a', 'spec/namespaces/z')}: namespace 'a-x' on prod is another of this tenant "
            f"({place('a', 'spec/namespaces/x')}); rename one"
        )
    ]


@pytest.mark.parametrize(("length", "fine"), [(31, True), (32, False)])
def test_the_naming_rule_must_not_make_a_name_too_long(length, fine):
    tenant, short = "t" * 31, "n" * length
    full = f"{tenant}-{short}"
    message = (
        f"{place(tenant, f'spec/namespaces/{short}')}: the naming rule makes {full!r} of it ({len(full)} characters), "
        "which is not a DNS label (1 to 63 of a-z, 0-9 and '-', a letter or digit at both ends)"
    )
    assert problems({tenant: f"namespaces: [{{name: {short}}}]"}) == ([] if fine else [message])


def test_the_naming_rule_of_a_single_namespace_is_held_to_the_same_length():
    (found,) = problems({"t" * 60: ""}, 'naming: {single: "team-{tenant}"}')
    assert found.startswith(f"{place('t' * 60, 'metadata/name')}: the naming rule makes 'team-ttt")
    assert "(65 characters)" in found


@pytest.mark.parametrize(
    ("name", "spec", "at", "full"),
    [
        ("kube-vision", "", "metadata/name", "kube-vision"),
        ("default", "", "metadata/name", "default"),
        ("kube", "namespaces: [{name: a}]", "spec/namespaces/a", "kube-a"),
        ("vision", "namespaces: [{name: a, fullName: istio-system}]", "spec/namespaces/a", "istio-system"),
        ("vision", "namespaces: [{name: system}]", "spec/namespaces/system", "vision-system"),
    ],
)
def test_reserved_names_are_refused(name, spec, at, full):
    assert problems({name: spec}, 'reservedNamespaces: ["*-system"]') == [
        f"{place(name, at)}: namespace {full!r} is reserved for the platform; choose another name"
    ]


# Openings


@pytest.mark.parametrize(
    ("way", "route"),
    [
        ("network: {ingress", "network/ingress"),
        ("network: {egress", "network/egress"),
        ("mesh: {ingress", "mesh/ingress"),
    ],
)
def test_an_opening_for_a_tenant_that_is_not_there_itself_or_nowhere_is_told(way, route):
    def told_of(other, more=None):
        return problems(
            {"vision": opening(f"tenant: {other}", way=way), "research": "", "group": "namespaces: []"} | (more or {})
        )

    at = place("vision", f"spec/{route}")
    not_let_in = [
        (
            f"{at}/group/tenant: 'group' does not let vision in, so nothing would get through; add {{tenant: vision}} to its "
            "spec.network.ingress (tenants/group.yaml)"
        )
    ] * (route == "network/egress")
    assert told_of("reserach") == [f"{at}/reserach/tenant: 'reserach' is not a tenant; did you mean 'research'?"]
    assert told_of("vision") == [
        f"{at}/vision/tenant: 'vision' is this tenant itself, whose own traffic is ruled by sameTenant; drop it"
    ]
    assert told_of("group") == [
        f"{at}/group/tenant: 'group' has no namespaces, so nobody would get through; drop it",
        *not_let_in,
    ]
    children = {"child": "parent: group", "cherub": "parent: group"}
    assert told_of("group", children)[0] == (
        f"{at}/group/tenant: 'group' has no namespaces, so nobody would get through; name its children: cherub, child"
    )


def test_a_tenant_of_the_platforms_own_openings_must_be_there():
    text = opening("tenant: gatewy")
    mesh = opening("tenant: nobody", way="mesh: {ingress")
    assert problems({"gateway": ""}, f"tiers: {{small: {{{text}, {mesh}}}}}\ndefaults: {{{text}}}") == [
        f"{place('platform', f'spec/{who}/{way}/tenant')}: {name!r} is not a tenant; {hint}"
        for who, way, name, hint in [
            ("defaults", "network/ingress/gatewy", "gatewy", "did you mean 'gateway'?"),
            ("tiers/small", "network/ingress/gatewy", "gatewy", "did you mean 'gateway'?"),
            ("tiers/small", "mesh/ingress/nobody", "nobody", "use one of 'gateway'"),
        ]
    ]


def test_a_tenant_that_wants_to_reach_another_must_be_let_in():
    wants = opening("tenant: store", way="network: {egress")
    refused = "'store' does not let vision in, so nothing would get through; add {tenant: vision} to its spec.network.ingress (tenants/store.yaml)"
    assert problems({"vision": wants, "store": ""}) == [
        f"{place('vision', 'spec/network/egress/store/tenant')}: {refused}"
    ]
    assert problems({"vision": wants, "store": CALLERS}) == []
    assert (
        problems(
            {
                "child": f"parent: mother\n{CALLERS}",
                "mother": "",
                "vision": opening("tenant: child", way="network: {egress"),
            }
        )
        == []
    )


def test_whom_the_platform_lets_in_everywhere_may_be_reached_unless_the_other_closes():
    shared = f"defaults: {{{CALLERS}}}"
    wants = opening("tenant: store", way="network: {egress")
    assert problems({"vision": wants, "store": ""}, shared) == []
    assert len(problems({"vision": wants, "store": "network: {ingress: []}"}, shared)) == 1


def test_a_wish_that_is_inherited_is_told_where_the_parent_is_named():
    wants = opening("tenant: store", way="network: {egress")
    tenants = {"mother": wants, "child": "parent: mother", "store": opening("tenant: mother")}
    assert problems(tenants) == [
        (
            f"{place('child', 'spec/parent')}: 'store' does not let child in, so nothing would get through; "
            "add {tenant: child} to its spec.network.ingress (tenants/store.yaml)"
        )
    ]


@pytest.mark.parametrize(
    ("egress", "fine"),
    [
        (None, True),
        ("[]", False),
        ("[{dns: true}]", False),
        ("[{tenant: store}]", True),
        ("[{dns: true}, {admitted: true}]", True),
    ],
)
@pytest.mark.parametrize("level", ["own", "tier", "parent"])
def test_a_tenant_that_lets_in_one_who_lists_its_egress_must_be_on_the_list(level, egress, fine):
    text = f"network: {{egress: {egress}}}" if egress else ""
    tenants = {
        "vision": {"own": text, "tier": "tier: t", "parent": "parent: mother"}[level],
        "store": opening("tenant: vision", "tenant: mother" if level == "parent" and egress else "namespace: lb"),
    } | ({"mother": text} if level == "parent" else {})
    tier = f"tiers: {{t: {{{text}}}}}" if level == "tier" else ""
    wanted = (
        f"{place('store', 'spec/network/ingress/vision/tenant')}: 'vision' lists what it may reach, and store is not on the "
        "list; add {tenant: store} to its spec.network.egress (tenants/vision.yaml)"
    )
    assert (wanted in problems(tenants, tier)) is not fine


def test_the_platforms_list_of_egress_keeps_nobody_out():
    assert problems({"vision": "", "store": CALLERS}, "defaults: {network: {egress: [{dns: true}]}}") == []


def test_the_mesh_asks_nothing_of_the_callers_network():
    assert problems({"vision": "network: {egress: []}", "store": opening("tenant: vision", way="mesh: {ingress")}) == []


@pytest.mark.parametrize("way", ["network: {ingress", "network: {egress", "mesh: {ingress"])
def test_a_tenants_namespace_must_be_named_by_its_tenant(way):
    route = way.replace(": {", "/")
    tenants = {
        "vision": opening("namespace: research-a", "namespace: monitoring", way=way),
        "research": "namespaces: [{name: a}]",
    }
    assert problems(tenants) == [
        f"{place('vision', f'spec/{route}/0/namespace')}: namespace 'research-a' is that of a tenant; write tenant: research"
    ]


def test_everything_wrong_between_tenants_is_told_at_once():
    tenants = {
        "a": "parent: nobody\nnamespaces: [{name: x, fullName: default}]",
        "b": opening("tenant: b", "tenant: zzz"),
        "c": "parent: c\nnamespaces: [{name: x, fullName: b}]",
    }
    assert len(problems(tenants)) == 6


# Tenants and the platform's own objects


def test_the_platforms_own_objects_stay_out_of_tenants_namespaces():
    found = directory_of({"vision": "namespaces: [{name: train}]"})
    origin = Place("tenants/platform.yaml", ("spec", "extras", "guard"))
    (cluster,) = found.clusters("vision")
    assert told(conflicts.check(found, {(cluster, "vision-train"): origin, (cluster, "monitoring"): origin})) == [
        (
            f"tenants/platform.yaml#spec/extras/guard: the template makes an object in namespace 'vision-train' on {cluster}, "
            "which is that of tenant vision; name the template in that tenant's extras"
        )
    ]
