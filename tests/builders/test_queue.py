"""Kueue's objects, from the text of tenant files to what is rendered."""

from pathlib import Path

import pytest
import yaml
from building import bodies, cluster, every, files, objects, one, shuffled, told

from generator.kueue import jobs

FIXTURE = Path(__file__).parent.parent / "samples" / "kueue.yaml"

PLATFORM = """
clusters: [{name: prod, version: "1.34", addons: [kueue], capacity: {nvidia.com/gpu: 96}}]
kueue:
  flavors:
    - name: h100-ondemand
      nodeLabels: {cloud.example.com/accelerator: h100}
      nodeTaints: [{key: nvidia.com/gpu, value: present, effect: NoSchedule}]
      tolerations: [{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}]
  cohorts:
    - {name: org, flavors: {h100-ondemand: {cpu: 64, memory: 512Gi, nvidia.com/gpu: 8}}}
    - {name: org.research, parent: org, weight: "0.75"}
"""
VISION = """
quota: {hard: {requests.cpu: 96, requests.memory: 768Gi, requests.nvidia.com/gpu: 12, pods: 10}}
queue:
  cohort: org.research
  flavors:
    h100-ondemand: {cpu: 32, memory: 256Gi, nvidia.com/gpu: {nominal: 4, borrow: 8, lend: 2}}
  preemption: {reclaim: Any, within: LowerPriority}
"""
#: A small platform, to which a test adds what it is about.
SMALL = """
clusters: [{name: prod, version: "1.34", addons: [kueue]}, {name: lab, version: "1.34", addons: [kueue]}, {name: dev, version: "1.34"}]
defaults: {clusters: [prod], quota: {hard: {pods: 10}}}
kueue:
  flavors: [{name: gpu}, {name: spot}]
  admission: {requests: [], queueName: false}
"""
QUEUE = "queue: {flavors: {gpu: {cpu: 4}}}"
LABELS = {"app.kubernetes.io/managed-by": "tenantry", "tenantry.dev/tenant": "vision"}


def without_labels(body):
    metadata = {key: value for key, value in body["metadata"].items() if key != "labels"}
    return {**body, "metadata": metadata}


def spec(found, kind, name=None, namespace=None):
    return one(found, kind, name, namespace)["spec"]


def names(found, kind):
    return [body["metadata"]["name"] for body in every(found, kind)]


def test_a_tenant_gets_the_objects_of_a_fixture_written_by_hand():
    wanted = [body for body in yaml.safe_load_all(FIXTURE.read_text()) if body]
    found = objects({"team-vision": VISION}, PLATFORM)
    ours = [without_labels(body) for body in found if body["apiVersion"] == "kueue.x-k8s.io/v1beta2"]
    assert ours == wanted


def test_every_object_of_a_tenant_carries_its_labels():
    found = objects({"vision": QUEUE, "child": f"parent: vision\n{QUEUE}"}, SMALL)
    for kind in ("Cohort", "ClusterQueue", "LocalQueue"):
        assert (
            one(
                found,
                kind,
                namespace="vision" if kind == "LocalQueue" else None,
                name="default" if kind == "LocalQueue" else "vision",
            )["metadata"]["labels"]
            == LABELS
        )


def test_queues_and_cohorts_stand_in_a_file_of_their_own():
    found = files({"top": "namespaces: []", "vision": f"parent: top\n{QUEUE}"}, SMALL)
    kinds = {path: [body["kind"] for body in bodies(text)] for path, text in found.items() if "60-queue" in path}
    assert kinds == {
        "rendered/prod/platform/60-queue.yaml": ["ResourceFlavor", "ResourceFlavor"],
        "rendered/lab/platform/60-queue.yaml": ["ResourceFlavor", "ResourceFlavor"],
        "rendered/prod/tenants/top/60-queue.yaml": ["Cohort"],
        "rendered/prod/tenants/vision/60-queue.yaml": ["ClusterQueue", "LocalQueue"],
    }


def test_a_cluster_without_kueue_gets_nothing_of_it():
    found = objects({"vision": f"clusters: [prod, dev]\n{QUEUE}"}, SMALL)
    assert len(every(found, "ClusterQueue")) == 1
    labels = [body["metadata"]["labels"].get("kueue.x-k8s.io/managed-namespace") for body in every(found, "Namespace")]
    assert sorted(labels, key=str) == [None, "true"]


# The tree


def test_the_tree_of_cohorts_follows_the_parents():
    tenants = {
        "org": "namespaces: []\nqueue: {pool: {gpu: {cpu: 8}}}",
        "research": "parent: org\nnamespaces: []",
        "vision": f"parent: research\n{QUEUE}",
        "audit": "parent: org",
    }
    found = objects(tenants, SMALL)
    assert {body["metadata"]["name"]: body["spec"].get("parentName") for body in every(found, "Cohort")} == {
        "org": None,
        "research": "org",
    }
    assert spec(found, "ClusterQueue", "vision")["cohortName"] == "research"
    assert names(found, "ClusterQueue") == ["vision"], "audit has no queue"
    assert spec(found, "Cohort", "org")["resourceGroups"] == [
        {"coveredResources": ["cpu"], "flavors": [{"name": "gpu", "resources": [{"name": "cpu", "nominalQuota": "8"}]}]}
    ]


def test_a_tenant_with_a_queue_and_children_is_a_cohort_that_its_own_queue_is_in():
    found = objects({"vision": f"{QUEUE[:-1]}, weight: 2}}", "labels": f"parent: vision\n{QUEUE}"}, SMALL)
    assert spec(found, "ClusterQueue", "vision")["cohortName"] == "vision"
    assert spec(found, "ClusterQueue", "labels")["cohortName"] == "vision"
    assert spec(found, "Cohort", "vision") == {"fairSharing": {"weight": "2"}}
    assert spec(found, "ClusterQueue", "vision")["fairSharing"] == {"weight": "1"}


def test_a_parent_that_lives_elsewhere_is_passed_over():
    tenants = {
        "org": "clusters: [prod, lab]\nnamespaces: []",
        "research": "parent: org\nclusters: [prod]\nnamespaces: []",
        "vision": f"parent: research\nclusters: [prod, lab]\n{QUEUE}",
    }
    found = files(tenants, SMALL)
    parents = {
        name: bodies(found[f"rendered/{name}/tenants/vision/60-queue.yaml"])[0]["spec"]["cohortName"]
        for name in ("prod", "lab")
    }
    assert parents == {"prod": "research", "lab": "org"}
    assert "rendered/lab/tenants/research/60-queue.yaml" not in found


def test_tenants_without_a_parent_are_in_the_platforms_cohort_if_it_names_one():
    alone = objects({"vision": QUEUE}, SMALL)
    assert "cohortName" not in spec(alone, "ClusterQueue")
    found = objects(
        {"vision": QUEUE}, f"{SMALL}  cohorts: [{{name: all, clusters: [prod]}}]\n  defaults: {{cohort: all}}\n"
    )
    assert spec(found, "ClusterQueue")["cohortName"] == "all"


def test_the_order_of_tenants_and_of_keys_changes_nothing():
    tenants = {f"t{i}": f"parent: t{i // 2}\n{QUEUE}" if i > 1 else QUEUE for i in range(1, 9)}
    first = files(tenants, SMALL)
    for seed in range(3):
        assert files(dict(shuffled(tenants.items(), seed)), SMALL) == first


# A queue


def test_all_namespaces_of_a_tenant_are_selected_by_their_names_and_no_others():
    found = objects({"vision": f"namespaces: [{{name: b, quota: {{pods: 1}}}}, {{name: a}}]\n{QUEUE}"}, SMALL)
    values = ["vision-a", "vision-b"]
    assert spec(found, "ClusterQueue")["namespaceSelector"] == {
        "matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": values}]
    }


def test_queues_can_be_named_for_each_namespace():
    text = "namespaces: [{name: a}, {name: b, quota: {pods: 1}}]\nqueue: {flavors: {gpu: {cpu: 4}}, queues: {a: [default, urgent]}}"
    found = objects({"vision": text}, SMALL)
    assert [(body["metadata"]["namespace"], body["metadata"]["name"]) for body in every(found, "LocalQueue")] == [
        ("vision-a", "default"),
        ("vision-a", "urgent"),
    ]
    managed = {
        body["metadata"]["name"]: body["metadata"]["labels"]["kueue.x-k8s.io/managed-namespace"]
        for body in every(found, "Namespace")
    }
    assert managed == {"vision-a": "true", "vision-b": "true"}, "there is no way around the queue"


def test_flavors_stand_in_the_order_of_the_platform_and_those_alike_are_one_group():
    text = "queue: {flavors: {spot: {memory: 1Gi, cpu: 2}, gpu: {cpu: 4, memory: 2Gi}}}"
    [group] = spec(objects({"vision": text}, SMALL), "ClusterQueue")["resourceGroups"]
    assert group["coveredResources"] == ["cpu", "memory"]
    assert [flavor["name"] for flavor in group["flavors"]] == ["gpu", "spot"]


def test_flavors_of_different_resources_are_groups_of_their_own():
    text = "queue: {flavors: {spot: {memory: 1Gi}, gpu: {cpu: 4}}}"
    found = spec(objects({"vision": text}, SMALL), "ClusterQueue")["resourceGroups"]
    assert [(group["coveredResources"], group["flavors"][0]["name"]) for group in found] == [
        (["cpu"], "gpu"),
        (["memory"], "spot"),
    ]


def test_the_platforms_defaults_hold_where_a_queue_says_nothing():
    defaults = "  defaults: {strategy: StrictFIFO, weight: 3, preemption: {reclaim: Any, borrow: LowerPriority, borrowBelow: 5}, fungibility: {whenCanBorrow: TryNextFlavor, preference: PreemptionOverBorrowing}}\n"
    found = spec(
        objects(
            {"vision": "queue: {flavors: {gpu: {cpu: 4}}, preemption: {reclaim: LowerPriority}}"}, SMALL + defaults
        ),
        "ClusterQueue",
    )
    assert (found["queueingStrategy"], found["fairSharing"]) == ("StrictFIFO", {"weight": "3"})
    assert found["preemption"] == {
        "reclaimWithinCohort": "LowerPriority",
        "withinClusterQueue": "Never",
        "borrowWithinCohort": {"policy": "LowerPriority", "maxPriorityThreshold": 5},
    }
    assert found["flavorFungibility"] == {
        "whenCanBorrow": "TryNextFlavor",
        "whenCanPreempt": "TryNextFlavor",
        "preference": "PreemptionOverBorrowing",
    }


@pytest.mark.parametrize(
    ("written", "stop", "local"),
    [
        ("lifecycle: active", "None", None),
        ("lifecycle: frozen", "Hold", "Hold"),
        ("lifecycle: offboarding", "HoldAndDrain", "HoldAndDrain"),
        ("lifecycle: active\nqueue: {flavors: {gpu: {cpu: 4}}, stopPolicy: Hold}", "Hold", None),
        ("lifecycle: frozen\nqueue: {flavors: {gpu: {cpu: 4}}, stopPolicy: HoldAndDrain}", "HoldAndDrain", "Hold"),
    ],
)
def test_jobs_wait_in_what_is_frozen_and_are_stopped_in_what_leaves(written, stop, local):
    found = objects({"vision": written if "queue" in written else f"{written}\n{QUEUE}"}, SMALL)
    assert spec(found, "ClusterQueue")["stopPolicy"] == stop
    assert spec(found, "LocalQueue").get("stopPolicy") == local


def test_one_frozen_namespace_stops_its_own_queue_alone():
    text = f"namespaces: [{{name: a, lifecycle: frozen}}, {{name: b, quota: {{pods: 1}}}}]\n{QUEUE}"
    found = objects({"vision": text}, SMALL)
    assert spec(found, "ClusterQueue")["stopPolicy"] == "None"
    assert [body["spec"].get("stopPolicy") for body in every(found, "LocalQueue")] == ["Hold", None]


# Who sees it


def test_whoever_looks_at_a_tenant_sees_its_queues_and_writes_none():
    platform = f"{SMALL}roles: {{runner: {{rules: [{{apiGroups: [batch], resources: [jobs], verbs: [create]}}]}}}}\n"
    members = "members: [{group: a, role: viewer}, {group: b, role: runner}, {group: c, role: editor}]"
    found = objects({"vision": f"{members}\n{QUEUE}", "plain": members}, platform)
    queued = [
        {"apiGroups": ["kueue.x-k8s.io"], "resources": ["localqueues", "workloads"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": ["kueue.x-k8s.io"], "resources": ["localqueues/status", "workloads/status"], "verbs": ["get"]},
        {"apiGroups": ["visibility.kueue.x-k8s.io"], "resources": ["localqueues/pendingworkloads"], "verbs": ["get", "list", "watch"]},
    ]  # fmt: skip
    given = {
        (body["metadata"]["namespace"], body["metadata"]["name"]): [
            rule for rule in body["rules"] if "kueue" in rule["apiGroups"][0]
        ]
        for body in every(found, "Role")
    }
    assert given == {
        ("vision", "tenant-viewer"): queued,
        ("vision", "tenant-editor"): queued,
        ("vision", "tenant-runner"): [],
        ("plain", "tenant-viewer"): [],
        ("plain", "tenant-editor"): [],
        ("plain", "tenant-runner"): [],
    }


# What the platform shares


def test_the_platforms_part_is_rendered_once_for_each_cluster_that_it_is_for():
    platform = """
    clusters: [{name: prod, version: "1.34", addons: [kueue]}, {name: lab, version: "1.34", addons: [kueue]}]
    kueue:
      topologies: [{name: racks, clusters: [prod], levels: [example.com/rack, kubernetes.io/hostname]}]
      flavors:
        - {name: h100, clusters: [prod], nodeLabels: {pool: h100}, topology: racks, capacity: {nvidia.com/gpu: 8, cpu: 64}}
        - {name: h100, clusters: [lab], nodeLabels: {pool: small}}
      priorityClasses: [{name: batch, value: -5, description: What can wait.}, {name: soon, value: 5}]
      admission: {exceptClusters: [prod, lab]}
    """
    found = files({}, platform)
    prod, lab = (bodies(found[f"rendered/{name}/platform/60-queue.yaml"]) for name in ("prod", "lab"))
    assert [body["kind"] for body in prod] == [
        "Topology",
        "ResourceFlavor",
        "WorkloadPriorityClass",
        "WorkloadPriorityClass",
    ]
    assert spec(prod, "Topology") == {
        "levels": [{"nodeLabel": "example.com/rack"}, {"nodeLabel": "kubernetes.io/hostname"}]
    }
    flavor = one(prod, "ResourceFlavor")
    assert flavor["spec"] == {"nodeLabels": {"pool": "h100"}, "topologyName": "racks"}
    assert flavor["metadata"]["annotations"] == {"tenantry.dev/capacity": "cpu=64,nvidia.com/gpu=8"}
    assert one(prod, "WorkloadPriorityClass", "batch")["value"] == -5
    assert one(lab, "ResourceFlavor")["spec"] == {"nodeLabels": {"pool": "small"}}


@pytest.mark.parametrize(
    ("admission", "policies"),
    [
        ("{}", ["tenantry-jobs-ask-for-resources", "tenantry-jobs-name-a-queue"]),
        ("{queueName: false}", ["tenantry-jobs-ask-for-resources"]),
        ("{requests: []}", ["tenantry-jobs-name-a-queue"]),
        ("{requests: [], queueName: false}", []),
        ("{exceptClusters: [prod]}", []),
    ],
)
def test_each_of_the_policies_on_jobs_can_be_left_out(admission, policies):
    found = objects({}, f"{cluster(addons='[kueue]')}\nkueue: {{admission: {admission}}}")
    assert names(found, "ValidatingAdmissionPolicy") == policies
    bindings = {body["metadata"]["name"]: body["spec"] for body in every(found, "ValidatingAdmissionPolicyBinding")}
    assert bindings == {name: jobs.binding(name) for name in policies}


def test_the_policies_are_about_the_jobs_that_the_platform_names():
    admission = "{jobs: [RayJob, Job], requests: [nvidia.com/gpu]}"
    found = objects({}, f"{cluster(addons='[kueue]')}\nkueue: {{admission: {admission}}}")
    assert spec(found, "ValidatingAdmissionPolicy", "tenantry-jobs-name-a-queue") == jobs.name_a_queue(
        ["Job", "RayJob"]
    )
    asked = jobs.ask_for_resources(["Job", "RayJob"], ["nvidia.com/gpu"])
    assert spec(found, "ValidatingAdmissionPolicy", "tenantry-jobs-ask-for-resources") == asked


def test_a_template_may_not_make_a_queue_that_is_there_already():
    extra = {
        "queue": "apiVersion: kueue.x-k8s.io/v1beta2\nkind: LocalQueue\nmetadata: {name: default, namespace: vision}\nspec: {clusterQueue: vision}\n"
    }
    found = told({"vision": f"{QUEUE}\nextras: {{queue: {{}}}}"}, SMALL, extra)
    asked_twice = (
        "LocalQueue vision/default is asked for here and by tenants/vision.yaml#spec/queue/queues; rename or drop one"
    )
    assert found == [f"tenants/vision.yaml: spec.extras.queue: {asked_twice}"]


def test_a_template_may_not_write_a_queue_that_kueue_would_refuse():
    text = "apiVersion: kueue.x-k8s.io/v1beta2\nkind: ClusterQueue\nmetadata: {name: x}\nspec: {fairSharing: {weight: -1}}\n"
    found = told({}, f"{cluster(addons='[kueue]')}\nextras: {{queue: {{}}}}", {"queue": text})
    assert found == [
        "tenants/platform.yaml: spec.extras.queue: ClusterQueue x: spec.fairSharing.weight: -1 is negative; write 0 or more"
    ]
