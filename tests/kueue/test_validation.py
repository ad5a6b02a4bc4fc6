"""Each case is a sound object with one thing changed; what is right is asked about beside what is wrong."""

import copy

import pytest
import yaml

from generator.kueue.validation import modern, problems
from generator.manifest import Manifest
from generator.problems import Place, dotted
from generator.validation.validity import for_version

QUEUE = """
apiVersion: kueue.x-k8s.io/v1beta2
kind: ClusterQueue
metadata: {name: vision}
spec:
  cohortName: research
  resourceGroups:
  - coveredResources: [cpu, nvidia.com/gpu]
    flavors:
    - name: h100
      resources: [{name: cpu, nominalQuota: "8"}, {name: nvidia.com/gpu, nominalQuota: 4, borrowingLimit: 2, lendingLimit: 4}]
    - name: spot
      resources: [{name: cpu, nominalQuota: "0"}, {name: nvidia.com/gpu, nominalQuota: 0}]
  - coveredResources: [memory]
    flavors: [{name: any, resources: [{name: memory, nominalQuota: 1Gi}]}]
"""
FLAVOR = """
apiVersion: kueue.x-k8s.io/v1beta2
kind: ResourceFlavor
metadata: {name: h100}
spec:
  nodeLabels: {pool: h100}
  nodeTaints: [{key: gpu, value: "yes", effect: NoSchedule}, {key: gpu, effect: NoExecute}]
  tolerations: [{key: gpu, operator: Exists}, {operator: Exists, effect: NoExecute, tolerationSeconds: 5}, {key: a, value: b}]
  topologyName: racks
"""
TOPOLOGY = """
apiVersion: kueue.x-k8s.io/v1beta2
kind: Topology
metadata: {name: racks}
spec: {levels: [{nodeLabel: example.com/block}, {nodeLabel: example.com/rack}, {nodeLabel: kubernetes.io/hostname}]}
"""
COHORT = """
apiVersion: kueue.x-k8s.io/v1beta2
kind: Cohort
metadata: {name: research}
spec:
  parentName: all
  resourceGroups:
  - coveredResources: [cpu]
    flavors: [{name: h100, resources: [{name: cpu, nominalQuota: 1, borrowingLimit: 0, lendingLimit: 5}]}]
  fairSharing: {weight: 750m}
"""


def told(text, *route, value=None):
    """Write what is wrong when the value at *route* is another (nothing: is not there), as ``field: message``."""
    body = yaml.safe_load(text)
    at = body
    for key in route[:-1]:
        at = at[key]
    if route and value is None:
        del at[route[-1]]
    elif route:
        at[route[-1]] = value
    return [f"{dotted(place)}: {message}" for place, message in problems(body)]


def schema_told(body):
    return [one.message for one in for_version("1.34").problems(Manifest(body, Place("f.yaml")))]


@pytest.mark.parametrize("text", [QUEUE, FLAVOR, TOPOLOGY, COHORT])
def test_a_sound_object_is_taken_by_the_schema_and_by_the_rules(text):
    assert told(text) == []
    assert schema_told(yaml.safe_load(text)) == []


GROUP = ("spec", "resourceGroups", 0)
GPU = (*GROUP, "flavors", 0, "resources", 1)
AT = "spec.resourceGroups[0].flavors[0].resources[1]"


@pytest.mark.parametrize(
    ("route", "value", "message"),
    [
        ((*GROUP, "coveredResources"), ["nvidia.com/gpu", "cpu"],
         (
             "spec.resourceGroups[0].flavors[0].resources: flavor 'h100' has quotas of cpu, nvidia.com/gpu, and the group covers "
             "nvidia.com/gpu, cpu; write these, in this order"
         )),
        ((*GROUP, "flavors", 1, "resources"), [{"name": "cpu", "nominalQuota": 1}],
         (
             "spec.resourceGroups[0].flavors[1].resources: flavor 'spot' has quotas of cpu, and the group covers cpu, "
             "nvidia.com/gpu; write these, in this order"
         )),
        ((*GROUP, "flavors", 1, "name"), "any",
         "spec.resourceGroups[1].flavors[0]: flavor 'any' is there twice; a flavor is in one group, once"),
        ((*GPU, "nominalQuota"), -1, f"{AT}.nominalQuota: -1 is negative; write 0 or more"),
        ((*GPU, "lendingLimit"), 5, f"{AT}.lendingLimit: 5 is more than the nominal quota; write 4 or less"),
        ((*GPU, "borrowingLimit"), "2x", f"{AT}.borrowingLimit: '2x' is not a Kubernetes quantity; write 2 or 2000m"),
        (("spec", "fairSharing"), {"weight": -1}, "spec.fairSharing.weight: -1 is negative; write 0 or more"),
        (("spec", "flavorFungibility"), {"preference": "PreemptionOverBorrowing"},
         (
             "spec.flavorFungibility.preference: a preference counts where both whenCanBorrow and whenCanPreempt are "
             "TryNextFlavor; write these"
         )),
        (("spec", "admissionChecksStrategy"), {"admissionChecks": [{"name": "a", "onFlavors": ["h100", "b200"]}]},
         "spec.admissionChecksStrategy.admissionChecks[0].onFlavors[1]: 'b200' is not a flavor of this queue; name one that is"),
        (("spec", "preemption"), {"borrowWithinCohort": {"policy": "LowerPriority"}},
         (
             "spec.preemption.borrowWithinCohort.policy: LowerPriority lets jobs that borrow preempt others, and "
             "reclaimWithinCohort Never lets none get back what is its own; write Never here, or LowerPriority or Any there"
         )),
    ],
)  # fmt: skip
def test_what_kueue_refuses_in_a_queue_is_told_with_what_would_be_right(route, value, message):
    found = told(QUEUE, *route, value=value)
    assert message in found
    assert len([one for one in found if one.startswith(message.partition(": ")[0] + ":")]) == 1


def test_a_resource_is_covered_by_one_group():
    found = told(QUEUE, "spec", "resourceGroups", 1, "coveredResources", value=["cpu"])
    assert (
        "spec.resourceGroups[1].coveredResources[0]: resource 'cpu' is there twice; a resource is in one group, once"
        in found
    )


def test_without_a_cohort_there_is_nobody_to_borrow_from():
    limits = "without cohortName there is nobody to borrow from or lend to; drop the limit"
    assert told(QUEUE, "spec", "cohortName") == [f"{AT}.borrowingLimit: {limits}", f"{AT}.lendingLimit: {limits}"]
    assert told(QUEUE, "spec", "cohortName", value="") == [
        f"{AT}.borrowingLimit: {limits}",
        f"{AT}.lendingLimit: {limits}",
    ]


def test_a_cohort_may_lend_more_than_its_own_quota_but_only_to_a_parent():
    parent = "without parentName there is nobody to borrow from or lend to; drop the limit"
    at = "spec.resourceGroups[0].flavors[0].resources[0]"
    assert told(COHORT) == []
    assert told(COHORT, "spec", "parentName") == [f"{at}.borrowingLimit: {parent}", f"{at}.lendingLimit: {parent}"]


@pytest.mark.parametrize("reclaim", ["LowerPriority", "Any"])
def test_whoever_reclaims_may_preempt_to_borrow(reclaim):
    value = {
        "reclaimWithinCohort": reclaim,
        "borrowWithinCohort": {"policy": "LowerPriority", "maxPriorityThreshold": 10},
    }
    assert told(QUEUE, "spec", "preemption", value=value) == []


@pytest.mark.parametrize(
    ("text", "route", "value", "message"),
    [
        (FLAVOR, ("spec", "nodeLabels"), None, "spec.topologyName: a topology needs nodes to look at; write nodeLabels"),
        (FLAVOR, ("spec", "nodeTaints", 1, "effect"), "NoSchedule",
         "spec.nodeTaints[1]: a taint gpu with effect NoSchedule is there already; write it once"),
        (FLAVOR, ("spec", "tolerations", 0), {"operator": "Equal"},
         "spec.tolerations[0].key: without a key every taint is meant; write operator: Exists, or a key"),
        (FLAVOR, ("spec", "tolerations", 0, "value"), "x",
         "spec.tolerations[0].value: Exists asks for no value; drop it, or write operator: Equal"),
        (FLAVOR, ("spec", "tolerations", 1, "effect"), "NoSchedule",
         "spec.tolerations[1].tolerationSeconds: only NoExecute waits; write effect: NoExecute, or drop the seconds"),
        (TOPOLOGY, ("spec", "levels", 1, "nodeLabel"), "example.com/block",
         "spec.levels[1].nodeLabel: 'example.com/block' is a level already; write each once"),
        (TOPOLOGY, ("spec", "levels", 0, "nodeLabel"), "kubernetes.io/hostname",
         "spec.levels[0].nodeLabel: 'kubernetes.io/hostname' is a single node; write it last"),
    ],
)  # fmt: skip
def test_what_kueue_refuses_of_nodes_is_told(text, route, value, message):
    assert message in told(text, *route, value=value)


def many(flavors, resources=1, groups=1):
    """Make a queue of so many flavors in each of so many groups, each with so many resources."""
    body = yaml.safe_load(QUEUE)
    body["spec"]["resourceGroups"] = [
        {
            "coveredResources": [f"r{g}-{r}" for r in range(resources)],
            "flavors": [
                {"name": f"f{g}-{f}", "resources": [{"name": f"r{g}-{r}", "nominalQuota": 1} for r in range(resources)]}
                for f in range(flavors)
            ],
        }
        for g in range(groups)
    ]
    return body


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (many(64, 1, 4), []),
        (many(64, 1, 5), ["there are 320 flavors in all groups; there may be 256"]),
        (many(1, 64, 4), []),
        (many(1, 64, 5), ["there are 320 covered resources in all groups; there may be 256"]),
        (many(64, 8), []),
        (many(64, 9), ["flavors and resources make 576 quotas; a group may have 512"]),
    ],
)
def test_flavors_and_resources_are_counted(body, message):
    assert [said for _, said in problems(body)] == message
    assert schema_told(body) == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (many(65), "spec.resourceGroups[0].flavors: a list of 65 is too long; keep 64 at most"),
        (many(1, 65), "spec.resourceGroups[0].coveredResources: a list of 65 is too long; keep 64 at most"),
        (many(1, 1, 17), "spec.resourceGroups: a list of 17 is too long; keep 16 at most"),
    ],
)
def test_the_schema_counts_what_a_list_may_hold(body, message):
    assert f"ClusterQueue vision: {message}" in schema_told(body)


@pytest.mark.parametrize(
    ("text", "route", "value", "message"),
    [
        (QUEUE, ("spec", "cohort"), "a", "spec.cohort: there is no such field; did you mean 'cohortName'?"),
        (QUEUE, ("spec", "cohortName"), "A_b", "'A_b' is not a DNS subdomain"),
        (QUEUE, ("spec", "stopPolicy"), "Drain", "spec.stopPolicy: 'Drain' is not allowed"),
        (
            QUEUE,
            ("spec", "fairSharing"),
            {"weight": 0.5},
            "spec.fairSharing.weight: 0.5 is not a string or a whole number",
        ),
        (
            QUEUE,
            (*GPU, "nominalQuota"),
            None,
            "spec.resourceGroups[0].flavors[0].resources[1].nominalQuota: is missing",
        ),
        (
            FLAVOR,
            ("spec", "nodeLabels"),
            {f"k{i}": "v" for i in range(9)},
            "spec.nodeLabels: a mapping of 9 is too large; keep 8 at most",
        ),
        (FLAVOR, ("spec", "nodeTaints", 0, "effect"), "Never", "spec.nodeTaints[0].effect: 'Never' is not allowed"),
        (COHORT, ("metadata", "namespace"), "a", "metadata.namespace: a Cohort lives in no namespace; drop the field"),
    ],
)
def test_the_schema_tells_what_it_can_say(text, route, value, message):
    body = copy.deepcopy(yaml.safe_load(text))
    at = body
    for key in route[:-1]:
        at = at[key]
    if value is None:
        del at[route[-1]]
    else:
        at[route[-1]] = value
    found = schema_told(body)
    assert [one for one in found if message in one], found


@pytest.mark.parametrize(
    "spec",
    [None, 5, [], {"resourceGroups": 5}, {"resourceGroups": [5, {}, {"flavors": [5, {"resources": [5, {}]}]}]},
     {"preemption": 5, "fairSharing": 5, "flavorFungibility": [], "admissionChecksStrategy": {"admissionChecks": [{"onFlavors": 5}]}},
     {"levels": [5, {}], "nodeTaints": [5], "tolerations": 5, "resourceGroups": [{"coveredResources": 5}]}],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["ClusterQueue", "Cohort", "LocalQueue", "ResourceFlavor", "Topology", "Workload"])
def test_nonsense_raises_nothing(kind, spec):
    assert isinstance(list(problems({"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": kind, "spec": spec})), list)


def test_an_older_queue_is_read_by_the_names_of_today():
    old = yaml.safe_load(QUEUE)
    old["apiVersion"] = "kueue.x-k8s.io/v1beta1"
    old["spec"]["cohort"] = old["spec"].pop("cohortName")
    old["spec"]["admissionChecks"] = ["a"]
    old["spec"]["flavorFungibility"] = {"whenCanBorrow": "Borrow", "whenCanPreempt": "Preempt"}
    new = modern(old)
    assert new["spec"]["cohortName"] == "research"
    assert new["spec"]["flavorFungibility"] == {"whenCanBorrow": "MayStopSearch", "whenCanPreempt": "MayStopSearch"}
    assert schema_told(new) == []
    assert list(problems(old)) == [], "the rules are those of v1beta2"
