import pytest
from rules.judging import asking, findings, messages, named, space

SAME_KEY, NO_PORTS, OUTGROWN = (
    asking("forbid-quota-conflicts", case=case) for case in ("same-key", "no-ports", "outgrown")
)


def quota(name="q", namespace="ns1", hard=None, **spec):
    return named("ResourceQuota", name, namespace, spec={"hard": hard or {}, **spec})


def service(**spec):
    return named("Service", "web", "ns1", spec={"type": "LoadBalancer", "ports": [{"port": 1}, {"port": 2}], **spec})


def several(kind, number, api="v1", **fields):
    return [named(kind, f"o{index}", "ns1", api, **fields) for index in range(number)]


def test_of_two_quotas_the_least_holds():
    (finding,) = findings(SAME_KEY, quota("a", hard={"cpu": "4"}), quota("b", hard={"requests.cpu": "2", "pods": "1"}))
    assert finding.message == ("several ResourceQuotas count requests.cpu, and the least holds, 2: a has 4, b has 2")
    assert (finding.namespace, finding.kind, finding.name) == ("ns1", "ResourceQuota", "a")


def test_what_has_two_names_is_counted_once():
    for one, other in (("secrets", "count/secrets"), ("count/configmaps", "configmaps")):
        (message,) = messages(SAME_KEY, quota("a", hard={one: "4"}), quota("b", hard={other: "2"}))
        assert (
            message
            == f"several ResourceQuotas count {one.removeprefix('count/')}, and the least holds, 2: a has 4, b has 2"
        )
    assert messages(SAME_KEY, quota("a", hard={"pods": "4"}), quota("b", hard={"count/pods": "2"})) == []


def test_scopes_namespaces_and_keys_keep_quotas_apart():
    four = {"cpu": "4"}
    assert messages(SAME_KEY, quota("a", hard=four), quota("b", hard=four, scopes=["Terminating"])) == []
    assert messages(SAME_KEY, quota("a", hard=four), quota("b", namespace="ns2", hard=four)) == []
    assert messages(SAME_KEY, quota("a", hard=four), quota("b", hard={"limits.cpu": "4"})) == []
    # Two names of one key in one quota are one quota all the same.
    assert messages(SAME_KEY, quota("a", hard={"cpu": "4", "requests.cpu": "4"})) == []


@pytest.mark.parametrize(
    ("hard", "beside", "is_told"),
    [
        ({"services.nodeports": "0"}, [], True),
        ({"services.nodeports": "0", "services.loadbalancers": "1"}, [], True),
        ({"services.nodeports": "0", "services.loadbalancers": "0"}, [], False),
        ({"services.nodeports": "1", "services.loadbalancers": "1"}, [], False),
        ({"services.loadbalancers": "1"}, [], False),
        ({"services.nodeports": "0"}, [service(allocateLoadBalancerNodePorts=False)], False),
        ({"services.nodeports": "0"}, [service()], True),
    ],
)
def test_load_balancers_need_ports(hard, beside, is_told):
    assert bool(messages(NO_PORTS, quota(hard=hard), *beside)) is is_told


def test_another_quota_may_forbid_load_balancers():
    both = quota("a", hard={"services.nodeports": "0"}), quota("b", hard={"services.loadbalancers": "0"})
    assert messages(NO_PORTS, *both) == []


@pytest.mark.parametrize(
    ("key", "enough", "objects"),
    [
        ("secrets", 3, several("Secret", 3)),
        ("count/secrets", 3, several("Secret", 3)),
        ("count/configmaps", 4, several("ConfigMap", 3)),  # and kube-root-ca.crt
        ("count/serviceaccounts", 3, several("ServiceAccount", 2)),  # and default
        ("count/jobs.batch", 2, several("Job", 2, "batch/v1")),
        ("count/notebooks.kubeflow.org", 2, several("Notebook", 2, "kubeflow.org/v1")),
        ("services.nodeports", 2, [service()]),
        ("services.loadbalancers", 1, [service()]),
        ("resourcequotas", 1, []),
        ("persistentvolumeclaims", 2, several("PersistentVolumeClaim", 2, spec={})),
    ],
)
def test_a_quota_counts_what_is_declared_and_what_every_cluster_has(key, enough, objects):
    assert messages(OUTGROWN, quota(hard={key: str(enough)}), *objects) == []
    assert messages(OUTGROWN, quota(hard={key: str(enough - 1)}), *objects) == [
        f"ResourceQuota q has {enough - 1} of {key}, and what is declared in namespace ns1 takes {enough}"
    ]


def test_sizes_of_volumes_are_added_up_also_by_class():
    spec = {"resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "gold"}
    claims = several("PersistentVolumeClaim", 3, spec=spec)
    for key in ("requests.storage", "gold.storageclass.storage.k8s.io/requests.storage"):
        assert messages(OUTGROWN, quota(hard={key: "3Gi"}), *claims) == []
        assert len(messages(OUTGROWN, quota(hard={key: "2Gi"}), *claims)) == 1
    assert messages(OUTGROWN, quota(hard={"tin.storageclass.storage.k8s.io/requests.storage": "0"}), *claims) == []


def test_istio_puts_its_certificate_where_it_looks_after_a_namespace():
    one = quota(hard={"configmaps": "1"})
    assert messages(OUTGROWN, space(**{"istio-injection": "disabled"}), one) == []
    assert len(messages(OUTGROWN, space(**{"istio-injection": "enabled"}), one)) == 1


def test_pods_that_run_for_good_are_counted_and_where_none_are_wanted_nothing_is_said():
    web = named("Deployment", "web", "ns1", "apps/v1", spec={"replicas": 3})
    assert messages(OUTGROWN, quota(hard={"pods": "3"}), web) == []
    assert len(messages(OUTGROWN, quota(hard={"pods": "2"}), web)) == 1
    assert messages(OUTGROWN, quota(hard={"pods": "0"}), web) == []


def test_what_is_declared_in_another_namespace_takes_nothing():
    there = [named("Secret", "s", "ns2")]
    assert messages(OUTGROWN, quota(hard={"secrets": "0"}), *there) == []


def test_a_quota_of_some_pods_is_not_asked():
    assert messages(OUTGROWN, quota(hard={"pods": "1"}, scopes=["Terminating"]), *several("Pod", 2)) == []
