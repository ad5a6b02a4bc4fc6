import pytest
from rules.judging import asking, findings, messages, named

from generator.podsecurity import ROUTES

ASKED = asking("forbid-unadmitted-pods")
ENFORCE = "pod-security.kubernetes.io/enforce"
APIS = {"": "v1", "apps": "apps/v1", "batch": "batch/v1"}
SHARING = {"hostIPC": True, "containers": [{"name": "a"}]}
SAID = 'violates PodSecurity "baseline:latest": host namespaces (hostIPC=true)'


def space(level="baseline", version=None, name="ns1"):
    labels = {ENFORCE: level, f"{ENFORCE}-version": version}
    found = named("Namespace", name)
    found["metadata"]["labels"] = {key: value for key, value in labels.items() if value is not None}
    return found


def workload(kind="Job", group="batch", spec=SHARING, name="w", namespace="ns1"):
    made = {"spec": spec}
    for key in reversed(ROUTES[group, kind]):
        made = {key: made}
    return named(kind, name, namespace, APIS[group], **made)


@pytest.mark.parametrize(("group", "kind"), [key for key in ROUTES if key[1] != "Pod"])
def test_every_kind_of_workload_is_looked_into(group, kind):
    made = workload(kind, group)
    assert messages(ASKED, space(), made) == [f"{kind} w makes pods that are refused by namespace ns1: {SAID}"]


def test_a_pod_is_refused_itself():
    assert messages(ASKED, space(), workload("Pod", "")) == [f"Pod w is refused by namespace ns1: {SAID}"]


def test_all_reasons_are_told_at_once():
    (message,) = messages(ASKED, space("restricted"), workload(spec={"containers": [{"name": "a"}]}))
    assert message.endswith(
        'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "a" must set '
        'securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "a" must set '
        'securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "a" must set '
        'securityContext.runAsNonRoot=true), seccompProfile (pod or container "a" must set '
        'securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'
    )


@pytest.mark.parametrize("level", [None, "privileged"])
def test_a_namespace_that_enforces_nothing_refuses_nobody(level):
    assert messages(ASKED, space(level), workload()) == []


def test_a_namespace_that_is_not_there_refuses_nobody():
    assert messages(ASKED, space(name="ns2"), workload()) == []
    assert messages(ASKED, workload()) == []


PROBING = {"containers": [{"name": "a", "livenessProbe": {"tcpSocket": {"host": "x", "port": 1}}}]}


@pytest.mark.parametrize(
    ("version", "cluster", "count"),
    [("v1.33", "1.36", 0), ("v1.34", "1.36", 1), (None, "1.36", 1), ("latest", "1.33", 0), ("v1.36", "1.33", 0)],
)
def test_the_version_is_the_labels_but_never_newer_than_the_cluster(version, cluster, count):
    assert len(messages(ASKED, space("baseline", version), workload(spec=PROBING), version=cluster)) == count


def test_equal_workloads_are_all_told_each_in_its_place():
    bodies = [space(), workload(name="x"), workload(name="y"), space(name="ns2"), workload(name="x", namespace="ns2")]
    found = [(one.namespace, one.kind, one.name, one.place.route) for one in findings(ASKED, *bodies)]
    assert found == [("ns1", "Job", "x", (1,)), ("ns1", "Job", "y", (2,)), ("ns2", "Job", "x", (4,))]


def test_equal_pods_in_namespaces_of_other_levels_are_judged_apart():
    spec = {"containers": [{"name": "a"}]}
    made = [workload(spec=spec), workload(spec=spec, namespace="ns2")]
    found = findings(ASKED, space("baseline"), space("restricted", name="ns2"), *made)
    assert [one.namespace for one in found] == ["ns2"]


def test_annotations_of_the_template_count():
    made = workload("Deployment", "apps", {"containers": [{"name": "a"}]})
    made["spec"]["template"]["metadata"] = {
        "annotations": {"container.apparmor.security.beta.kubernetes.io/a": "unconfined"}
    }
    assert len(messages(ASKED, space(), made, workload("Job", spec={"containers": [{"name": "a"}]}))) == 1


@pytest.mark.parametrize("spec", [None, [], "x", {"containers": {"a": 1}}, {"hostIPC": "true", "volumes": [5]}])
def test_what_cannot_be_decoded_refuses_nobody(spec):
    assert messages(ASKED, space(), workload(spec=spec)) == []
