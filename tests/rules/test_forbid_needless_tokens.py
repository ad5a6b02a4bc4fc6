import pytest
from access.rbac import binding
from rules.judging import asking, messages, named, space

ASKED = asking("forbid-needless-tokens")
ROUTES = {
    "Pod": ("v1", ("spec",)),
    "ReplicationController": ("v1", ("spec", "template", "spec")),
    "Deployment": ("apps/v1", ("spec", "template", "spec")),
    "StatefulSet": ("apps/v1", ("spec", "template", "spec")),
    "DaemonSet": ("apps/v1", ("spec", "template", "spec")),
    "ReplicaSet": ("apps/v1", ("spec", "template", "spec")),
    "Job": ("batch/v1", ("spec", "template", "spec")),
    "CronJob": ("batch/v1", ("spec", "jobTemplate", "spec", "template", "spec")),
}


def workload(kind="Deployment", **pod):
    api, route = ROUTES[kind]
    for key in reversed(route):
        pod = {key: pod}
    return named(kind, "w", "ns1", api, **pod)


@pytest.mark.parametrize("kind", ROUTES)
def test_every_kind_of_workload_is_looked_into(kind):
    assert messages(ASKED, workload(kind, serviceAccountName="a", containers=[])) == [
        f"{kind} w mounts a token of the service account a, which may do nothing"
    ]
    assert messages(ASKED, workload(kind, serviceAccountName="a", automountServiceAccountToken=False)) == []


@pytest.mark.parametrize(
    ("account", "pod", "told"), [(False, None, 0), (False, True, 1), (True, False, 0), (None, None, 1)]
)
def test_the_pods_word_counts_before_the_accounts(account, pod, told):
    declared = named("ServiceAccount", "a", "ns1", automountServiceAccountToken=account)
    made = workload(serviceAccountName="a", automountServiceAccountToken=pod)
    assert len(messages(ASKED, declared, made)) == told


@pytest.mark.parametrize(
    "who", ["ServiceAccount:ns1/a", "Group:system:serviceaccounts:ns1", "Group:system:serviceaccounts"]
)
def test_an_account_that_is_bound_needs_its_token(who):
    assert messages(ASKED, workload(serviceAccountName="a"), binding("ns1/b", "view", who)) == []


@pytest.mark.parametrize("who", ["ServiceAccount:ns2/a", "User:a", "Group:system:serviceaccounts:ns2"])
def test_what_others_may_do_needs_no_token(who):
    assert len(messages(ASKED, workload(serviceAccountName="a"), binding("ns1/b", "view", who))) == 1


def test_the_default_account_is_told_once_where_its_namespace_is():
    assert messages(ASKED, space(), workload(containers=[])) == []
    assert len(messages(ASKED, workload(containers=[]))) == 1
    assert len(messages(ASKED, space(), workload(automountServiceAccountToken=True))) == 1


@pytest.mark.parametrize("spec", [None, [], {"template": []}, {"template": {"spec": {"serviceAccountName": 5}}}])
def test_a_malformed_workload_is_passed_over(spec):
    assert messages(ASKED, named("Deployment", "w", "ns1", "apps/v1", spec=spec)) == []
