"""What is wrong with queues, as whoever wrote the files is told; and that what is not told is right."""

import pytest
from building import bodies, every, files, told
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.kueue.quotas import of
from generator.kueue.tree import Node, Tree
from generator.kueue.validation import problems

PLATFORM = """
clusters: [{name: prod, version: "1.34", addons: [kueue], capacity: {cpu: 64, nvidia.com/gpu: 16}}, {name: dev, version: "1.34"}]
defaults: {clusters: [prod], quota: {hard: {pods: 10}}}
kueue:
  flavors: [{name: h100, capacity: {nvidia.com/gpu: 8}}, {name: spot}]
  cohorts: [{name: all}]
  admission: {requests: []}
"""
VISION = "tenants/vision.yaml: spec.queue"


def of_vision(queue, spec="", platform=PLATFORM, **others):
    return told({"vision": f"{spec}\nqueue: {queue}".strip(), **others}, platform)


def test_what_is_sound_is_not_told():
    assert of_vision("{cohort: all, flavors: {h100: {cpu: 4, nvidia.com/gpu: {nominal: 4, borrow: 2, lend: 1}}}}") == []


@pytest.mark.parametrize(
    ("queue", "problem"),
    [
        ("{}", "nothing says how much there is; write flavors, or pool for what the tenants below have in common"),
        ("{flavors: {h100: {cpu: 4, memory: 1Gi}, spot: {cpu: 4}}}",
         ".flavors.spot: h100 has memory too, and a job takes all of them of one flavor; write memory here, 0 for none"),
        ("{flavors: {b200: {cpu: 4}}}", ".flavors.b200: 'b200' is not a flavor of the platform file on prod; use one of 'h100', 'spot'"),
        ("{flavors: {h10: {cpu: 4}}}", ".flavors.h10: 'h10' is not a flavor of the platform file on prod; did you mean 'h100'?"),
        ("{cohort: al, flavors: {h100: {cpu: 4}}}", ".cohort: 'al' is not a cohort of the platform file; did you mean 'all'?"),
        ("{flavors: {h100: {cpu: 4}}, queues: {train: [default]}}",
         ".queues.train: 'train' is not a namespace of this tenant; the tenant lists no namespaces, so write a plain list"),
        ("{cohort: all, flavors: {h100: {cpu: {nominal: 4, lend: 5}}}}",
         ".flavors.h100.cpu.lend: ClusterQueue vision: 5 is more than the nominal quota; write 4 or less"),
        ("{flavors: {h100: {cpu: {nominal: 4, borrow: 5}}}}",
         ".flavors.h100.cpu.borrow: ClusterQueue vision: without cohortName there is nobody to borrow from or lend to; drop the limit"),
        ("{flavors: {h100: {cpu: 4}}, preemption: {borrow: LowerPriority}}",
         (".preemption.borrow: ClusterQueue vision: LowerPriority lets jobs that borrow preempt others, and reclaimWithinCohort "
          "Never lets none get back what is its own; write Never here, or LowerPriority or Any there")),
        ("{flavors: {h100: {cpu: 4}}, fungibility: {preference: PreemptionOverBorrowing}}",
         (".fungibility.preference: ClusterQueue vision: a preference counts where both whenCanBorrow and whenCanPreempt are "
          "TryNextFlavor; write these")),
    ],
)  # fmt: skip
def test_a_queue_is_held_against_the_platform_and_kueue(queue, problem):
    assert of_vision(queue) == [f"{VISION}{problem}" if problem.startswith(".") else f"{VISION}: {problem}"]


def test_a_cohort_needs_a_parent_to_lend_to():
    found = of_vision("{pool: {h100: {cpu: {nominal: 4, lend: 1}}}}", "namespaces: []")
    assert found == [
        f"{VISION}.pool.h100.cpu.lend: Cohort vision: without parentName there is nobody to borrow from or lend to; drop the limit"
    ]


def test_a_group_without_namespaces_has_no_queue_of_its_own():
    message = "a tenant without namespaces has no jobs, so no queue of its own; write pool, for the tenants below it"
    assert of_vision("{flavors: {h100: {cpu: 4}}}", "namespaces: []") == [f"{VISION}.flavors: {message}"]


def test_a_queue_on_clusters_without_kueue_would_come_to_nothing():
    message = (
        "none of the tenant's clusters has kueue among its addons (prod has), so nothing would come of it; add it there if it is "
        "installed, or drop this"
    )
    assert of_vision("{flavors: {h100: {cpu: 4}}}", "clusters: [dev]") == [f"{VISION}: {message}"]


def test_the_parent_decides_on_the_cohort():
    parent = {"top": "namespaces: []"}
    found = of_vision("{cohort: all, flavors: {h100: {cpu: 4}}}", "parent: top", **parent)
    assert found == [f"{VISION}.cohort: on prod the tenant is in the cohort of top, which is above it; drop this"]


def test_a_cohort_is_there_on_each_cluster_of_the_tenant():
    platform = PLATFORM.replace('{name: dev, version: "1.34"}', '{name: dev, version: "1.34", addons: [kueue]}')
    platform = platform.replace("cohorts: [{name: all}]", "cohorts: [{name: all, clusters: [prod]}]")
    found = of_vision("{cohort: all, flavors: {h100: {cpu: 4}}}", "clusters: [prod, dev]", platform)
    assert found == [f"{VISION}.cohort: 'all' is not a cohort on dev; add dev to its clusters in the platform file"]
    assert of_vision("{cohort: all, flavors: {h100: {cpu: 4}}}", "clusters: [prod]", platform) == []


def test_no_tenant_takes_the_name_of_a_cohort_or_a_queue_of_the_platform():
    tenants = {"all": "namespaces: []", "vision": "parent: all\nqueue: {flavors: {h100: {cpu: 4}}}"}
    taken = "the tenant has a {} of its own name on prod, and {!r} is one of the platform there too ({}); rename one"
    cohort = taken.format("Cohort", "all", "tenants/platform.yaml#spec/kueue/cohorts/all")
    assert told(tenants, PLATFORM) == [f"tenants/all.yaml: metadata.name: {cohort}"]
    text = "apiVersion: kueue.x-k8s.io/v1beta2\nkind: ClusterQueue\nmetadata: {name: vision}\n"
    queue = taken.format("ClusterQueue", "vision", "tenants/platform.yaml#spec/extras/own")
    found = told({"vision": "queue: {flavors: {h100: {cpu: 4}}}"}, f"{PLATFORM}extras: {{own: {{}}}}", {"own": text})
    assert found == [f"tenants/vision.yaml: metadata.name: {queue}"]


def test_no_more_is_promised_of_a_flavor_than_there_is():
    tenants = {
        "a": "queue: {flavors: {h100: {nvidia.com/gpu: 4}, spot: {nvidia.com/gpu: 1}}}",
        "b": "namespaces: []\nqueue: {pool: {h100: {nvidia.com/gpu: 3}}}",
        "c": "queue: {flavors: {h100: {nvidia.com/gpu: 2}}}",
    }
    message = (
        "queues have 4 (tenants/a.yaml#spec/queue/flavors/h100/nvidia.com/gpu) + 3 "
        "(tenants/b.yaml#spec/queue/pool/h100/nvidia.com/gpu) + 2 (tenants/c.yaml#spec/queue/flavors/h100/nvidia.com/gpu) = 9 "
        "nvidia.com/gpu of h100 on prod, and there are 8; lower one of them"
    )
    assert told(tenants, PLATFORM) == [
        f"tenants/platform.yaml: spec.kueue.flavors.h100.capacity.nvidia.com/gpu: {message}"
    ]
    assert (
        told({**tenants, "a": "queue: {flavors: {h100: {nvidia.com/gpu: 3}, spot: {nvidia.com/gpu: 1}}}"}, PLATFORM)
        == []
    )


def test_no_more_is_promised_of_all_flavors_than_the_cluster_has():
    tenants = {"a": "queue: {flavors: {h100: {nvidia.com/gpu: 8}, spot: {nvidia.com/gpu: 9}}}"}
    message = (
        "queues have 9 (tenants/a.yaml#spec/queue/flavors/spot/nvidia.com/gpu) + 8 "
        "(tenants/a.yaml#spec/queue/flavors/h100/nvidia.com/gpu) = 17 nvidia.com/gpu on prod, and there are 16; lower one of them"
    )
    assert told(tenants, PLATFORM) == [f"tenants/platform.yaml: spec.clusters.prod.capacity.nvidia.com/gpu: {message}"]


# Queue and quota


def quota(gpus, mode="partition"):
    return f"quota: {{mode: {mode}, hard: {{pods: 10, requests.nvidia.com/gpu: {gpus}}}}}"


def gpus(nominal, **limits):
    text = ", ".join(f"{key}: {value}" for key, value in {"nominal": nominal, **limits}.items())
    return f"queue: {{flavors: {{h100: {{nvidia.com/gpu: {{{text}}}}}}}}}"


def disagreement(can_use, allows, where="vision", place="tenants/vision.yaml#spec/quota/hard/requests.nvidia.com/gpu"):
    return (
        f"{VISION}.flavors.h100.nvidia.com/gpu: with what it may borrow on prod the queue can use {can_use} nvidia.com/gpu, and the "
        f"quota allows {where} {allows} ({place}): jobs would be started and their pods refused; lower what the queue has or may "
        "borrow, or raise the quota"
    )


def test_a_queue_may_have_what_the_quota_allows_and_no_more():
    assert told({"vision": f"{quota(4)}\n{gpus(4)}"}, PLATFORM) == []
    assert told({"vision": f"{quota(3)}\n{gpus(4)}"}, PLATFORM) == [disagreement("4 (h100)", 3)]


@pytest.mark.parametrize(("limits", "can_use"), [({}, 6), ({"borrow": 1}, 5), ({"borrow": 99}, 6)])
def test_what_a_queue_may_borrow_counts_as_far_as_others_have_it(limits, can_use):
    group, other = {"top": "namespaces: []"}, {"nlp": f"parent: top\n{gpus(2)}"}
    for allowed, told_of in ((can_use, []), (can_use - 1, [disagreement(f"{can_use} (h100)", can_use - 1)])):
        vision = {"vision": f"parent: top\n{quota(allowed)}\n{gpus(4, **limits)}"}
        assert told({**group, **other, **vision}, PLATFORM) == told_of


def test_flavors_add_up():
    text = f"{quota(4)}\nqueue: {{flavors: {{h100: {{nvidia.com/gpu: 2}}, spot: {{nvidia.com/gpu: 3}}}}}}"
    assert told({"vision": text}, PLATFORM) == [
        disagreement("2 (h100) + 3 (spot) = 5", 4).replace("flavors.h100", "flavors.spot"),
    ]


def test_only_namespaces_with_a_queue_count():
    spaces = "namespaces: [{name: train}, {name: serve, quota: {pods: 1, requests.nvidia.com/gpu: 2}}]"
    both = f"{quota(6)}\n{spaces}\n{gpus(6)}"
    assert told({"vision": both}, PLATFORM) == []
    one = f"{both[:-1]}, queues: {{train: [default]}}}}"
    assert told({"vision": one}, PLATFORM) == [disagreement("6 (h100)", 4, "vision-train")]


def test_a_resource_that_no_quota_caps_is_allowed():
    assert told({"vision": f"quota: {{hard: {{pods: 1}}}}\n{gpus(8)}"}, PLATFORM) == []


@pytest.mark.parametrize("key", ["cpu", "requests.cpu", "limits.cpu"])
def test_cpu_is_capped_by_each_of_its_keys(key):
    text = f"quota: {{hard: {{pods: 1, {key}: 3}}}}\nqueue: {{flavors: {{h100: {{cpu: 4}}}}}}"
    assert [one for one in told({"vision": text}, PLATFORM) if "can use 4 (h100) cpu" in one]


def test_what_is_promised_below_a_group_fits_into_its_own_quota():
    tenants = {"top": f"namespaces: []\n{quota(5)}\nqueue: {{pool: {{h100: {{nvidia.com/gpu: 2}}}}}}"}
    message = (
        "tenants/top.yaml: spec.queue: the queues of the tenant and of those below it have 6 (h100) nvidia.com/gpu on prod, and its "
        "quota is 5 (tenants/top.yaml#spec/quota/hard/requests.nvidia.com/gpu); lower one of them, or raise the quota"
    )
    below = {"vision": f"parent: top\n{QUOTA_BELOW}\n{gpus(4, borrow=0)}"}
    assert told({**tenants, **below}, PLATFORM) == [message]
    assert told({**tenants, "vision": f"parent: top\n{QUOTA_BELOW}\n{gpus(3, borrow=1)}"}, PLATFORM) == []


def test_the_platforms_default_quota_is_not_that_of_a_group():
    platform = PLATFORM.replace("{pods: 10}", "{pods: 10, requests.nvidia.com/gpu: 2}")
    tenants = {"top": "namespaces: []", **{name: f"parent: top\n{gpus(2, borrow=0)}" for name in ("a", "b", "c")}}
    assert told(tenants, platform) == []


#: A part of the quota of five GPUs above.
QUOTA_BELOW = "quota: {hard: {pods: 5, requests.nvidia.com/gpu: 4}}"


# A quota that Kueue adds up


DELEGATED = "quota: {mode: delegated, to: kueue, hard: {pods: 9, requests.nvidia.com/gpu: 6}}"


def test_a_quota_that_kueue_adds_up_bounds_all_that_can_be_used_below():
    pool = "queue: {pool: {h100: {nvidia.com/gpu: {nominal: 2, borrow: 0}}}, cohort: all}"
    top = {"top": f"namespaces: []\n{DELEGATED}\n{pool}"}
    below = {"vision": f"parent: top\n{gpus(2)}", "nlp": f"parent: top\n{gpus(2)}"}
    assert told({**top, **below}, PLATFORM) == []
    more = {"top": f"namespaces: []\n{DELEGATED}\n{pool.replace('borrow: 0', 'borrow: 1')}"}
    platform = PLATFORM.replace(
        "cohorts: [{name: all}]", "cohorts: [{name: all, flavors: {h100: {nvidia.com/gpu: 1}}}]"
    )
    assert told({**more, **below}, platform)[0] == (
        "tenants/top.yaml: spec.queue: Kueue is to add up nvidia.com/gpu, and lets the queues at or below this tenant use 7 (h100) on "
        "prod, where its quota is 6 (tenants/top.yaml#spec/quota/hard/requests.nvidia.com/gpu); lower what they have, or borrow in pool"
    )


def test_a_queue_alone_is_bounded_by_a_quota_that_kueue_adds_up():
    spaces = "namespaces: [{name: a}, {name: b}]"
    assert told({"vision": f"{DELEGATED}\n{spaces}\n{gpus(6)}"}, PLATFORM) == []
    [found] = told({"vision": f"{DELEGATED}\n{spaces}\n{gpus(7)}"}, PLATFORM)
    assert "use 7 (h100) on prod, where its quota is 6" in found


def test_what_kueue_is_to_add_up_is_queued():
    top = {"top": f"namespaces: []\n{DELEGATED}"}
    nothing = "on prod neither this tenant nor one below it has a queue, so that Kueue adds up nothing; write queue, or another mode"
    assert told({**top, "vision": "parent: top"}, PLATFORM) == [f"tenants/top.yaml: spec.quota.to: {nothing}"]
    unqueued = "the jobs of nlp are not queued on prod, so that Kueue adds up nothing of what it uses; give it a queue, or write another mode"
    found = told({**top, "vision": f"parent: top\n{gpus(2)}", "nlp": "parent: top"}, PLATFORM)
    assert found == [f"tenants/top.yaml: spec.quota.to: {unqueued}"]


def test_a_default_that_kueue_adds_up_is_that_of_the_tenants_own_queue():
    delegated = "quota: {mode: delegated, to: kueue, hard: {pods: 9, requests.nvidia.com/gpu: 6}}"
    platform = PLATFORM.replace("quota: {hard: {pods: 10}}", delegated)
    mine = gpus(2, borrow=0)
    assert told({"mid": mine, "leaf": f"parent: mid\n{mine}"}, platform) == []
    assert told({"mid": mine, "leaf": f"parent: mid\n{gpus(6, borrow=0)}"}, platform) == []  # 8 of them in all
    problem = "the jobs of mid are not queued on prod, so that Kueue adds up nothing of what it uses; give it a queue, or write another mode"
    found = told({"mid": "displayName: Mid", "leaf": f"parent: mid\n{mine}"}, platform)
    assert found == [f"tenants/platform.yaml: spec.defaults.quota.to: {problem}"]


# Jobs that could never start


def test_what_every_job_must_ask_for_is_in_the_queue():
    platform = PLATFORM.replace("requests: []", "requests: [cpu, memory]")
    message = (
        "every job must ask for memory (tenants/platform.yaml#spec/kueue/admission/requests), and the queue has none, so that no "
        "job would ever start; write how much memory there is"
    )
    assert of_vision("{flavors: {h100: {cpu: 4}}}", platform=platform) == [f"{VISION}.flavors: {message}"]
    assert of_vision("{flavors: {h100: {cpu: 4, memory: 1Gi}}}", platform=platform) == []
    exempt = platform.replace("admission: {", "admission: {exceptClusters: [prod], ")
    assert of_vision("{flavors: {h100: {cpu: 4}}}", platform=exempt) == []


POSIT = """
launchers:
  - name: work
    preset: posit
    profiles: [{for: "*", container-images: [r:1], allow-unknown-images: false, max-cpus: 1, max-mem-mb: 512}]
    kubernetes: {job-expiry-hours: 1}
"""


def test_a_launcher_finds_a_queue_for_its_jobs():
    named = "{flavors: {h100: {cpu: 4}}, queues: [sessions]}"
    message = (
        "its Job objects are refused unless they name a queue, and this namespace has none called default for those that name none; "
        "add it (tenants/vision.yaml#spec/queue/queues), or set the label kueue.x-k8s.io/queue-name in templates.job.labels"
    )
    assert of_vision(named, POSIT) == [f"tenants/vision.yaml: spec.launchers.work.preset: {message}"]
    assert of_vision("{flavors: {h100: {cpu: 4}}}", POSIT) == []
    chosen = f"{POSIT.rstrip()}\n    templates: {{job: {{labels: {{kueue.x-k8s.io/queue-name: sessions}}}}}}"
    assert of_vision(named, chosen) == []
    wrong = chosen.replace("name: sessions", "name: session")
    message = "'session' is not a queue of its namespace; did you mean 'sessions'?"
    place = "spec.launchers.work.templates.job.labels.kueue.x-k8s.io/queue-name"
    assert of_vision(named, wrong) == [f"tenants/vision.yaml: {place}: {message}"]


def test_fair_sharing_leaves_no_preemption_to_borrow():
    platform = f"{PLATFORM}  fairSharing: true\n"
    found = of_vision(
        "{flavors: {h100: {cpu: 4}}, preemption: {reclaim: Any, borrow: LowerPriority}}", platform=platform
    )
    message = "LowerPriority does nothing with fairSharing: true, which decides who borrows; write Never"
    assert found == [f"{VISION}.preemption.borrow: {message}"]


# What the platform file says


@pytest.mark.parametrize(
    ("kueue", "problem"),
    [
        ("{flavors: [{name: a}, {name: a}]}",
         ".flavors[1]: 'a' is there on cluster prod already (tenants/platform.yaml#spec/kueue/flavors/0); rename one, or name clusters"),
        ("{flavors: [{name: a, topology: racks, nodeLabels: {a: b}}]}", ".flavors.a.topology: 'racks' is not a topology on cluster prod; there are none"),
        ("{flavors: [{name: a, clusters: [dev]}]}",
         ".flavors.a.clusters.dev: cluster dev does not have kueue among its addons; add it there if it is installed, or drop this"),
        ("{cohorts: [{name: a, clusters: [prd]}]}", ".cohorts.a.clusters.prd: 'prd' is not a cluster of the platform; did you mean 'prod'?"),
        ("{flavors: [{name: a, capacity: {cpu: 60}}, {name: b, capacity: {cpu: 6}}]}",
         ".flavors.b.capacity.cpu: the flavors have 60 (a) + 6 (b) = 66 of cpu, and cluster prod has 64; lower a part"),
        ("{cohorts: [{name: a, flavors: {x: {cpu: 1}}}]}", ".cohorts.a.flavors.x: 'x' is not a flavor on cluster prod; there are none"),
        ("{cohorts: [{name: a, parent: c}]}", ".cohorts.a.parent: 'c' is not a cohort on cluster prod; use one of 'a'"),
        ("{cohorts: [{name: a, parent: b}, {name: b, parent: a}]}",
         ".cohorts.a.parent: the cohorts go round in a circle: a -> b -> a; one of them must have another parent, or none"),
        ("{defaults: {cohort: a}}", ".defaults.cohort: 'a' is not a cohort of the platform; there are none"),
        ("{fairSharing: true, defaults: {preemption: {reclaim: Any, borrow: LowerPriority}}}",
         ".defaults.preemption.borrow: LowerPriority does nothing with fairSharing: true, which decides who borrows; write Never"),
        ("{admission: {exceptClusters: [lab]}}", ".admission.exceptClusters.lab: 'lab' is not a cluster of the platform; use one of 'dev', 'prod'"),
        ("{flavors: [{name: a, nodeTaints: [{key: x, effect: NoSchedule}, {key: x, effect: NoSchedule}]}]}",
         ".flavors.a.nodeTaints[1]: ResourceFlavor a: a taint x with effect NoSchedule is there already; write it once"),
        ("{flavors: [{name: a, tolerations: [{operator: Equal}]}]}",
         ".flavors.a.tolerations[0].key: ResourceFlavor a: without a key every taint is meant; write operator: Exists, or a key"),
    ],
)  # fmt: skip
def test_the_platforms_part_fits_its_clusters(kueue, problem):
    clusters = PLATFORM.split("\n")[1]
    assert told({}, f"{clusters}\nkueue: {kueue}") == [f"tenants/platform.yaml: spec.kueue{problem}"]


def test_somewhere_there_must_be_kueue():
    found = told({}, 'clusters: [{name: prod, version: "1.34"}]\nkueue: {}')
    message = "no cluster has kueue among its addons; add it where it is installed, or drop this"
    assert found == [f"tenants/platform.yaml: spec.kueue: {message}"]


def test_a_cluster_that_is_too_old_for_the_policies_says_so():
    clusters = 'clusters: [{name: prod, version: "1.29", addons: [kueue]}]'
    message = "Kubernetes 1.29 of cluster prod has no ValidatingAdmissionPolicies (1.30 has); write exceptClusters: [prod], or upgrade it"
    assert told({}, f"{clusters}\nkueue: {{}}") == [f"tenants/platform.yaml: spec.kueue.admission: {message}"]
    assert told({}, f"{clusters}\nkueue: {{admission: {{exceptClusters: [prod]}}}}") == []


# Whatever is rendered


def share(draw, *, limits):
    nominal = draw(st.integers(0, 9))
    found = {"nominal": nominal}
    if limits and draw(st.booleans()):
        found["borrow"] = draw(st.integers(0, 9))
    if limits and draw(st.booleans()):
        found["lend"] = draw(st.integers(0, nominal))
    return found


@st.composite
def organisations(draw):
    """Write some tenants, each below an earlier one or a cohort of the platform, each with a queue, a pool or neither."""
    tenants = {}
    for n in range(draw(st.integers(1, 6))):
        parent = draw(st.sampled_from(["", *tenants]))
        resources = draw(st.sampled_from([["cpu"], ["cpu", "nvidia.com/gpu"]]))
        flavors = draw(st.lists(st.sampled_from(["h100", "spot"]), min_size=1, unique=True))
        queue = {} if parent else {"cohort": "all"}
        for field in draw(st.sampled_from([["flavors"], ["pool"], ["flavors", "pool"]])):
            queue[field] = {flavor: {name: share(draw, limits=True) for name in resources} for flavor in flavors}
        tenants[f"t{n}"] = f"{f'parent: {parent}' if parent else ''}\nqueue: {queue}".replace("'", "")
    return tenants


@settings(max_examples=40, deadline=None)
@given(organisations())
def test_what_is_rendered_is_what_kueue_takes_and_adds_up_to_what_is_declared(tenants):
    wide = PLATFORM.replace("{cpu: 64, nvidia.com/gpu: 16}", "{cpu: 999, nvidia.com/gpu: 999}")
    platform = wide.replace("nvidia.com/gpu: 8", "nvidia.com/gpu: 999")
    found = bodies(*files(tenants, platform).values())
    ours = [body for body in found if body["apiVersion"].startswith("kueue")]
    assert [(body["metadata"]["name"], list(problems(body))) for body in ours if list(problems(body))] == []
    cohorts = [
        Node(one["metadata"]["name"], one["spec"].get("parentName", ""), of(one["spec"]))
        for one in every(ours, "Cohort")
    ]
    queues = [
        Node(one["metadata"]["name"], one["spec"].get("cohortName", ""), of(one["spec"]))
        for one in every(ours, "ClusterQueue")
    ]
    tree = Tree(cohorts, queues)
    assert (tree.cycles, tree.dangling) == ([], [])
    assert all(tree.roots[queue.parent] == "all" for queue in queues)
    declared = tree.total.get(("h100", "nvidia.com/gpu"))
    if declared:  # one less than there is of it, and the same tenants are refused
        less = f"{{nvidia.com/gpu: {declared.milli // 1000 - 1}}}}}, {{name: spot"
        short = platform.replace("{nvidia.com/gpu: 999}}, {name: spot", less)
        assert short != platform
        assert [one for one in told(tenants, short) if "capacity.nvidia.com/gpu: queues have" in one]
