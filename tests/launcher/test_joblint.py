import copy

import pytest
from sessions import ours

from generator.gotemplate import parse
from generator.launcher import joblint, jobpods, payloads, probing
from generator.launcher.surroundings import Surroundings

EVERYTHING = next(one for one in payloads.shapes() if one.name == "everything")
PARSED = parse(ours())


def rendered(name):
    value, _ = probing.read(PARSED.render(name, {"Job": EVERYTHING.job}), name)
    return value


JOB, SERVICE = rendered("job.tpl"), rendered("service.tpl")


def put(value, route, new):
    """Return a copy with something else at a route."""
    value = copy.deepcopy(value)
    *path, last = route
    target = value
    for key in path:
        target = target[key] if isinstance(target, list) else target.setdefault(key, {})
    if new is None:
        del target[last]
    else:
        target[last] = new
    return value


def judged(route, new, payload=EVERYTHING, **around):
    value = put(JOB, ("spec", "template", *route), new)
    found = joblint.job(value, payload, Surroundings(**around), "2.5.0")
    return [f"{one.code} {one.message}" for one in found if one.code != "V4"]


POD, SESSION = ("spec",), ("spec", "containers", 0)
PROFILE = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}

CASES = [
    (
        (*SESSION, "securityContext", "privileged"),
        True,
        "J1 a container in containers is privileged: it is root on the node",
    ),
    (
        (*SESSION, "securityContext", "allowPrivilegeEscalation"),
        None,
        "J1 a container in containers does not set allowPrivilegeEscalation: false",
    ),
    ((*SESSION, "securityContext", "capabilities"), {}, "J1 a container in containers does not drop ALL capabilities"),
    ((*POD, "hostNetwork"), True, "J2 hostNetwork is set: sessions see what others do on the node"),
    ((*POD, "nodeName"), "node-1", "J2 nodeName puts a pod on a node past the scheduler, its taints and its room"),
    (
        (*POD, "volumes"),
        [{"name": "logs", "hostPath": {"path": "/var/log"}}],
        "J2 the volume 'logs' is '/var/log' of the node",
    ),
    (
        (*SESSION, "ports"),
        [{"containerPort": 1, "hostPort": 30900}],
        "J2 a container in containers takes a port of its node, which Pod Security refuses",
    ),
    (
        (*POD, "securityContext"),
        {"seccompProfile": {"type": "RuntimeDefault"}},
        'J3 Pod Security restricted refuses the pod: runAsNonRoot != true (pod or containers "prepare", "rs-launcher-container" must set securityContext.runAsNonRoot=true)',
    ),
    (
        (*POD, "automountServiceAccountToken"),
        True,
        "J4 automountServiceAccountToken is not false: the session gets a token for the API server",
    ),
    (
        (*POD, "serviceAccountName"),
        "job-launcher",
        "J4 sessions can run as 'job-launcher', the launcher itself, and so as anybody's job",
    ),
    (
        (*SESSION, "resources"),
        {},
        "J6 a container in containers has no limits of cpu and memory; a quota that counts them refuses its pod",
    ),
    (
        (*SESSION, "resources", "requests", "nvidia.com/gpu"),
        "1",
        "J6 nvidia.com/gpu is requested without an equal limit, which Kubernetes refuses",
    ),
    (
        ("metadata", "annotations", "stdin"),
        "SECRET=1",
        "J9 the annotation stdin holds what the session is started with, its secrets among it",
    ),
    (
        (*POD, "volumes"),
        [{"name": "x", "nfs": {"server": "10.9.9.9", "path": "/"}}],
        "J10 a volume comes from the NFS server '10.9.9.9', past the tenant's storage",
    ),
    (
        (*POD, "tolerations"),
        [{"operator": "Exists"}],
        "J11 a toleration without a key lets sessions onto every node, those of the control plane among them",
    ),
    (
        (*POD, "priorityClassName"),
        "system-node-critical",
        "J11 priorityClassName 'system-node-critical' lets sessions push out what the cluster needs",
    ),
    (
        ("metadata", "annotations", "eks.amazonaws.com/role-arn"),
        "arn",
        "J12 spec.template.metadata.annotations.eks.amazonaws.com/role-arn is 'arn'; the tenant declares none",
    ),
    (
        ("metadata", "labels", "app.kubernetes.io/managed-by"),
        None,
        "J14 the label app.kubernetes.io/managed-by: launcher stands on no pod",
    ),
]


def test_the_object_that_cases_start_from_is_sound():
    assert judged(("metadata", "annotations", "more"), "text") == []


@pytest.mark.parametrize(("route", "new", "message"), CASES, ids=[case[2][:50] for case in CASES])
def test_a_pod_is_judged(route, new, message):
    assert message in judged(route, new)


def test_images_come_from_the_tenants_registries_unless_the_job_asks_for_them():
    route = (*POD, "initContainers", 0, "image")
    registries = {"registries": ("registry.example.com/vision",)}
    assert judged(route, "registry.example.com/vision/tool:1", **registries) == []
    assert judged(route, EVERYTHING.job["container"]["image"], **registries) == []
    assert judged(route, "registry.example.com/vision-evil/tool:1", **registries) == [
        "J5 the image 'registry.example.com/vision-evil/tool:1' is from none of the tenant's registries: registry.example.com/vision"
    ]
    assert judged(route, "docker.io/tool:latest") == [
        "J5 the image 'docker.io/tool:latest' may be another one tomorrow"
    ]
    assert judged(route, "host:5000/tool") == ["J5 the image 'host:5000/tool' may be another one tomorrow"]


def test_accounts_are_those_that_the_tenant_declares():
    assert judged((*POD, "serviceAccountName"), "sessions", accounts=frozenset({"sessions"})) == []
    assert judged((*POD, "serviceAccountName"), "builder", accounts=frozenset({"sessions"})) == [
        "J4 sessions run as 'builder'; the tenant declares sessions"
    ]


@pytest.mark.parametrize(
    ("volume", "message"),
    [
        ({"secret": {"secretName": "keys"}}, "J10 the volume of secret 'keys' is none that the tenant declares"),
        (
            {"persistentVolumeClaim": {"claimName": "c"}},
            "J10 the volume of persistentVolumeClaim 'c' is none that the tenant declares",
        ),
    ],
)
def test_volumes_are_those_that_the_tenant_declares(volume, message):
    route = (*POD, "volumes")
    known = {"secrets": frozenset({"other"}), "claims": frozenset()}
    assert judged(route, [{"name": "x", **volume}], **known) == [message]
    assert judged(route, [{"name": "x", **volume}]) == []


def test_a_secret_that_the_job_itself_names_is_its_own_choice():
    assert judged(("metadata", "annotations", "more"), "text", secrets=frozenset()) == []
    entry = {"name": "A", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "k"}}}
    assert judged((*SESSION, "env", 0), entry, secrets=frozenset()) == [
        "J10 the secret 'keys' is none that the tenant declares"
    ]


def test_a_sidecar_of_the_mesh_keeps_a_job_running():
    more = ("metadata", "annotations", "sidecar.istio.io/inject")
    assert judged(more, "false", mesh=True) == []
    assert judged(more, "true", mesh=True) == [
        "J13 the mesh puts a sidecar into the pod, which runs on when the session has ended"
    ]


def test_processes_are_not_shared_with_containers_beside_the_session():
    more = [*copy.deepcopy(JOB["spec"]["template"]["spec"]["containers"])]
    more.append(more[0] | {"name": "beside"})
    assert judged((*POD, "containers"), more) == [
        "J3 shareProcessNamespace lets the session see and end the processes of the containers beside it"
    ]


@pytest.mark.parametrize(
    ("seconds", "message"),
    [
        (60, "spec.ttlSecondsAfterFinished is 60, and the launcher expects a finished Job for 86400 seconds"),
        (
            None,
            "spec.ttlSecondsAfterFinished is absent: finished Jobs stay in the namespace, and in its quota, once the launcher forgets them",
        ),
    ],
)
def test_finished_jobs_are_kept_as_long_as_the_launcher_expects_them(seconds, message):
    value = put(JOB, ("spec", "ttlSecondsAfterFinished"), seconds)
    (found,) = joblint.job(value, EVERYTHING, Surroundings(), "2.5.0")
    assert (found.code, found.message) == ("J7", message)


def test_a_service_is_for_its_session_alone():
    value = put(put(SERVICE, ("spec", "type"), "NodePort"), ("spec", "selector"), {"app": "x"})
    found = [f"{one.code} {one.message}" for one in joblint.service(value, EVERYTHING, Surroundings(), "2.5.0")]
    assert found == [
        "J8 the Service is of type NodePort: the session is open to whoever reaches a node",
        "J8 the selector is {'app': 'x'}, and not only the session's own job-name",
    ]
    assert [*joblint.service(SERVICE, EVERYTHING, Surroundings(), "2.5.0")] == []


def test_older_templates_need_less():
    value = put(put(JOB, ("metadata", "labels"), {}), ("spec", "template", "metadata", "labels"), {})
    fields = {one.field for one in joblint.job(value, EVERYTHING, Surroundings(), "2") if one.code in {"V4", "V5"}}
    assert fields == set()
    fields = {one.field for one in joblint.job(value, EVERYTHING, Surroundings(), "2.4.0") if one.code in {"V4", "V5"}}
    assert fields == {
        "metadata.labels.app.kubernetes.io/managed-by",
        "metadata.labels.launcher-instance-id",
        "spec.template.metadata.labels.launcher-instance-id",
    }


def test_what_kubernetes_does_not_know_is_told():
    value = put(JOB, ("spec", "template", "spec", "hostAlias"), [])
    (found,) = joblint.job(value, EVERYTHING, Surroundings(), "2.5.0")
    assert found.code == "V4"
    assert "hostAlias" in found.message


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"spec": None},
        {"spec": {"template": []}},
        {"metadata": [], "spec": {"template": {"spec": {"containers": 1, "volumes": ["x"]}}}},
    ],
)
def test_what_is_no_job_at_all_is_told_and_breaks_nothing(value):
    assert {one.code for one in joblint.job(value, EVERYTHING, Surroundings(), "2.5.0")} >= {"V4", "V5"}
    assert {one.code for one in joblint.service(value, EVERYTHING, Surroundings(), "2.5.0")} >= {"V4", "V5"}


def test_routes_are_written_as_people_write_them():
    assert jobpods.dotted(("spec", "containers", 0, "name")) == "spec.containers[0].name"
