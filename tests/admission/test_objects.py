import pytest

from generator.admission import objects
from generator.admission.objects import plural_of


def body(kind, api_version="v1", name="x", **more):
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **more}


def service(kind=None, ports=2, **spec):
    given = [{"port": 80 + index, **spec.pop("port", {})} for index in range(ports)]
    return body("Service", spec={"type": kind, "ports": given, **spec})


def claim(size="10Gi", **spec):
    return body("PersistentVolumeClaim", spec={"resources": {"requests": {"storage": size}}, **spec})


def made(*manifests, hard=None, limits=None, used=None, **quota):
    quotas = {"q": {"hard": hard or {}, **quota}}
    return objects(manifests, limit_ranges={"l": {"limits": limits or []}}, quotas=quotas, used={"q": used or {}})


def used(*manifests, keys):
    found = made(*manifests, hard=dict.fromkeys(keys, "100Gi" if "storage" in keys[0] else "100"))
    return {key: str(amount) for key, amount in found.used["q"].items()}


def test_objects_are_taken_until_a_quota_is_full():
    ours = made(
        *(body("Secret", name=name) for name in "abc"), hard={"secrets": "5", "count/secrets": "4"}, used={"secrets": 3}
    )
    assert [one.accepted for one in ours.objects] == [True, True, False]
    assert ours.objects[2].message == (
        'secrets "c" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=5, limited: secrets=5'
    )
    assert {key: str(amount) for key, amount in ours.used["q"].items()} == {"secrets": "5", "count/secrets": "2"}
    assert not ours.accepted


@pytest.mark.parametrize(
    ("manifest", "key"),
    [
        (body("ConfigMap"), "configmaps"),
        (body("ConfigMap"), "count/configmaps"),
        (body("ResourceQuota"), "resourcequotas"),
        (body("ServiceAccount"), "count/serviceaccounts"),
        (body("Job", "batch/v1"), "count/jobs.batch"),
        (body("Ingress", "networking.k8s.io/v1"), "count/ingresses.networking.k8s.io"),
        (body("NetworkPolicy", "networking.k8s.io/v1"), "count/networkpolicies.networking.k8s.io"),
        (body("Notebook", "kubeflow.org/v1"), "count/notebooks.kubeflow.org"),
        (body("Gateway", "networking.istio.io/v1"), "count/gateways.networking.istio.io"),
        (body("Widget", "example.com/v1"), "count/widgets.example.com"),
        (body("Policy", "example.com/v1"), "count/policies.example.com"),
        (body("Pod", spec={}), "pods"),
        (body("Pod", spec={}), "count/pods"),
        (service(), "services"),
        (service(), "count/services"),
        (claim(), "persistentvolumeclaims"),
        (claim(), "count/persistentvolumeclaims"),
    ],
)
def test_each_object_is_counted_by_its_key(manifest, key):
    assert used(manifest, manifest, keys=[key]) == {key: "2"}
    assert made(manifest, hard={key: "0"}).objects[0].refusals[0].resource == key


@pytest.mark.parametrize("key", ["count/jobs", "jobs.batch/count", "count/deployments.apps", "secrets", "limits.cpu"])
def test_other_keys_do_not_count_a_job(key):
    assert made(body("Job", "batch/v1"), hard={key: "0"}).accepted


@pytest.mark.parametrize(
    ("manifest", "ports", "balancers"),
    [
        (service("ClusterIP"), "0", "0"),
        (service(), "0", "0"),
        (service("NodePort"), "2", "0"),
        (service("LoadBalancer"), "2", "1"),
        (service("LoadBalancer", allocateLoadBalancerNodePorts=False), "0", "1"),
        (service("LoadBalancer", allocateLoadBalancerNodePorts=False, port={"nodePort": 30000}, ports=1), "1", "1"),
    ],
)
def test_services_take_node_ports_and_load_balancers(manifest, ports, balancers):
    found = used(manifest, keys=["services.nodeports", "services.loadbalancers"])
    taken = {key: amount for key, amount in found.items() if amount != "0"}
    wanted = {"services.nodeports": ports, "services.loadbalancers": balancers}
    assert taken == {key: amount for key, amount in wanted.items() if amount != "0"}


def test_a_quota_of_no_node_ports_forbids_load_balancers():
    [one] = made(service("LoadBalancer"), hard={"services.nodeports": "0"}).objects
    assert one.message == (
        'services "x" is forbidden: exceeded quota: q, '
        "requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=0"
    )


def test_claims_take_storage_in_all_and_of_their_class():
    by_class = "gold.storageclass.storage.k8s.io/requests.storage"
    assert used(claim("10Gi", storageClassName="gold"), claim("5Gi"), keys=["requests.storage", by_class]) == {
        "requests.storage": "15Gi",
        by_class: "10Gi",
    }
    number = "gold.storageclass.storage.k8s.io/persistentvolumeclaims"
    annotated = {
        **claim(),
        "metadata": {"name": "x", "annotations": {"volume.beta.kubernetes.io/storage-class": "gold"}},
    }
    assert used(annotated, keys=[number]) == {number: "1"}


def test_storage_is_counted_in_whole_bytes():
    assert used(claim("1500m"), keys=["requests.storage"]) == {"requests.storage": "2"}


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ("1Gi", "minimum storage usage per PersistentVolumeClaim is 2Gi, but request is 1Gi"),
        ("9Gi", "maximum storage usage per PersistentVolumeClaim is 8Gi, but request is 9Gi"),
        ("8Gi", None),
    ],
)
def test_claims_are_bounded(size, message):
    limits = [{"type": "PersistentVolumeClaim", "min": {"storage": "2Gi"}, "max": {"storage": "8Gi"}}]
    [one] = made(claim(size), limits=limits).objects
    assert one.message == (message and f'persistentvolumeclaims "x" is forbidden: {message}')


def test_a_claim_without_a_size_is_not_within_bounds():
    limits = [{"type": "PersistentVolumeClaim", "max": {"storage": "8Gi"}}]
    [one] = made(body("PersistentVolumeClaim"), limits=limits).objects
    assert one.message.endswith("maximum storage usage per PersistentVolumeClaim is 8Gi.  No request is specified")


def test_claims_of_a_class_of_volume_attributes_are_in_its_scope():
    expression = {"scopeName": "VolumeAttributesClass", "operator": "In", "values": ["fast"]}
    quota = {"hard": {"persistentvolumeclaims": "0"}, "scopeSelector": {"matchExpressions": [expression]}}
    assert not made(claim(volumeAttributesClassName="fast"), **quota).accepted
    assert made(claim(), **quota).accepted


def test_a_scope_of_pods_holds_no_other_object():
    assert made(body("Job", "batch/v1"), hard={"count/jobs.batch": "0"}, scopes=["Terminating"]).accepted


def test_pods_among_the_objects_are_judged_as_pods():
    asks = {"containers": [{"name": "main", "resources": {"requests": {"cpu": "2"}}}]}
    ours = made(body("Pod", spec=asks), body("Pod", name="y", spec=asks), hard={"requests.cpu": "3"})
    assert [one.code for one in ours.objects] == [201, 403]
    assert ours.objects[1].message == (
        'pods "y" is forbidden: exceeded quota: q, requested: requests.cpu=2, used: requests.cpu=2, limited: requests.cpu=3'
    )


def test_what_is_in_no_namespace_is_in_no_quota():
    assert made(body("Namespace"), body("Event"), hard={"count/namespaces": "0", "count/events": "0"}).accepted


@pytest.mark.parametrize(
    "manifest", [None, [], {}, {"kind": 1}, {"apiVersion": [], "kind": {}, "metadata": 3, "spec": 4}]
)
def test_what_is_no_object_is_taken_for_one_of_no_kind(manifest):
    assert len(made(manifest, hard={"pods": "0"}).objects) == 1


def test_a_claim_that_cannot_be_read_is_refused():
    [one] = made(claim("big")).objects
    assert one.code == 400
    assert "spec.resources.requests[storage]: 'big' is not a Kubernetes quantity" in one.message


def test_kinds_are_put_into_the_plural():
    kinds = {"Endpoints": "endpoints", "ReplicaSet": "replicasets", "Widget": "widgets", "Box": "boxes", "Key": "keys"}
    assert {kind: plural_of(kind, "example.com" if kind in {"Widget", "Box", "Key"} else "") for kind in kinds} | {
        "ReplicaSet": plural_of("ReplicaSet", "apps")
    } == kinds
