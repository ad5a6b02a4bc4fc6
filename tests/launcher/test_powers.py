import pytest

from generator.access.algebra import Permissions
from generator.launcher import powers

PODS, JOBS, CRONJOBS = ("", "pods"), ("batch", "jobs"), ("batch", "cronjobs")


def held(*rules):
    """Make permissions of texts such as ``get,create batch jobs``; ``-`` is the core group."""
    return Permissions.of([rule(*text.split()) for text in rules])


def rule(verbs, group, resources, *names):
    found = {
        "verbs": verbs.split(","),
        "apiGroups": ["" if group == "-" else group],
        "resources": resources.split(","),
    }
    return found | ({"resourceNames": list(names)} if names else {})


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("get,list,watch - pods,services,persistentvolumeclaims,configmaps", set()),
        ("create - pods", {"creates-pods"}),
        ("create batch jobs", {"creates-pods"}),
        ("patch batch jobs", set()),
        ("patch batch cronjobs", {"creates-pods"}),
        ("update apps deployments", {"creates-pods"}),
        ("create batch.volcano.sh jobs", {"operator-creates-pods"}),
        ("patch ray.io rayclusters", {"operator-creates-pods"}),
        ("create argoproj.io workflowtaskresults", set()),
        ("patch - pods", {"changes-pods"}),
        ("patch - pods/status", set()),
        ("create - pods/exec", {"exec"}),
        ("get - pods/attach", {"exec"}),
        ("delete - pods/exec", set()),
        ("patch - pods/ephemeralcontainers", {"exec"}),
        ("get - secrets token", {"secrets"}),
        ("create - secrets", set()),
        ("deletecollection - persistentvolumeclaims", {"deletes-volumes"}),
        ("create - services", {"creates-services"}),
        ("create * jobs", {"creates-pods", "operator-creates-pods"}),
        ("* - */exec", {"exec"}),
        ("create extra.example jobs", set()),
    ],
)
def test_a_power_is_found_wherever_a_rule_gives_it(text, flags):
    assert powers.powers(held(text)) == flags


@pytest.mark.parametrize(
    ("rules", "kinds"),
    [
        ([], set()),
        (["get,patch,delete batch jobs,cronjobs"], set()),
        (["create - pods"], {PODS}),
        (["create - pods", "create batch jobs"], {JOBS}),
        (["create - pods", "create batch jobs,cronjobs"], {CRONJOBS}),
        (["create - pods", "create batch cronjobs"], {CRONJOBS}),
        (["create apps deployments,replicasets", "create - pods"], {("apps", "deployments")}),
        (["create apps replicasets", "create batch jobs"], {("apps", "replicasets"), JOBS}),
        (["create argoproj.io *", "create - pods"], {("argoproj.io", "cronworkflows")}),
        (["create pipelines.kubeflow.org runs", "create argoproj.io workflows"], {("pipelines.kubeflow.org", "runs")}),
    ],
)
def test_what_others_bring_about_is_not_what_a_role_is_for(rules, kinds):
    assert powers.purposes(held(*rules)) == kinds


def test_every_workload_ends_in_pods():
    for kind in {**powers.WORKLOADS, **powers.CUSTOM}:
        todo, seen = [kind], set()
        while todo:
            step = todo.pop()
            seen.add(step)
            todo += {**powers.WORKLOADS, **powers.CUSTOM}[step]
        assert PODS in seen, kind


@pytest.mark.parametrize(
    ("rules", "everything"),
    [
        (["* * *"], True),
        (["get,create * *"], True),
        (["get,list,watch * *"], False),
        (["create - *", "create batch *"], False),
        (["* * *", "get - pods"], True),
        (["create * * a"], False),
    ],
)
def test_whoever_creates_everything_has_no_purpose_that_could_be_told(rules, everything):
    assert powers.creates_anything(held(*rules)) is everything


@pytest.mark.parametrize(
    ("text", "names", "allowed"),
    [
        ("get - secrets", (), True),
        ("get - secrets", ("a",), True),
        ("get - secrets a b", ("a",), True),
        ("get - secrets a b", ("a", "b"), True),
        ("get - secrets a", ("a", "b"), False),
        ("get - secrets a", (), False),
        ("list - secrets", (), False),
    ],
)
def test_something_is_allowed_on_all_objects_of_some_names_or_of_any(text, names, allowed):
    assert powers.allows(held(text), "get", ("", "secrets"), names) is allowed


def test_a_subresource_is_not_its_resource():
    assert powers.allows(held("get - pods/log"), "get", ("", "pods/log"), ())
    assert not powers.allows(held("get - pods"), "get", ("", "pods/log"), ())
