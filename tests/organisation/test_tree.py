import pytest
from tenancy import CLUSTER, TWO_CLUSTERS, orders, plain, platform_of, resolved, tenant_of, told, vision

from generator.organisation import tree

#: Who decides, in order; each has a parent and a tier, and the platform has the last word.
LEVELS = ("own", "own tier", "parent", "parent's tier", "grandparent", "defaults")


def family(said, shape):
    """Make tenants and a platform in which the levels in *said* say ``shape.format(their word)``."""
    words = {level: shape.format(said[level]) if level in said else "" for level in LEVELS}
    tenants = {
        "child": f"parent: mother\ntier: small\n{words['own']}",
        "mother": f"parent: granny\ntier: large\n{words['parent']}",
        "granny": words["grandparent"],
    }
    tiers = "small: {{{}}}, large: {{{}}}".format(words["own tier"], words["parent's tier"])
    return tenants, f"{TWO_CLUSTERS}\ntiers: {{{tiers}}}\ndefaults: {{{words['defaults']}}}"


DECIDED = [
    ("podSecurity: {{enforce: {0}}}", ("restricted", "baseline"), lambda s: s.pod_security.enforce),
    ("clusters: [{0}]", ("eu", "us"), lambda s: s.clusters.names[0]),
    ("network: {{sameTenant: {0}}}", ("true", "false"), lambda s: str(s.network.same_tenant).lower()),
    ("network: {{ingress: [{{namespace: {0}}}]}}", ("a", "b"), lambda s: s.network.ingress[0].namespace),
    ("network: {{egress: [{{namespace: {0}}}]}}", ("a", "b"), lambda s: s.network.egress[0].namespace),
    ("mesh: {{mtls: {0}}}", ("STRICT", "PERMISSIVE"), lambda s: s.mesh.mtls),
    ("mesh: {{ingress: [{{namespace: {0}}}]}}", ("a", "b"), lambda s: s.mesh.ingress[0].namespace),
    ("limits: {{container: {{max: {{cpu: {0}}}}}}}", ("1", "2"), lambda s: str(s.limits.types["Container"]["max"]["cpu"])),
]  # fmt: skip


@pytest.mark.parametrize("first", range(len(LEVELS)), ids=LEVELS)
@pytest.mark.parametrize(("shape", "words", "look"), DECIDED, ids=[shape for shape, _, _ in DECIDED])
def test_the_nearest_level_that_says_something_decides(shape, words, look, first):
    said = dict.fromkeys(LEVELS[first:], words[1]) | {LEVELS[first]: words[0]}
    assert look(resolved("child", *family(said, shape)).settings) == words[0]


@pytest.mark.parametrize("first", range(len(LEVELS) - 1), ids=LEVELS[:-1])
@pytest.mark.parametrize(
    ("shape", "full", "look"),
    [
        ("clusters: {0}", "[eu]", lambda s: s.clusters.names),
        ("network: {{ingress: {0}}}", "[{namespace: a}]", lambda s: s.network.ingress),
        ("network: {{egress: {0}}}", "[{dns: true}]", lambda s: s.network.egress),
        ("mesh: {{ingress: {0}}}", "[{namespace: a}]", lambda s: s.mesh.ingress),
    ],
)
def test_an_empty_list_is_a_decision_at_every_level(shape, full, look, first):
    said = dict.fromkeys(LEVELS[first + 1 :], full) | {LEVELS[first]: "[]"}
    assert look(resolved("child", *family(said, shape)).settings) == ()


def test_labels_and_limits_are_overlaid_key_by_key_over_all_levels():
    shape = "limits: {{container: {{max: {0}}}}}"
    amounts = {
        "own": "{cpu: 1}",
        "own tier": "{cpu: 2, memory: 2Gi}",
        "parent": "{memory: 3Gi, ephemeral-storage: 3Gi}",
        "defaults": "{ephemeral-storage: 9Gi, nvidia.com/gpu: 9}",
    }
    found = resolved("child", *family(amounts, shape)).settings
    assert plain(found.limits.types["Container"]["max"]) == {
        "cpu": "1",
        "memory": "2Gi",
        "ephemeral-storage": "3Gi",
        "nvidia.com/gpu": "9",
    }


def test_labels_come_from_the_file_its_tier_its_parents_and_the_platform():
    shared = platform_of(
        f"{CLUSTER}\ntiers: {{t: {{labels: {{a: tier, b: tier}}}}}}\ndefaults: {{labels: {{c: all, d: all}}}}"
    )
    parent = tenant_of("parent", "", "labels: {b: parent, c: parent}")
    child = tenant_of("child", "parent: parent\ntier: t", "labels: {a: own}")
    assert tree.resolve(child, [parent], shared).settings.labels == {"a": "own", "b": "tier", "c": "parent", "d": "all"}


# Quota


def hard(said, name="child"):
    quota = resolved(name, *family(said, "quota: {{hard: {{{0}}}}}")).settings.quota
    return quota and plain(quota.hard)


def test_a_quota_is_its_files_and_its_tiers_key_by_key():
    assert hard({"own": "pods: 1", "own tier": "pods: 2, secrets: 2"}) == {"pods": "1", "secrets": "2"}


def test_a_quota_is_never_inherited_from_a_parent():
    assert hard({"parent": "pods: 1", "parent's tier": "pods: 2", "grandparent": "pods: 3"}) is None


def test_the_platforms_quota_is_for_those_who_have_none_and_never_mixed():
    assert hard({"defaults": "pods: 9", "parent": "pods: 1"}) == {"pods": "9"}
    assert hard({"defaults": "pods: 9, secrets: 9", "own tier": "pods: 2"}) == {"pods": "2"}
    assert hard({"defaults": "pods: 9, secrets: 9", "own": "pods: 1"}) == {"pods": "1"}


# What is inherited of the rest


def people(found):
    return [(member.subject.name, str(member.origin)) for member in found]


@pytest.mark.parametrize("field", ["owners", "members"])
def test_people_are_inherited_as_a_whole_and_keep_the_place_where_a_parent_names_them(field):
    role = ", role: viewer" if field == "members" else ""
    tenants = {
        "child": "parent: mother",
        "mother": "parent: granny",
        "granny": f"{field}: [{{group: elders{role}}}]",
        "orphan": f"parent: mother\n{field}: []",
        "own": f"parent: granny\n{field}: [{{group: own{role}}}]",
    }
    for order in orders(tenants, most=6):
        found = {name: people(getattr(resolved(name, order), field)) for name in tenants}
        elders = [("elders", f"tenants/granny.yaml#spec/{field}/elders")]
        assert found == {
            "child": elders,
            "mother": elders,
            "granny": elders,
            "orphan": [],
            "own": [("own", f"tenants/own.yaml#spec/{field}/own")],
        }


def test_a_list_keeps_those_of_the_parents_whom_it_says():
    tenants = {
        "child": """
parent: mother
owners: [{group: own}, {inherited: true}]
members:
  - {inherited: true, role: viewer}
  - {inherited: true, role: editor, namespaces: [a, b]}
  - {group: new, role: admin}
namespaces: [{name: a}, {name: b}]
""",
        "mother": """
parent: granny
owners: [{inherited: true}]
members:
  - {group: m, role: viewer}
  - {group: m, role: editor}
  - {user: narrow, role: editor, namespaces: [b]}
  - {user: elsewhere, role: editor, namespaces: [c]}
  - {group: m, role: admin}
namespaces: [{name: b}, {name: c}]
""",
        "granny": "owners: [{group: elders}]\nmembers: [{group: elders, role: viewer}]",
    }
    for order in orders(tenants, most=6):
        found = resolved("child", order)
        assert people(found.owners) == [
            ("own", "tenants/child.yaml#spec/owners/own"),
            ("elders", "tenants/granny.yaml#spec/owners/elders"),
        ]
        assert [(one.subject.name, one.role, one.namespaces, one.origin.document) for one in found.members] == [
            ("new", "admin", (), "tenants/child.yaml"),
            ("m", "viewer", (), "tenants/mother.yaml"),
            ("m", "editor", ("a", "b"), "tenants/mother.yaml"),
            ("narrow", "editor", ("b",), "tenants/mother.yaml"),
        ]


def test_a_line_that_is_resolved_from_above_is_what_each_is_alone():
    keeping = (
        "members: [{inherited: true, role: viewer}, {group: a, role: editor}]\nlimits: {container: {max: {cpu: 1}}}"
    )
    line = [
        tenant_of("child", f"parent: mother\n{keeping}", "labels: {a: child}"),
        tenant_of("mother", f"parent: granny\ntier: t\nlifecycle: frozen\n{keeping}", "labels: {b: mother}"),
        tenant_of("granny", "owners: [{group: g}]\nmembers: [{group: g, role: viewer}]\nquota: {hard: {pods: 1}}"),
    ]
    platform = platform_of(f"{CLUSTER}\ntiers: {{t: {{labels: {{a: tier}}}}}}\ndefaults: {{labels: {{c: all}}}}")
    alone = [tree.resolve(one, line[i + 1 :], platform) for i, one in enumerate(line)]
    assert tree.resolve_line(line, platform) == alone
    assert [len(one.members) for one in alone] == [2, 2, 1]


def test_who_has_no_people_anywhere_has_none():
    found = resolved("vision", {"vision": ""})
    assert (found.owners, found.members) == ((), ())


def test_what_belongs_to_a_file_alone_is_not_inherited():
    spec = """
    displayName: Mother
    description: Of all.
    namespaces: [{name: a}]
    serviceAccounts: [{name: robot}]
    identity: {aws: {roleArn: "arn:aws:iam::123456789012:role/a"}}
    extras: {notes: 1}
    """
    found = resolved("child", {"child": "parent: mother", "mother": spec})
    assert (found.display_name, found.description, found.service_accounts) == ("", "", ())
    assert (found.identity, found.extras, [spec.name for spec in found.namespaces]) == (None, {}, [None])


@pytest.mark.parametrize(
    ("own", "parent", "lifecycle"),
    [
        ("active", "active", "active"),
        ("active", "frozen", "frozen"),
        ("active", "offboarding", "frozen"),
        ("frozen", "active", "frozen"),
        ("frozen", "offboarding", "frozen"),
        ("offboarding", "active", "offboarding"),
        ("offboarding", "frozen", "offboarding"),
    ],
)
@pytest.mark.parametrize("between", ["", "parent: granny"])
def test_a_parent_freezes_its_children_and_never_gives_up_their_protection(own, parent, lifecycle, between):
    above = "mother" if between else "granny"
    tenants = {"child": f"parent: {above}\nlifecycle: {own}", "mother": between, "granny": f"lifecycle: {parent}"}
    assert resolved("child", tenants).lifecycle == lifecycle


def test_a_tenant_without_parents_is_what_it_says():
    assert resolved("vision", {"vision": "lifecycle: offboarding"}).lifecycle == "offboarding"


def test_a_tier_that_is_not_there_decides_nothing():
    assert (
        resolved(
            "vision", {"vision": "tier: huge"}, f"{CLUSTER}\ndefaults: {{podSecurity: baseline}}"
        ).settings.pod_security.enforce
        == "baseline"
    )


# What is told


def problems(spec="", metadata="", shared=CLUSTER):
    tenant, platform = vision(spec, metadata), platform_of(shared)
    return told(tree.check(tenant, tree.resolve(tenant, [], platform), platform))


@pytest.mark.parametrize(
    ("spec", "shared", "problem"),
    [
        ("tier: smal", "tiers: {small: {}}", "spec/tier: 'smal' is not a tier of the platform; did you mean 'small'?"),
        ("tier: small", "", "spec/tier: 'small' is not a tier of the platform; there are none"),
        ("clusters: [prd]", "", "spec/clusters/prd: 'prd' is not a cluster of the platform; did you mean 'prod'?"),
        (
            "members: [{group: ml, role: editr}]",
            "",
            "spec/members/ml/role: 'editr' is not a role of the platform; did you mean 'editor'?",
        ),
        (
            "members: [{group: ml, role: zzz}]",
            "roles: {labeller: {rules: []}}",
            "spec/members/ml/role: 'zzz' is not a role of the platform; use one of 'admin', 'editor', 'labeller', 'viewer'",
        ),
        (
            "serviceAccounts: [{name: robot, role: labeler}]",
            "roles: {labeller: {rules: []}}",
            "spec/serviceAccounts/robot/role: 'labeler' is not a role of the platform; did you mean 'labeller'?",
        ),
        (
            "offboarding: {clusters: [prd]}",
            "",
            "spec/offboarding/clusters/prd: 'prd' is not a cluster that the tenant is on; did you mean 'prod'?",
        ),
    ],
)
def test_a_reference_to_what_the_platform_does_not_have_is_told(spec, shared, problem):
    assert problems(spec, shared=f"{CLUSTER}\n{shared}") == [f"tenants/vision.yaml#{problem}"]


def test_references_to_what_the_platform_has_are_fine():
    text = """
    tier: small
    clusters: [prod]
    members: [{group: a, role: viewer}, {group: b, role: editor}, {group: c, role: admin}, {group: d, role: labeller}]
    serviceAccounts: [{name: robot}, {name: worker, role: labeller}]
    """
    assert problems(text, shared=f"{CLUSTER}\ntiers: {{small: {{}}}}\nroles: {{labeller: {{rules: []}}}}") == []


@pytest.mark.parametrize(
    "key", ["hnc.x-k8s.io/included-namespace", "a.tree.hnc.x-k8s.io/depth", "a.tree.tenantry.dev/depth"]
)
def test_nobody_puts_a_namespace_into_a_tree_by_hand(key):
    assert problems(f"namespaces: [{{name: a, labels: {{{key}: v}}}}]") == [
        f"tenants/vision.yaml#spec/namespaces/a/labels/{key}: {key!r} {RESERVED}"
    ]


def test_a_parent_that_is_about_to_go_is_told_as_a_risk():
    parent = tenant_of("parent", "lifecycle: offboarding")
    found = list(tree.risks(vision("parent: parent"), [parent]))
    assert [problem.warning for problem in found] == [True]
    assert told(found) == [
        "tenants/vision.yaml#spec/parent: 'parent' is offboarding (tenants/parent.yaml#spec/lifecycle); choose another parent before its file goes"
    ]
    assert list(tree.risks(vision("parent: parent\nlifecycle: offboarding"), [parent])) == []
    assert list(tree.risks(vision("parent: parent"), [tenant_of("parent"), parent])) == []


RESERVED = "is the platform's to set, for it decides on isolation; drop it"


@pytest.mark.parametrize("beginning", tree.RESERVED_KEYS)
def test_labels_and_annotations_that_decide_on_isolation_are_refused_everywhere(beginning):
    key = f"{beginning}x" if beginning.endswith("/") else beginning
    text = f"namespaces: [{{name: a, labels: {{{key}: v}}, annotations: {{{key}: v}}}}]"
    assert problems(text, f"labels: {{{key}: v}}\nannotations: {{{key}: v}}") == [
        f"tenants/vision.yaml#{place}/{key}: {key!r} {RESERVED}"
        for place in (
            *("metadata/labels", "metadata/annotations"),
            *("spec/namespaces/a/labels", "spec/namespaces/a/annotations"),
        )
    ]


@pytest.mark.parametrize("key", ["cost-center", "app.kubernetes.io/name", "example.com/tenantry.dev", "dev/istio.io"])
def test_other_labels_and_annotations_are_fine(key):
    assert problems(metadata=f"labels: {{{key}: v}}\nannotations: {{{key}: v}}") == []


def test_the_platform_may_set_what_tenants_may_not():
    assert problems(shared=f"{CLUSTER}\ndefaults: {{labels: {{istio.io/rev: stable}}}}") == []


def test_required_labels_are_asked_for_after_everything_is_inherited():
    shared = f'{CLUSTER}\nrequiredLabels: [{{key: team}}, {{key: cost, pattern: "[0-9]+"}}]'
    place = "tenants/vision.yaml#metadata/labels"
    assert problems(shared=shared) == [
        f"{place}/team: there is no 'team', which the platform requires; add one",
        f"{place}/cost: there is no 'cost', which the platform requires; add one",
    ]
    assert problems(metadata="labels: {team: a, cost: b}", shared=shared) == [
        f"{place}/cost: 'b' is not what the platform asks for; write a value that matches [0-9]+"
    ]
    assert problems(metadata='labels: {cost: "1"}', shared=f"{shared}\ndefaults: {{labels: {{team: all}}}}") == []
