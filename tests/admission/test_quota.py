import pytest

from generator.admission import Rule, admit
from generator.kubernetes.quantity import parse

SPEC = {"containers": [{"name": "main", "resources": {"requests": {"cpu": "2", "memory": "1Gi"}}}]}


def told(quotas, used=None, given=SPEC):
    return [one.message for one in admit(given, limit_ranges={}, quotas=quotas, used=used).refusals]


def counts(scopes, given):
    """Tell whether a quota of no pods at all, with these scopes, is asked about a pod."""
    ours = admit(given, limit_ranges={}, quotas={"q": {"hard": {"pods": "0"}, **scopes}})
    return any(one.source == "q" for one in ours.refusals)


def test_what_is_used_already_counts():
    quotas = {"q": {"hard": {"requests.cpu": "4", "pods": "9"}}}
    assert told(quotas, {"q": {"requests.cpu": "2"}}) == []
    assert told(quotas, {"q": {"requests.cpu": "2500m"}}) == [
        "exceeded quota: q, requested: requests.cpu=2, used: requests.cpu=2500m, limited: requests.cpu=4"
    ]


def test_a_quota_that_is_full_refuses_only_who_asks_for_more():
    quotas = {"q": {"hard": {"requests.nvidia.com/gpu": "1", "limits.ephemeral-storage": "1Gi"}}}
    assert told(quotas, {"q": {"requests.nvidia.com/gpu": "5"}}) == []


def test_several_quotas_must_all_agree():
    quotas = {"b": {"hard": {"requests.cpu": "1"}}, "a": {"hard": {"requests.memory": "512Mi"}}}
    ours = admit(SPEC, limit_ranges={}, quotas=quotas)
    assert [(one.source, one.resource, one.asked, one.allowed) for one in ours.refusals] == [
        ("a", "requests.memory", parse("1Gi"), parse("512Mi")),
        ("b", "requests.cpu", parse(2), parse(1)),
    ]
    assert ours.message == (
        'pods "pod" is forbidden: exceeded quota: a, '
        "requested: requests.memory=1Gi, used: requests.memory=0, limited: requests.memory=512Mi"
    )


def test_what_is_not_named_comes_before_what_is_too_much():
    quotas = {"a": {"hard": {"requests.cpu": "1"}}, "b": {"hard": {"limits.cpu": "1", "limits.memory": "1Gi"}}}
    ours = admit(SPEC, limit_ranges={}, quotas=quotas)
    assert [(one.source, one.rule, one.resource) for one in ours.refusals] == [
        ("b", Rule.REQUIRED, "limits.cpu"),
        ("b", Rule.REQUIRED, "limits.memory"),
        ("a", Rule.EXCEEDED, "requests.cpu"),
    ]
    assert ours.message == (
        'pods "pod" is forbidden: failed quota: b: must specify limits.cpu for: main; limits.memory for: main'
    )


def test_only_cpu_and_memory_have_to_be_named():
    hard = {"requests.ephemeral-storage": "1", "limits.ephemeral-storage": "1", "requests.nvidia.com/gpu": "0"}
    assert told({"q": {"hard": hard}}) == []


def test_init_containers_have_to_name_them_too():
    given = {**SPEC, "initContainers": [{"name": "before"}]}
    assert told({"q": {"hard": {"cpu": "8"}}}, given=given) == ["failed quota: q: must specify cpu for: before"]


@pytest.mark.parametrize(
    ("key", "resources"),
    [
        ("cpu", {"cpu": "2"}),
        ("requests.memory", {"memory": "2"}),
        ("requests.ephemeral-storage", {"ephemeral-storage": "2"}),
        ("requests.nvidia.com/gpu", {"nvidia.com/gpu": "2"}),
        ("requests.deviceclass.resource.kubernetes.io/a100", {"deviceclass.resource.kubernetes.io/a100": "2"}),
        ("hugepages-2Mi", {"hugepages-2Mi": "4Mi", "cpu": "1"}),
        ("requests.hugepages-2Mi", {"hugepages-2Mi": "4Mi", "cpu": "1"}),
        ("pods", {}),
        ("count/pods", {}),
    ],
)
def test_each_key_of_pods_is_counted(key, resources):
    given = {"containers": [{"name": "main", "resources": {"limits": resources}}]}
    wanted = {"pods": "0", "count/pods": "0"}.get(key, "1")
    ours = admit(given, limit_ranges={}, quotas={"q": {"hard": {key: wanted}}})
    assert [(one.rule, one.resource) for one in ours.refusals] == [(Rule.EXCEEDED, key)]


@pytest.mark.parametrize(
    "key", ["nvidia.com/gpu", "limits.nvidia.com/gpu", "count/jobs.batch", "services", "requests.storage"]
)
def test_other_keys_are_not_about_pods(key):
    given = {"containers": [{"name": "main", "resources": {"limits": {"nvidia.com/gpu": "2"}}}]}
    assert told({"q": {"hard": {key: "0"}}}, given=given) == []


# Scopes ---------------------------------------------------------------------------------------------------------------

BEST_EFFORT = {"containers": [{"name": "main"}]}


@pytest.mark.parametrize(
    ("scope", "inside", "outside"),
    [
        ("Terminating", {**SPEC, "activeDeadlineSeconds": 60}, SPEC),
        ("Terminating", {**SPEC, "activeDeadlineSeconds": 0}, SPEC),
        ("NotTerminating", SPEC, {**SPEC, "activeDeadlineSeconds": 60}),
        ("BestEffort", BEST_EFFORT, SPEC),
        ("NotBestEffort", SPEC, BEST_EFFORT),
        ("NotBestEffort", {**BEST_EFFORT, "initContainers": SPEC["containers"]}, BEST_EFFORT),
        ("NotBestEffort", {**BEST_EFFORT, "resources": {"limits": {"memory": "1Gi"}}}, {**SPEC, "resources": {"requests": {"hugepages-2Mi": "0"}}}),
        ("PriorityClass", {**SPEC, "priorityClassName": "high"}, SPEC),
    ],
)  # fmt: skip
def test_a_quota_is_about_the_pods_in_its_scope(scope, inside, outside):
    for scopes in (
        {"scopes": [scope]},
        {"scopeSelector": {"matchExpressions": [{"scopeName": scope, "operator": "Exists"}]}},
    ):
        assert counts(scopes, inside)
        assert not counts(scopes, outside)


def test_a_container_that_asks_for_nothing_of_cpu_is_of_best_effort():
    nothing = {"containers": [{"name": "main", "resources": {"requests": {"cpu": "0", "nvidia.com/gpu": "0"}}}]}
    assert counts({"scopes": ["BestEffort"]}, nothing)


@pytest.mark.parametrize(
    "affinity",
    [
        {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"namespaces": ["other"]}]}},
        {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"namespaceSelector": {}}]}},
        {
            "podAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [{"podAffinityTerm": {"namespaces": ["o"]}}]
            }
        },
    ],
)
def test_affinity_to_pods_of_other_namespaces_is_a_scope(affinity):
    scopes = {"scopes": ["CrossNamespacePodAffinity"]}
    assert counts(scopes, {**SPEC, "affinity": affinity})
    near = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone"}]}}
    assert not counts(scopes, {**SPEC, "affinity": near})


@pytest.mark.parametrize(
    ("operator", "values", "names"),
    [
        ("In", ["high"], {"high"}),
        ("NotIn", ["high"], {"low", ""}),
        ("Exists", None, {"high", "low"}),
        ("DoesNotExist", None, {""}),
    ],
)
def test_classes_are_selected_by_name(operator, values, names):
    expression = {"scopeName": "PriorityClass", "operator": operator, "values": values}
    scopes = {"scopeSelector": {"matchExpressions": [expression]}}
    assert {name for name in ("high", "low", "") if counts(scopes, {**SPEC, "priorityClassName": name})} == names


def test_a_pod_has_to_be_in_all_scopes_of_a_quota():
    expression = {"scopeName": "PriorityClass", "operator": "In", "values": ["high"]}
    scopes = {"scopes": ["Terminating"], "scopeSelector": {"matchExpressions": [expression]}}
    assert not counts(scopes, {**SPEC, "priorityClassName": "high"})
    assert counts(scopes, {**SPEC, "priorityClassName": "high", "activeDeadlineSeconds": 1})


@pytest.mark.parametrize(
    "spec",
    [
        None,
        [],
        {"hard": []},
        {"hard": {"pods": "x"}},
        {"hard": {"pods": "0", "gpu": "1"}},
        {"hard": {"pods": "-1"}},
        {"hard": {"pods": "0", 1: "1"}},
        {"hard": {"pods": "0"}, "scopes": ["Unknown"]},
        {"hard": {"pods": "0"}, "scopes": ["Terminating", "NotTerminating"]},
        {"hard": {"pods": "0"}, "scopeSelector": {"matchExpressions": [{"scopeName": "Terminating", "operator": "In"}]}},
        {"hard": {"pods": "0"}, "scopeSelector": {"matchExpressions": [{"scopeName": "NotTerminating", "operator": "DoesNotExist"}]}},
    ],
)  # fmt: skip
def test_a_quota_that_would_be_refused_does_nothing(spec):
    assert told({"q": spec}) == []
