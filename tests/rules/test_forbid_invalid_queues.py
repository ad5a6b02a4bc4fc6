"""Each case is objects of Kueue as they would be applied; what is right is asked about beside what is wrong."""

import pytest
from rules.judging import asking, findings, messages, named, space, tenants_space

from generator.rules import RULES

ALL = RULES["forbid-invalid-queues"].parameters["settings"].known
API = "kueue.x-k8s.io/v1beta2"
BY_NAME = {"matchLabels": {"kubernetes.io/metadata.name": "vision"}}
GPU = "nvidia.com/gpu"


def asked(*settings):
    return asking("forbid-invalid-queues", settings=list(settings))


def groups(flavor="h100", **amounts):
    """Write one group of one flavor: ``groups(gpu=4, cpu=(1, 2))`` with a limit of borrowing."""
    given = {GPU if name == "gpu" else name: amount for name, amount in sorted(amounts.items())}
    quotas = []
    for name, amount in given.items():
        nominal, *borrow = amount if isinstance(amount, tuple) else (amount,)
        quotas.append({"name": name, "nominalQuota": nominal, **({"borrowingLimit": borrow[0]} if borrow else {})})
    return [{"coveredResources": list(given), "flavors": [{"name": flavor, "resources": quotas}]}]


def queue(name="vision", cohort="", selector=BY_NAME, **amounts):
    spec = {"cohortName": cohort} if cohort else {}
    spec |= {"resourceGroups": groups(**amounts)} if amounts else {}
    return named(
        "ClusterQueue",
        name,
        api=API,
        spec={**spec, **({"namespaceSelector": selector} if selector is not None else {})},
    )


def cohort(name, parent="", **amounts):
    spec = {"parentName": parent} if parent else {}
    return named("Cohort", name, api=API, spec=spec | ({"resourceGroups": groups(**amounts)} if amounts else {}))


def local(target="vision", namespace="vision", name="default"):
    return named("LocalQueue", name, namespace, api=API, spec={"clusterQueue": target})


def flavor(name="h100", capacity=None, **spec):
    found = named("ResourceFlavor", name, api=API, spec=spec)
    if capacity:
        found["metadata"]["annotations"] = {"tenantry.dev/capacity": capacity}
    return found


def quota(amount, namespace="vision", **spec):
    return named("ResourceQuota", f"q{amount}", namespace, spec={"hard": {f"requests.{GPU}": str(amount)}, **spec})


def test_a_sound_tree_breaks_nothing():
    found = messages(
        asked(*ALL),
        tenants_space("vision"),
        flavor(capacity=f"{GPU}=8,cpu=16"),
        cohort("all", gpu=2, cpu=4),
        cohort("research", "all"),
        queue(cohort="research", gpu=(4, 1), cpu=(4, 1)),
        local(),
        quota(5),
    )
    assert found == []


@pytest.mark.parametrize(
    ("setting", "bodies", "message"),
    [
        ("malformed", [queue(gpu=(4, 1))], "ClusterQueue vision is refused: spec.resourceGroups[0].flavors[0].resources[0].borrowingLimit: without cohortName there is nobody to borrow from or lend to; drop the limit"),
        ("malformed", [named("LocalQueue", "a", "b", api=API, spec={"clusterqueue": "x"})], "LocalQueue a is refused: spec.clusterqueue: there is no such field; did you mean 'clusterQueue'?"),
        ("malformed", [named("WorkloadPriorityClass", "a", api=API)], "WorkloadPriorityClass a is refused: value: is missing; write it"),
        ("old-version", [named("Cohort", "a", api="kueue.x-k8s.io/v1alpha1", spec={})], "Cohort a is of kueue.x-k8s.io/v1alpha1, which Kueue drops; write kueue.x-k8s.io/v1beta2, and what it renames"),
        ("missing-flavor", [flavor("h200"), queue(gpu=4)], "ClusterQueue vision has a quota of flavor h100, which is not there, so that nothing starts"),
        ("missing-flavor", [flavor("h200"), cohort("all", gpu=4)], "Cohort all has a quota of flavor h100, which is not there, so that nothing starts"),
        ("missing-topology", [flavor(topologyName="racks", nodeLabels={"a": "b"})], "ResourceFlavor h100 names topology racks, which is not there, so that nothing starts"),
        ("missing-cohort", [queue(cohort="all")], "ClusterQueue vision is in cohort all, which is not there: Kueue takes one without quota and limits"),
        ("missing-cohort", [cohort("a", "all")], "Cohort a is in cohort all, which is not there: Kueue takes one without quota and limits"),
        ("missing-queue", [local("nlp"), queue()], "LocalQueue default names ClusterQueue nlp, which is not there, so that nothing leaves it"),
        ("missing-queue", [local("")], "LocalQueue default names no ClusterQueue, so that nothing leaves it"),
        ("circle", [cohort("b", "a"), cohort("a", "b")], "Cohort a is above itself: a -> b -> a; no queue below starts anything"),
        ("unlisted", [cohort("all", gpu=4, cpu=8), queue(cohort="all", gpu=4)], "ClusterQueue vision does not list cpu of flavor h100, so that it can never borrow any; list it"),
        ("open-selector", [queue(selector={}), queue("nlp")], "ClusterQueue vision takes jobs of every namespace; select kubernetes.io/metadata.name"),
        ("open-selector", [tenants_space(), queue(selector={"matchLabels": {"team": "a"}})], "ClusterQueue vision takes jobs of namespaces by labels that can be changed; select kubernetes.io/metadata.name"),
        ("shut", [queue(), local(namespace="nlp")], "LocalQueue default names ClusterQueue vision, which takes no jobs of namespace nlp"),
        ("shut", [queue(selector=None), local()], "LocalQueue default names ClusterQueue vision, which takes no jobs of namespace vision"),
        ("over-capacity", [flavor(capacity=f"{GPU}=7"), cohort("all", gpu=3), queue(cohort="all", gpu=5)], "ResourceFlavor h100 has 7 nvidia.com/gpu, and 8 of it is promised: ClusterQueue vision 5, Cohort all 3"),
        ("over-quota", [queue(gpu=4), local(), quota(3)], "ClusterQueue vision can use 4 nvidia.com/gpu with what it may borrow, and the quotas of vision allow 3: jobs are started and their pods refused"),
    ],
)  # fmt: skip
def test_each_setting_is_told_of_the_object_that_has_it(setting, bodies, message):
    assert messages(asked(setting), *bodies) == [message]
    assert messages(asked(setting), *reversed(bodies)) == [message], "the order of manifests changes nothing"


@pytest.mark.parametrize(
    ("setting", "bodies"),
    [
        ("malformed", [{**queue(cohort="all", gpu=4), "status": {"pendingWorkloads": 3}}]),
        ("malformed", [named("ClusterQueue", "a", api="kueue.x-k8s.io/v1beta1", spec={"cohort": "b", "flavorFungibility": {"whenCanBorrow": "Borrow"}})]),
        ("malformed", [named("Workload", "a", "b", api=API, spec={"anything": 1})]),
        ("missing-flavor", [flavor(), queue(gpu=4)]),
        ("missing-cohort", [cohort("all"), queue(cohort="all")]),
        ("unlisted", [cohort("all", cpu=0), queue(cohort="all", gpu=4)]),
        ("unlisted", [cohort("all", flavor="spot", cpu=4), queue(cohort="all", gpu=4)]),
        ("open-selector", [queue(selector={})]),
        ("open-selector", [queue(selector=None), queue("nlp")]),
        ("shut", [queue(selector={}), local(namespace="nlp")]),
        ("shut", [space("nlp", team="a"), queue(selector={"matchLabels": {"team": "a"}}), local(namespace="nlp")]),
        ("shut", [queue(selector={"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["nlp"]}]}), local(namespace="nlp")]),
        ("over-capacity", [flavor(), queue(gpu=999)]),
        ("over-quota", [queue(gpu=4), quota(3)]),
        ("over-quota", [queue(gpu=4), local(), quota(3, scopes=["Terminating"])]),
        ("over-quota", [queue(gpu=4), local(), local(namespace="b"), quota(3), quota(1, namespace="b")]),
        ("over-quota", [queue(cohort="all", gpu=(4, 1)), cohort("all", gpu=9), local(), quota(5)]),
    ],
)  # fmt: skip
def test_what_is_right_is_not_told(setting, bodies):
    assert messages(asked(setting), *bodies) == []


@pytest.mark.parametrize(
    ("selector", "taken"),
    [
        ({"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["b"]}]}, True),
        ({"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["a"]}]}, False),
        ({"matchExpressions": [{"key": "team", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "other", "operator": "Exists"}]}, False),
        ({"matchExpressions": [{"key": "other", "operator": "DoesNotExist"}]}, True),
        ({"matchLabels": {"team": "a"}, "matchExpressions": [{"key": "team", "operator": "In", "values": []}]}, False),
    ],
)
def test_a_selector_is_read_as_kubernetes_reads_it(selector, taken):
    found = messages(asked("shut"), space("nlp", team="a"), queue(selector=selector), local(namespace="nlp"))
    assert (found == []) is taken


def test_where_there_are_no_flavors_at_all_they_may_lie_elsewhere():
    [found] = findings(asked("missing-flavor"), queue(gpu=4))
    assert found.confidence == "likely"
    [found] = findings(asked("missing-flavor"), queue(gpu=4), flavor("h200"))
    assert found.confidence == "certain"


def test_what_a_namespace_is_labelled_is_not_known_where_it_is_not_declared():
    [found] = findings(asked("shut"), queue(selector={"matchLabels": {"team": "a"}}), local(namespace="nlp"))
    assert found.confidence == "likely"


def test_queues_of_ten_thousand_tenants_are_judged_in_one_go():
    by_name = {n: {"matchLabels": {"kubernetes.io/metadata.name": f"t{n}"}} for n in range(10_000)}
    bodies = [
        flavor(capacity=f"{GPU}=1"),
        cohort("all"),
        *(queue(f"t{n}", "all", one, gpu=1) for n, one in by_name.items()),
    ]
    [message] = messages(asked("missing-cohort", "over-capacity", "unlisted", "circle"), *bodies)
    assert message.endswith(
        "ClusterQueue t0 1, ClusterQueue t1 1, ClusterQueue t10 1, ClusterQueue t100 1, ClusterQueue t1000 1 and 9995 more"
    )


@pytest.mark.parametrize(
    "spec",
    [
        None,
        5,
        [],
        {
            "resourceGroups": [{"flavors": [5]}],
            "namespaceSelector": 5,
            "cohortName": 5,
            "parentName": [],
            "clusterQueue": {},
            "topologyName": 5,
        },
    ],
)
@pytest.mark.parametrize("kind", ["ClusterQueue", "Cohort", "LocalQueue", "ResourceFlavor", "Topology"])
def test_nonsense_raises_nothing(kind, spec):
    body = named(kind, "a", api=API, spec=spec)
    body["metadata"]["annotations"] = {"tenantry.dev/capacity": "a,=,b=x,c=1,"}
    assert isinstance(messages(asked(*ALL), body, queue(), local()), list)
