"""Each control of each benchmark is decided, or says why not; what it asks about is there and can be asked."""

from pathlib import Path

import pytest
from agreement import agreed
from msgspec.structs import replace
from rules.judging import findings, named, space

from generator import shipped
from generator.finding import OFF, REACHES, Waiver
from generator.judgement import benchmark, catalogue, policy
from generator.problems import InputError, Place
from generator.validation import schema
from generator.yaml import documents

POLICIES = {one.id: one for one in catalogue.read(Path("/nowhere"))[0]}
VALUES = {name: documents.read(shipped.benchmarks(), f"{name}.yaml") for name in catalogue.benchmarks()}
VERSIONS = [(name, version) for name, document in VALUES.items() for version in document.value["versions"]]
versions = pytest.mark.parametrize(("name", "version"), VERSIONS)


def test_there_are_three():
    assert catalogue.benchmarks() == ("cis", "mtb", "nsa")


@pytest.mark.parametrize("name", VALUES)
def test_a_benchmark_is_valid_and_called_like_its_file(name):
    document = VALUES[name]
    assert not schema.problems(document, "benchmark")
    assert document.value["id"] == name


@pytest.mark.parametrize("name", VALUES)
def test_a_control_is_in_versions_that_there_are(name):
    known = set(VALUES[name].value["versions"])
    named = {version for one in VALUES[name].value["controls"] for version in one.get("ids", ())}
    assert named <= known


@versions
def test_each_control_is_decided_or_says_why_not(name, version):
    controls = catalogue.read_benchmark(name, version).controls
    agreed((one.id for one in controls if bool(one.undecided) is bool(one.policies or one.asks)), of=len(controls))


@versions
def test_what_a_control_asks_about_is_there_and_can_be_asked(name, version):
    found = catalogue.read_benchmark(name, version)
    assert found.policies - POLICIES.keys() == set()
    agreed((f"{one.id}: {[*policy.check(one)]}" for one in found.asks if [*policy.check(one)]), of=len(found.asks))


@versions
def test_each_number_is_one_controls(name, version):
    ids = [one.id for one in catalogue.read_benchmark(name, version).controls]
    assert len(ids) == len(set(ids))


def test_mtb_has_all_of_its_checks_and_tells_two_of_one_id_apart():
    controls = catalogue.read_benchmark("mtb", None).controls
    assert len(controls) == 19
    assert [one.id for one in controls if one.id.startswith("MTB-PL1-BC-HI-1")] == [
        "MTB-PL1-BC-HI-1.host-path",
        "MTB-PL1-BC-HI-1.node-port",
    ]


def test_the_numbers_of_cis_move_with_its_version():
    found = {
        v: {one.title: one.id for one in catalogue.read_benchmark("cis", v).controls} for v in ("1.12", "1.11", "1.10")
    }
    default, paths = "The namespace default is not used", "No HostPath volumes are admitted"
    assert [ids[default] for ids in found.values()] == ["5.6.4", "5.6.4", "5.7.4"]
    assert [ids[paths] for ids in found.values()] == ["5.2.11", "5.2.12", "5.2.12"]
    assert [len(ids) for ids in found.values()] == [34, 35, 35]


def test_the_newest_version_is_taken_and_an_unknown_one_refused():
    assert catalogue.read_benchmark("cis", None).version == "1.12"
    with pytest.raises(InputError) as caught:
        catalogue.read_benchmark("cis", "1.13")
    (problem,) = caught.value.problems
    assert (str(problem.place), problem.message) == (
        "--benchmark-version",
        "'1.13' is not a version of cis; did you mean '1.12'?",
    )


def test_a_reference_of_a_policy_to_cis_is_a_control_that_asks_about_it():
    asked = {(one.id, name) for one in catalogue.read_benchmark("cis", "1.12").controls for name in one.policies}
    decided_otherwise = {one.id for one in catalogue.read_benchmark("cis", "1.12").controls if one.asks}
    prefix = "CIS Kubernetes Benchmark 1.12: "
    given = {
        (text.removeprefix(prefix), name)
        for name, one in POLICIES.items()
        for text in one.references
        if text.startswith(prefix)
    }
    assert {(control, name) for control, name in given - asked if control not in decided_otherwise} == set()


# What becomes of a control


def control(policies=(), asks=(), undecided=""):
    return benchmark.Control("C-1", "Title", 0, tuple(policies), tuple(asks), undecided, "")


def result(one, found=(), policies=None):
    made = benchmark.Benchmark("b", "B", "1", (), (one,))
    (answer,) = benchmark.results(made, POLICIES.values() if policies is None else policies, found)
    return answer


NAMESPACES = ("namespace-has-quota", "namespace-has-pod-security")
FOUND = findings(POLICIES["namespace-has-quota"], space())


def test_all_policies_have_to_be_kept():
    assert result(control(NAMESPACES)).state == "passed"
    assert result(control(NAMESPACES), FOUND).state == "failed"
    assert result(control(NAMESPACES[1:]), FOUND).state == "passed"
    assert result(control(NAMESPACES), FOUND).findings == tuple(FOUND)


def test_what_is_told_with_another_finding_counts_as_well():
    wider = [replace(one, policy=POLICIES["no-exec"], includes=("namespace-has-quota",)) for one in FOUND]
    assert result(control(NAMESPACES), wider).state == "failed"


def test_what_is_waived_is_accepted_and_what_is_known_is_not():
    waiver = Waiver("namespace-has-quota", {}, "reason", "owner", "2099-01-01", Place("w"))
    accepted = [replace(one, waiver=waiver) for one in FOUND]
    assert result(control(NAMESPACES), accepted).state == "accepted"
    assert result(control(NAMESPACES), [*accepted, *FOUND]).state == "failed"
    assert result(control(NAMESPACES), [replace(one, known=True) for one in FOUND]).state == "failed"


def test_a_policy_that_is_turned_off_decides_nothing():
    off = replace(POLICIES["namespace-has-quota"], severities=dict.fromkeys(REACHES, OFF))
    found = result(control(NAMESPACES), policies=[off, POLICIES["namespace-has-pod-security"]])
    assert (found.state, found.reason) == (
        "undecided",
        "a part of it is not asked, for its policy is off: namespace-has-quota",
    )


def test_why_manifests_cannot_tell_is_said():
    found = result(control(undecided="nobody knows"))
    assert (found.state, found.reason) == ("undecided", "nobody knows")


# Each of MTB's checks, on a namespace that keeps it and on one that differs in one field

HARD = (
    *("requests.cpu", "requests.memory", "requests.ephemeral-storage", "pods", "services", "replicationcontrollers"),
    *("resourcequotas", "secrets", "configmaps", "persistentvolumeclaims", "services.loadbalancers"),
)
LIMITS = {field: {"cpu": "1", "memory": "1Gi", "ephemeral-storage": "1Gi"} for field in ("default", "defaultRequest")}


def rbac(kind, name, **fields):
    return named(kind, name, "vision", "rbac.authorization.k8s.io/v1", **fields)


def organisation(*, without="", level="restricted", verbs=("get", "list"), resource="resourcequotas"):
    """Make a tenant's namespace in which all is as MTB wants it, but for what is left out or changed."""
    labels = {"tenantry.dev/tenant": "vision", "pod-security.kubernetes.io/enforce": level}
    namespace = {**named("Namespace", "vision"), "metadata": {"name": "vision", "labels": labels}}
    hard = {**dict.fromkeys(HARD, "10"), "requests.memory": "10Gi", "services.nodeports": "0"}
    hard |= {"requests.ephemeral-storage": "10Gi"}
    hard.pop(without, None)
    group = {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "ml"}
    groups = ["", "rbac.authorization.k8s.io", "networking.k8s.io"]
    yield namespace
    yield named("ResourceQuota", "tenant", "vision", spec={"hard": hard})
    yield named("LimitRange", "tenant", "vision", spec={"limits": [{"type": "Container", **LIMITS}]})
    yield rbac("Role", "r", rules=[{"apiGroups": groups, "resources": [resource], "verbs": [*verbs]}])
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}
    yield rbac("RoleBinding", "b", roleRef=ref, subjects=[group])


def failed(*bodies):
    asked = catalogue.read_benchmark("mtb", None)
    policies = [*(one for one in POLICIES.values() if one.id in asked.policies), *asked.asks]
    from generator.manifest import Manifest

    manifests = [Manifest(body, Place("m.yaml", (index,))) for index, body in enumerate(bodies)]
    results = benchmark.results(asked, policies, [*policy.judge(policies, manifests)])
    return {one.control.id.removeprefix("MTB-") for one in results if one.state == "failed"}


SELF_SERVICE = {"PL2-BC-OPS-3", "PL2-BC-OPS-4"}
BY_LEVEL = {"PL1-BC-CPI-3", "PL1-BC-CPI-4", "PL1-BC-CPI-6"}
BY_BASELINE = {"PL1-BC-CPI-5", "PL1-BC-HI-1.host-path", "PL1-BC-HI-3", "PL1-BC-HI-4", "PL1-BC-HI-5"}


def test_a_namespace_that_keeps_level_1():
    assert failed(*organisation()) == SELF_SERVICE


@pytest.mark.parametrize(
    ("change", "breaks"),
    [
        ({"level": "baseline"}, BY_LEVEL),
        ({"level": "privileged"}, BY_LEVEL | BY_BASELINE),
        ({"without": "services.nodeports"}, {"PL1-BC-HI-1.node-port", "PL1-CC-FNS-2"}),
        ({"without": "requests.ephemeral-storage"}, {"PL1-CC-FNS-1"}),
        ({"without": "services"}, {"PL1-CC-FNS-2"}),
        ({"without": "secrets"}, {"PL1-CC-FNS-2"}),
        ({"verbs": ("get",)}, {"PL1-CC-FNS-1"}),
        ({"verbs": ("get", "list", "delete")}, {"PL1-CC-TI-1"}),
    ],
)
def test_one_field_less_breaks_what_it_was_for(change, breaks):
    assert failed(*organisation(**change)) - SELF_SERVICE == breaks


def test_self_service_is_what_somebody_may_do():
    every = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
    assert "PL2-BC-OPS-4" not in failed(*organisation(verbs=every, resource="networkpolicies"))
    assert "PL2-BC-OPS-4" in failed(*organisation(verbs=every[:-1], resource="networkpolicies"))


def test_a_namespace_that_refuses_every_pod_has_proved_nothing():
    bodies = [one for one in organisation() if one["kind"] != "LimitRange"]
    assert failed(*bodies) >= BY_LEVEL | BY_BASELINE


def test_managed_objects_and_the_cluster_are_out_of_reach():
    bodies = [*organisation(verbs=("get", "list", "delete"), resource="networkpolicies")]
    policy_ = named("NetworkPolicy", "deny", "vision", "networking.k8s.io/v1", spec={"podSelector": {}})
    policy_["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "tenantry"}
    assert "PL1-BC-CPI-2" not in failed(*bodies)
    assert "PL1-BC-CPI-2" in failed(*bodies, policy_)
    group = {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "ml"}
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:node-problem-detector"}
    bound = {**rbac("ClusterRoleBinding", "c", roleRef=ref, subjects=[group]), "metadata": {"name": "c"}}
    assert "PL1-CC-CPI-1" in failed(*organisation(), bound)


@versions
def test_a_control_says_what_its_policies_leave_to_tenants_themselves(name, version):
    confined = {one.id for one in POLICIES.values() if one.parameters.get("unless") == "confined"}
    controls = catalogue.read_benchmark(name, version).controls
    assert [one.id for one in controls if confined.intersection(one.policies) and not one.note] == []
