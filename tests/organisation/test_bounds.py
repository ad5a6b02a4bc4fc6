"""What a parent lets those below it be: ``spec.children``."""

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tenancy import TWO_CLUSTERS, platform_of, tenant_of, told

from generator.organisation import bounds, tree

TIERS = """
tiers:
  loose: {podSecurity: privileged, labels: {class: tier}, limits: {container: {max: {cpu: 99}}}}
  plain: {}
roles: {labeller: {rules: []}}
"""


def problems(child, *above, shared=f"{TWO_CLUSTERS}\n{TIERS}", metadata=""):
    """Hold ``child`` against those above it, nearest first; each is the text under its ``spec``."""
    platform = platform_of(shared)
    names = ["child", "mother", "granny", "ancestor"][: len(above) + 1]
    texts = [
        f"parent: {names[i + 1]}\n{text}" if i < len(above) else text
        for i, text in enumerate(map(dedent, [child, *above]))
    ]
    line = [tenant_of(name, text, metadata) for name, text in zip(names, texts, strict=True)]
    _, *resolved = tree.resolve_line(line, platform)
    return told(bounds.check(line[0], resolved, platform))


def bound(field, parent="mother"):
    return f"lets those below it have (tenants/{parent}.yaml#spec/children/{field})"


def child(place):
    return f"tenants/child.yaml#{place}"


def test_without_bounds_a_child_may_be_anything():
    loose = "podSecurity: privileged\nclusters: [us]\nnetwork: {ingress: [{cidr: 0.0.0.0/0}]}"
    assert problems(loose, "podSecurity: restricted\nclusters: [eu]\nchildren: {}") == []


# Pod Security


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        ("podSecurity: baseline", "spec/podSecurity"),
        ("podSecurity: {enforce: baseline, audit: restricted}", "spec/podSecurity"),
        ("namespaces: [{name: a}, {name: b, podSecurity: baseline}]", "spec/namespaces/b/podSecurity"),
    ],
)
def test_no_namespace_of_a_child_is_weaker_than_its_parent_lets_it_be(spec, place):
    assert problems(spec, "children: {podSecurity: restricted}") == [
        f"{child(place)}: 'baseline' is weaker than the least that mother {bound('podSecurity')}; write podSecurity: restricted"
    ]


@pytest.mark.parametrize("level", ["baseline", "restricted"])
def test_a_level_that_is_as_strict_or_stricter_is_fine(level):
    assert problems(f"podSecurity: {level}", "podSecurity: privileged\nchildren: {podSecurity: baseline}") == []


def test_a_level_of_a_tier_is_told_where_the_tier_is_named():
    assert problems("tier: loose", "children: {podSecurity: baseline}") == [
        f"{child('spec/tier')}: 'privileged' is weaker than the least that mother {bound('podSecurity')}; write podSecurity: baseline"
    ]


def test_a_parent_that_is_weaker_than_its_children_may_be_makes_them_say_their_level():
    weak = "podSecurity: baseline\nchildren: {podSecurity: restricted}"
    what = f"{child('spec/parent')}: 'baseline', which is inherited, is weaker than the least that"
    assert problems("", weak) == [f"{what} mother {bound('podSecurity')}; write podSecurity: restricted"]
    assert problems("", "", weak) == [f"{what} granny {bound('podSecurity', 'granny')}; write podSecurity: restricted"]
    assert problems("podSecurity: restricted", weak) == []
    assert problems("namespaces: [{name: a, podSecurity: restricted}]", weak) == []
    assert problems("", "podSecurity: restricted", weak) == []


@pytest.mark.parametrize(
    ("spec", "above", "newest"),
    [
        ("podSecurity: {enforce: restricted, version: v1.18}", "", "v1.34"),
        ("namespaces: [{name: a, podSecurity: {enforce: restricted, version: v1.33}}]", "", "v1.34"),
        (
            "podSecurity: {enforce: restricted, version: v1.29}",
            "podSecurity: {enforce: baseline, version: v1.30}",
            "v1.30",
        ),
        (
            "podSecurity: {enforce: restricted, version: v1.33}",
            "podSecurity: {enforce: baseline, version: latest}",
            "v1.34",
        ),
        ("podSecurity: {enforce: restricted, version: v1.34}", "", None),
        ("podSecurity: {enforce: restricted, version: v1.36}", "", None),
        ("podSecurity: {enforce: restricted, version: latest}", "", None),
        (
            "podSecurity: {enforce: restricted, version: v1.30}",
            "podSecurity: {enforce: baseline, version: v1.30}",
            None,
        ),
        ("", "podSecurity: {enforce: restricted, version: v1.20}", None),
    ],
)
def test_a_level_of_an_older_version_is_a_weaker_one(spec, above, newest):
    found = problems(spec, f"{above}\nchildren: {{podSecurity: baseline}}".strip())
    version = spec.partition("version: ")[2].partition("}")[0]
    place = child("spec/namespaces/a/podSecurity" if "namespaces" in spec else "spec/podSecurity")
    what = f"version {version} asks for less of 'restricted' than the version that mother {bound('podSecurity')}"
    assert found == ([f"{place}: {what}; drop it, or write {newest} or a later one"] if newest else [])


def test_of_a_level_that_asks_for_nothing_no_version_is_older():
    assert problems("podSecurity: {enforce: privileged, version: v1.18}", "children: {podSecurity: privileged}") == []


# Clusters


def test_children_keep_to_the_clusters_of_their_parent():
    assert problems("clusters: [us, eu]", "clusters: [eu]\nchildren: {clusters: true}") == [
        f"{child('spec/clusters/us')}: 'us' is not among the clusters that mother {bound('clusters')}; stay on eu"
    ]
    assert problems("clusters: {selector: {}}", "clusters: [eu]\nchildren: {clusters: true}") == [
        f"{child('spec/clusters')}: 'us' is not among the clusters that mother {bound('clusters')}; stay on eu"
    ]
    assert problems("clusters: [us]", "clusters: []\nchildren: {clusters: true}")[0].endswith("write []")


@pytest.mark.parametrize("spec", ["", "clusters: []", "clusters: [eu]", "clusters: {selector: {env: prod}}"])
def test_a_part_of_the_parents_clusters_is_fine(spec):
    assert problems(spec, "clusters: [eu]\nchildren: {clusters: true}") == []


# Limits

WHOLE = """
limits:
  container: {max: {cpu: 8, memory: 8Gi}, min: {cpu: 100m}, maxLimitRequestRatio: {cpu: 4}, default: {cpu: 1}}
children: {limits: true}
"""


@pytest.mark.parametrize(
    ("limits", "place", "reason"),
    [
        ("max: {cpu: 9}", "max/cpu", "9 is more than 8, that mother {}; write 8 or less"),
        ("min: {cpu: 50m}", "min/cpu", "50m is less than the least, 100m, that mother {}; write 100m or more"),
        (
            "maxLimitRequestRatio: {cpu: 5}",
            "maxLimitRequestRatio/cpu",
            "5 is more than 4, that mother {}; write 4 or less",
        ),
    ],
)
def test_a_childs_limits_stay_within_its_parents(limits, place, reason):
    told_ = reason.format(bound("limits"))
    assert problems(f"limits: {{container: {{{limits}}}}}", WHOLE) == [
        f"{child(f'spec/limits/container/{place}')}: {told_}"
    ]
    in_namespace = f"namespaces: [{{name: a, limits: {{container: {{{limits}}}}}}}]"
    assert problems(in_namespace, WHOLE) == [f"{child(f'spec/namespaces/a/limits/container/{place}')}: {told_}"]


def test_limits_of_a_tier_are_told_where_the_tier_is_named_unless_the_file_says_better():
    assert problems("tier: loose", WHOLE) == [
        f"{child('spec/tier')}: 99 is more than 8, that mother {bound('limits')}; write 8 or less"
    ]
    assert problems("tier: loose\nlimits: {container: {max: {cpu: 8}}}", WHOLE) == []


def test_limits_that_are_as_tight_or_tighter_or_no_bounds_are_fine():
    assert (
        problems("limits: {container: {max: {cpu: 8, nvidia.com/gpu: 1}, min: {cpu: 1}, default: {cpu: 7}}}", WHOLE)
        == []
    )


# Network and mesh


def test_children_open_only_a_part_of_what_their_parent_opens():
    mother = "network: {sameTenant: false, egress: [{dns: true}, {cidr: 10.0.0.0/8, ports: [443]}]}\nchildren: {network: true}"
    spec = """
    network:
      sameTenant: true
      ingress: [{namespace: monitoring}]
      egress: [{dns: true}, {cidr: 10.1.0.0/16, ports: [443]}, {cidr: 10.2.0.0/16}]
    mesh: {mtls: PERMISSIVE, ingress: [{tenant: x}]}
    """
    rest = f"is no part of what mother {bound('network')}; "
    assert problems(spec, mother) == [
        f"{child('spec/network/sameTenant')}: sameTenant: true {rest}write false",
        f"{child('spec/network/ingress/0')}: the opening for monitoring {rest}narrow it or drop it",
        f"{child('spec/network/egress/10.2.0.0/16')}: the opening for 10.2.0.0/16 {rest}narrow it or drop it",
        f"{child('spec/mesh/mtls')}: mtls: PERMISSIVE {rest}write STRICT",
        f"{child('spec/mesh/ingress/x')}: the opening of the mesh for x {rest}narrow it or drop it",
    ]


# Roles, presets, labels


def test_files_below_give_only_the_roles_that_are_allowed_there():
    spec = """
    owners: [{inherited: true}, {group: leads}]
    members: [{inherited: true, role: admin}, {group: a, role: editor}, {group: b, role: labeller}]
    serviceAccounts: [{name: robot, role: admin}, {name: plain}]
    """
    rest = f"is not among the roles that mother {bound('roles')}; write one of viewer, editor"
    assert problems(spec, "children: {roles: [viewer, editor]}") == [
        f"{child('spec/owners/leads')}: owners have the role 'admin', which {rest}",
        f"{child('spec/members/b/role')}: 'labeller' {rest}",
        f"{child('spec/serviceAccounts/robot/role')}: 'admin' {rest}",
    ]


def test_an_empty_list_of_roles_or_presets_lets_nobody_give_any():
    spec = "members: [{group: a, role: viewer}]\nlaunchers: [{name: jobs, preset: batch-jobs}]"
    assert problems(spec, "children: {roles: [], launchers: []}") == [
        f"{child('spec/members/a/role')}: 'viewer' is not among the roles that mother {bound('roles')}; drop it",
        f"{child('spec/launchers/jobs/preset')}: 'batch-jobs' is not among the presets that mother {bound('launchers')}; drop it",
    ]


def test_locked_labels_have_the_parents_value_everywhere():
    granny = "children: {labels: [class, team]}"
    mother = f"{granny}\nnamespaces: []"
    spec = "namespaces: [{name: a, labels: {class: other, free: x}}]"
    assert problems(spec, mother) == [
        f"{child('spec/namespaces/a/labels/class')}: class: 'other' is not the value that mother {bound('labels')}; drop it"
    ]
    assert problems("tier: loose", mother) == [
        f"{child('spec/tier')}: class: 'tier' is not the value that mother {bound('labels')}; drop it"
    ]


def test_a_locked_label_may_be_written_again_as_it_is():
    platform = platform_of(TWO_CLUSTERS)
    parent = tenant_of("parent", "children: {labels: [class]}", "labels: {class: internal}")
    above = tree.resolve_line([parent], platform)
    for value, remedy in (("internal", None), ("public", "drop it, or write 'internal'")):
        own = tenant_of("child", "parent: parent", f"labels: {{class: {value}}}")
        found = told(bounds.check(own, above, platform))
        assert found == [] if remedy is None else found[0].endswith(remedy)


# Depth and references


def test_bounds_hold_however_deep_and_those_between_cannot_loosen_them():
    found = problems(
        "podSecurity: privileged", "children: {podSecurity: privileged}", "children: {podSecurity: baseline}"
    )
    assert found == [
        f"{child('spec/podSecurity')}: 'privileged' is weaker than the least that granny {bound('podSecurity', 'granny')}; write podSecurity: baseline"
    ]


def test_bounds_name_roles_and_presets_that_there_are():
    platform = platform_of(f"{TWO_CLUSTERS}\n{TIERS}")
    own = tenant_of("vision", "children: {roles: [viewr, labeller], launchers: [posti]}")
    assert told(bounds.check(own, [], platform)) == [
        "tenants/vision.yaml#spec/children/roles/viewr: 'viewr' is not a role of the platform; did you mean 'viewer'?",
        "tenants/vision.yaml#spec/children/launchers/posti: 'posti' is not a preset; did you mean 'posit'?",
    ]


def test_bounds_name_registries_as_the_platform_file_does():
    own = tenant_of("vision", "children: {registries: ['https://ghcr.io/']}")
    assert told(bounds.check(own, [], platform_of(TWO_CLUSTERS))) == [
        "tenants/vision.yaml#spec/children/registries/https://ghcr.io/: 'https://ghcr.io/' has a scheme, and the names of images have none; write ghcr.io/"
    ]


def test_the_bounds_of_all_above_come_down_from_the_head():
    line = [
        tenant_of("child", "parent: mother\nchildren: {roles: []}"),
        tenant_of("mother", "parent: granny\nchildren: {limits: true}"),
        tenant_of("granny", "children: {clusters: true}"),
    ]
    found = tree.resolve_line(line, platform_of(TWO_CLUSTERS))
    assert [one.origin.document for one in found[0].bounds] == ["tenants/granny.yaml", "tenants/mother.yaml"]
    assert found[0].bounds == tree.resolve(line[0], line[1:], platform_of(TWO_CLUSTERS)).bounds


LEVELS = ("privileged", "baseline", "restricted")
said = st.fixed_dictionaries(
    {},
    optional={
        "podSecurity": st.sampled_from(LEVELS),
        "clusters": st.sampled_from(["[]", "[eu]", "[us]", "[eu, us]"]),
        "limits": st.integers(1, 4).map(lambda cpu: f"{{container: {{max: {{cpu: {cpu}}}}}}}"),
        "network": st.sampled_from(
            ["{egress: []}", "{egress: [{dns: true}]}", "{egress: [{dns: true}, {cidr: 10.0.0.0/8}]}"]
        ),
    },
)
bounding = st.fixed_dictionaries(
    {},
    optional={"podSecurity": st.sampled_from(LEVELS)} | dict.fromkeys(("clusters", "limits", "network"), st.booleans()),
)


def _yaml(fields):
    return "\n".join(f"{key}: {value}" for key, value in fields.items())


def _children(fields):
    inner = ", ".join(f"{key}: {str(value).lower()}" for key, value in fields.items())
    return f"children: {{{inner}}}" if inner else ""


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(said, bounding), min_size=2, max_size=4))
def test_who_is_accepted_is_within_the_bounds_of_everybody_above(levels):
    platform = platform_of(
        f"{TWO_CLUSTERS}\ndefaults: {{clusters: [eu, us], limits: {{container: {{max: {{cpu: 4}}}}}}}}"
    )
    names = [f"t{i}" for i in range(len(levels))]
    line = [
        tenant_of(name, f"{f'parent: {names[i + 1]}' if i + 1 < len(names) else ''}\n{_yaml(own)}\n{_children(below)}")
        for i, (name, (own, below)) in enumerate(zip(names, levels, strict=True))
    ]
    resolved = tree.resolve_line(line, platform)
    if any(list(bounds.check(one, resolved[i + 1 :], platform)) for i, one in enumerate(line)):
        return
    lowest, *above = resolved
    found = lowest.settings
    for one in above:
        allowed, whole = one.children, one.settings
        if allowed is None:
            continue
        if allowed.pod_security:
            level = found.pod_security.enforce if found.pod_security else "restricted"
            assert LEVELS.index(level) >= LEVELS.index(allowed.pod_security)
        if allowed.clusters:
            assert set(found.clusters.names) <= set(whole.clusters.names)
        if allowed.limits:
            assert found.limits.types["Container"]["max"]["cpu"] <= whole.limits.types["Container"]["max"]["cpu"]
        if allowed.network and whole.network is not None:
            assert {(o.dns, o.cidr) for o in found.network.egress} <= {(o.dns, o.cidr) for o in whole.network.egress}
