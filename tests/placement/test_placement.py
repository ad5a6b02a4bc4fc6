import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tenancy import CLUSTER, directory_of, platform_of, resolved, told, vision

from generator.kubernetes import limitrange
from generator.placement import placement
from generator.placement.placement import FALLBACK_LIMITS, FALLBACK_REQUESTS, STRICTEST
from generator.spec.templates import Templates

QUOTA = "quota: {hard: {pods: 9}}"


def placed(tenants, name="vision", shared=CLUSTER, cluster="prod"):
    """Put the tenant *name* on a cluster, with all that it knows of the others."""
    platform = platform_of(shared)
    made = resolved(name, tenants, shared)
    facts = directory_of(tenants, shared).facts(name)
    labels = placement.common_labels(made)
    return placement.place(made, facts, platform, platform.clusters[cluster], labels, Templates({}))


def alone(spec="", shared=CLUSTER):
    return placed({"vision": f"{QUOTA}\n{spec}"}, shared=shared)


# Namespaces


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        ("", [("vision", None)]),
        ("namespaces: []", []),
        ("namespaces: [{name: train, quota: {pods: 1}}, {name: serve}]", [("vision-train", "train"), ("vision-serve", "serve")]),
        ("namespaces: [{name: train, fullName: legacy}]", [("legacy", "train")]),
    ],
)  # fmt: skip
def test_namespaces_are_named_by_the_rule_unless_they_say_their_full_name(spec, names):
    assert [(one.name, one.short) for one in alone(spec).namespaces] == names


def test_a_namespace_has_its_own_level_then_the_tenants_then_the_strictest():
    shared = f"{CLUSTER}\ndefaults: {{podSecurity: privileged}}"
    listed = "namespaces: [{name: a, podSecurity: restricted, quota: {pods: 1}}, {name: b}]"
    assert [one.pod_security.enforce for one in alone(f"{listed}\npodSecurity: baseline").namespaces] == [
        "restricted",
        "baseline",
    ]
    assert [one.pod_security.enforce for one in alone(listed, shared).namespaces] == ["restricted", "privileged"]
    assert [one.pod_security for one in alone(listed).namespaces][1] == STRICTEST
    assert (STRICTEST.enforce, STRICTEST.audit, STRICTEST.warn) == ("restricted",) * 3


def test_annotations_are_the_tenants_then_the_namespaces_and_say_what_people_read():
    listed = "[{name: a, displayName: Training, annotations: {x: own}, quota: {pods: 1}}, {name: b}]"
    spec = f"displayName: Computer Vision\ndescription: Looks.\nnamespaces: {listed}"
    a, b = alone(spec).namespaces
    assert a.annotations == {"x": "own", "tenantry.dev/display-name": "Training", "tenantry.dev/description": "Looks."}
    assert b.annotations["tenantry.dev/display-name"] == "Computer Vision"
    assert alone().namespaces[0].annotations == {}


def test_limits_of_a_namespace_are_overlaid_on_the_tenants():
    (one,) = alone(
        "limits: {container: {max: {cpu: 4, memory: 4Gi}}}\nnamespaces: [{name: a, limits: {container: {max: {cpu: 2}}}}]"
    ).namespaces
    assert {name: str(amount) for name, amount in one.limits.types["Container"]["max"].items()} == {
        "cpu": "2",
        "memory": "4Gi",
    }


def test_short_names_choose_namespaces_and_none_means_all():
    found = alone("namespaces: [{name: a, quota: {pods: 1}}, {name: b}]")
    assert [one.short for one in found.chosen(())] == ["a", "b"]
    assert [one.short for one in found.chosen(("b", "zzz"))] == ["b"]


@pytest.mark.parametrize(("lifecycle", "running"), [("active", True), ("frozen", False), ("offboarding", False)])
def test_only_an_active_tenant_runs(lifecycle, running):
    assert alone(f"lifecycle: {lifecycle}").running is running


# Labels


def test_labels_of_every_object_are_sorted_and_ours_win():
    made = vision(metadata="labels: {zone: a, app.kubernetes.io/managed-by: me, cost-center: x}")
    assert list(placement.common_labels(made).items()) == [
        ("app.kubernetes.io/managed-by", "tenantry"),
        ("cost-center", "x"),
        ("tenantry.dev/tenant", "vision"),
        ("zone", "a"),
    ]


# Others


SHARED = 'clusters: [{name: prod, version: "1.34"}, {name: lab, version: "1.34"}]\ndefaults: {clusters: [prod, lab]}'


def test_those_who_let_the_tenant_in_are_only_those_on_the_same_cluster():
    tenants = {
        "vision": QUOTA,
        "here": "network: {ingress: [{tenant: vision, ports: [80]}]}\nclusters: [prod]",
        "both": "network: {ingress: [{tenant: vision}]}",
        "elsewhere": "network: {ingress: [{tenant: vision}]}\nclusters: [lab]",
    }
    assert [one.tenant for one in placed(tenants, shared=SHARED).admitted] == ["both", "here"]
    assert [one.tenant for one in placed(tenants, shared=SHARED, cluster="lab").admitted] == ["both", "elsewhere"]


def test_a_tenant_that_its_parent_lets_in_is_not_let_in_by_itself():
    tenants = {"vision": f"parent: mother\n{QUOTA}", "mother": "network: {ingress: [{tenant: vision}]}"}
    assert [one.tenant for one in placed(tenants).admitted] == ["mother"]


def test_neighbours_are_the_full_names_of_their_namespaces_on_the_cluster():
    tenants = {
        "vision": f"{QUOTA}\nmesh: {{ingress: [{{tenant: research}}, {{tenant: far}}]}}",
        "research": "namespaces: [{name: b}, {name: a, fullName: legacy}]",
        "far": "clusters: [lab]",
    }
    assert placed(tenants, shared=SHARED).neighbours == {"research": ("legacy", "research-b"), "far": ()}


# The LimitRange


def spec_of(quota, limits="{}"):
    (one,) = placed({"vision": f"quota: {{hard: {{{quota}}}}}\nlimits: {limits}"}).namespaces
    return placement.limit_range(one)


def test_without_anything_that_a_quota_forces_there_are_no_limits():
    assert spec_of("pods: 1, secrets: 2") == {"limits": []}


def test_limits_keep_what_is_written_and_gain_what_the_quota_forces():
    assert spec_of(
        "limits.cpu: 4, requests.memory: 4Gi", "{pod: {max: {cpu: 2}}, container: {default: {cpu: 250m}}}"
    ) == {
        "limits": [
            {"default": {"cpu": "250m"}, "defaultRequest": {"cpu": "100m", "memory": "256Mi"}, "type": "Container"},
            {"max": {"cpu": "2"}, "type": "Pod"},
        ]
    }


FORCING = [
    *("cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage"),
    *("limits.cpu", "limits.memory", "limits.ephemeral-storage"),
]


def test_whatever_a_quota_can_force_has_something_to_fall_back_on():
    assert FALLBACK_LIMITS.keys() == FALLBACK_REQUESTS.keys() == {key.rpartition(".")[2] for key in FORCING}


@pytest.mark.parametrize("key", FORCING)
def test_a_forced_key_always_has_a_default(key):
    spec = spec_of(f"{key}: 4")
    assert limitrange.missing(spec, [key]) == ()
    assert limitrange.problems(spec) == []


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.sets(st.sampled_from(FORCING), min_size=1), st.sampled_from(["{}", "{container: {max: {cpu: 2, memory: 1Gi}}}", "{container: {min: {memory: 64Mi}, maxLimitRequestRatio: {cpu: 2}}}"]))  # fmt: skip
def test_every_forced_key_has_a_default_whatever_else_is_limited(keys, limits):
    one, other = (spec_of(", ".join(f"{key}: 4" for key in order), limits) for order in (keys, sorted(keys)))
    assert one == other
    assert limitrange.missing(one, keys) == ()
    assert limitrange.problems(one) == []


def test_tenants_with_the_same_limits_share_one_text():
    assert spec_of("limits.cpu: 4") is spec_of("limits.cpu: 8")


# What is told of a tenant


HERE = "tenants/vision.yaml#spec"


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        (
            "{container: {default: {cpu: 2}, max: {cpu: 1}}}",
            "/limits/container/default/cpu: default '2' is more than max '1'; lower default or raise max",
        ),
        (
            "{container: {max: {cpus: 1}}}",
            "/limits/container/max/cpus: 'cpus' is not a resource for type 'Container'; did you mean 'cpu'?",
        ),
        (
            "{persistentVolumeClaim: {}}",
            "/limits/persistentVolumeClaim: 'PersistentVolumeClaim' has neither min nor max for storage; write one of them",
        ),
        (
            "{pod: {maxLimitRequestRatio: {cpu: 0}}}",
            "/limits/pod/maxLimitRequestRatio/cpu: the ratio of limit to request '0' is less than 1; write 1 or more",
        ),
    ],
)
def test_limits_that_the_api_server_would_refuse_are_told_at_their_field(limits, problem):
    assert told(placement.check(vision(f"{QUOTA}\nlimits: {limits}"))) == [HERE + problem]


def test_limits_of_a_namespace_are_checked_together_with_the_tenants():
    text = f"{QUOTA}\nlimits: {{container: {{max: {{cpu: 1}}}}}}\nnamespaces: [{{name: a, limits: {{container: {{default: {{cpu: 2}}}}}}}}]"
    assert told(placement.check(vision(text))) == [
        f"{HERE}/namespaces/a/limits/container/default/cpu: default '2' is more than max '1'; lower default or raise max"
    ]


def test_parts_of_the_quota_are_checked_too():
    assert len(told(placement.check(vision("")))) == 1


# What is told of a tenant on a cluster


def on(spec, cluster):
    platform = platform_of(f'clusters: [{{name: prod, version: "1.34", {cluster}}}]')
    return told(placement.check_on(vision(spec), platform.clusters["prod"]))


CAPACITY = "capacity: {cpu: 64, memory: 1Ti, nvidia.com/gpu: 8}"


@pytest.mark.parametrize(
    ("key", "amount", "there"),
    [
        ("requests.cpu", "65", "64"),
        ("requests.cpu", "64001m", "64"),
        ("cpu", "65", "64"),
        ("requests.memory", "1025Gi", "1Ti"),
        ("requests.nvidia.com/gpu", "9", "8"),
    ],
)
def test_a_cap_that_the_whole_cluster_could_not_fill_is_told(key, amount, there):
    assert on(f"quota: {{hard: {{{key}: {amount}}}}}", CAPACITY) == [
        f"{HERE}/quota/hard/{key}: {amount} is more than all of cluster prod has ({there}); write {there} or less"
    ]
    assert on("quota: {hard: {cpu: 1}}", "capacity: {cpu: 0}") == [
        f"{HERE}/quota/hard/cpu: 1 is more than all of cluster prod has (0); write 0"
    ]


@pytest.mark.parametrize(
    "hard", ["requests.cpu: 64, requests.memory: 1024Gi, requests.nvidia.com/gpu: 8", "limits.cpu: 999", "pods: 999"]
)
def test_a_cap_that_the_cluster_can_fill_or_has_no_figure_for_is_fine(hard):
    assert on(f"quota: {{hard: {{{hard}}}}}", CAPACITY) == []
    assert on(f"quota: {{hard: {{{hard}}}}}", "sync: flux") == []


MESH = "mesh: {ingress: [{tenant: a, methods: [GET]}, {tenant: b, paths: [/v1]}, {tenant: c, ports: [80]}]}"


def test_a_caller_narrowed_by_http_would_never_get_through_without_sidecars():
    message = (
        "cluster prod runs Istio without sidecars, which sees no HTTP methods and paths, so the caller would never "
        "get through; drop them"
    )
    assert on(MESH, "addons: [istio-ambient]") == [f"{HERE}/mesh/ingress/{name}: {message}" for name in ("a", "b")]
    assert on(MESH, "addons: [istio]") == on(MESH, "addons: []") == []


def test_cloud_identities_are_checked_too():
    spec = 'serviceAccounts: [{name: a, identity: {aws: {roleArn: "arn:aws:iam::123456789012:role/a", via: pod-identity}}}]'
    assert len(on(spec, "cloud: {provider: aws}")) == 1
