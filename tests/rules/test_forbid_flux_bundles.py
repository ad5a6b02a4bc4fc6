import pytest
from access.rbac import binding, role, rule
from rules.checkouts import config, found, kust, told
from rules.judging import asking, named, space
from rules.syncing import kustomization


def asked(case):
    return asking("forbid-flux-bundles", cases=[case])


def at(path="apps", name="k", **spec):
    return kustomization(name, path=path, **spec)


RBAC = "rbac.authorization.k8s.io"

# -- namespaces


def test_what_is_of_several_namespaces_is_not_moved_into_one():
    files = {"c/k.yaml": at(targetNamespace="vision"), "apps/a.yaml": [config("a", "x"), config("b", "y")]}
    assert told(asked("moved-namespaces"), files) == [
        "Kustomization k moves the objects of namespaces x, y together into vision"
    ]


def test_no_namespace_is_renamed():
    files = {"c/k.yaml": at(targetNamespace="vision"), "apps/a.yaml": [space("other"), config("a", "other")]}
    assert told(asked("moved-namespaces"), files) == ["Kustomization k renames Namespace other to vision"]
    files["apps/a.yaml"] = [space("vision"), config("a", "vision")]
    assert told(asked("moved-namespaces"), files) == []


def test_one_application_may_be_moved():
    files = {"c/k.yaml": at(targetNamespace="vision"), "apps/a.yaml": [config("a", None), config("b", "x")]}
    assert told(asked("moved-namespaces"), files) == []


def test_a_kustomization_moves_as_well():
    files = {"apps/kustomization.yaml": kust(namespace="vision", resources=["a.yaml"]), "apps/a.yaml": space("other")}
    [one] = found(asked("moved-namespaces"), files)
    assert (one.message, one.name) == (
        "apps/kustomization.yaml renames Namespace other to vision",
        "apps/kustomization.yaml",
    )


# -- builds


@pytest.mark.parametrize(
    "base",
    [
        "https://github.com/example/base//deploy?ref=v1",
        "github.com/example/base/deploy",
        "git@github.com:example/base.git",
        "ssh://git@git.example/base",
        "base?ref=main",
    ],
)
def test_a_base_that_is_elsewhere_is_told(base):
    files = {"apps/kustomization.yaml": kust(resources=["a.yaml", base])}
    assert told(asked("remote-bases"), files) == [
        f"apps/kustomization.yaml builds from {base}, which nobody here reviews"
    ]


@pytest.mark.parametrize("base", ["../base", "a.yaml", "./x/y.yaml", "my.app/base/x", "a/b/c", ""])
def test_a_base_that_is_here_is_not(base):
    files = {"apps/kustomization.yaml": kust(resources=[base]), "apps/my.app/base/x/a.yaml": config("a")}
    assert told(asked("remote-bases"), files) == []


def test_components_and_old_bases_are_looked_at():
    remote = "https://git.example/x"
    files = {
        "a/kustomization.yaml": kust(bases=[remote]),
        "b/kustomization.yaml": {**kust(components=[remote]), "kind": "Component"},
    }
    assert len(told(asked("remote-bases"), files)) == 2


def test_one_file_that_is_no_object_stops_a_build():
    files = {
        "c/k.yaml": at(),
        "apps/a.yaml": config("a"),
        "apps/values.yaml": [],
        "apps/b.yaml": named("ConfigMap", None),
    }
    expected = "Kustomization k cannot be built, for there is YAML that is no object in {}"
    assert told(asked("strays"), files, strays=["apps/values.yaml"]) == [
        expected.format("apps/b.yaml, apps/values.yaml")
    ]
    files["apps/kustomization.yaml"] = kust(resources=["a.yaml"])
    assert told(asked("strays"), files, strays=["apps/values.yaml"]) == []


# -- substitution


def substituting(data, **post):
    return {"c/k.yaml": at(postBuild=post), "apps/a.yaml": config("script", "apps", run=data)}


def test_what_nobody_gives_a_value_is_told():
    assert told(asked("substitutions"), substituting("echo ${HOME} ${region}", substitute={"region": "eu"})) == [
        "Kustomization k replaces ${HOME} in ConfigMap script, to which nobody gives a value"
    ]


@pytest.mark.parametrize(
    "text", ["$HOME", "$${HOME}", "${HOME:-/}", "${HOME:=/}", "${HOME-x}", "${1}", "$(HOME)", "${}"]
)
def test_what_flux_leaves_alone_or_has_a_default_is_not(text):
    assert told(asked("substitutions"), substituting(text, substitute={"region": "eu"})) == []


def test_without_post_build_nothing_is_replaced():
    assert told(asked("substitutions"), substituting("${HOME}")) == []


@pytest.mark.parametrize("key", ["annotations", "labels"])
def test_an_object_may_ask_to_be_left_alone(key):
    files = substituting("${HOME}", substitute={"a": "b"})
    files["apps/a.yaml"]["metadata"][key] = {"kustomize.toolkit.fluxcd.io/substitute": "disabled"}
    assert told(asked("substitutions"), files) == []


def test_values_may_come_from_config_maps():
    files = substituting("${HOME} ${region}", substituteFrom=[{"kind": "ConfigMap", "name": "cluster"}])
    [unknown] = found(asked("substitutions"), files)
    assert unknown.confidence == "likely"
    files["c/cluster.yaml"] = config("cluster", "apps", region="eu")
    [known] = found(asked("substitutions"), files)
    assert (known.confidence, known.message) == (
        "certain",
        "Kustomization k replaces ${HOME} in ConfigMap script, to which nobody gives a value",
    )


# -- accounts

ACCOUNT = named("ServiceAccount", "reconciler", "apps")
BOUND = binding("apps/b", "r", "ServiceAccount:apps/reconciler", kind="Role")
ROLE = role("apps/r", rule("get", "", "pods"))


@pytest.mark.parametrize(("body", "what"), [(ACCOUNT, "ServiceAccount reconciler"), (BOUND, "RoleBinding b")])
def test_an_account_is_not_pruned_by_what_it_applies(body, what):
    assert told(asked("own-account"), {"c/k.yaml": at(), "apps/a.yaml": body}) == [
        f"Kustomization k applies as reconciler, and prunes {what}, without which it can delete nothing"
    ]


@pytest.mark.parametrize(
    "spec", [{"prune": False}, {"serviceAccountName": None}, {"serviceAccountName": "other"}, {"targetNamespace": "x"}]
)
def test_an_account_that_it_does_not_use_or_prune_may_be_there(spec):
    assert told(asked("own-account"), {"c/k.yaml": at(**spec), "apps/a.yaml": [ACCOUNT, BOUND]}) == []


def test_an_account_is_moved_with_its_namespace():
    files = {"c/k.yaml": at(targetNamespace="apps"), "apps/a.yaml": named("ServiceAccount", "reconciler", "x")}
    assert len(told(asked("own-account"), files)) == 1


def controller(*args):
    pod = {"spec": {"containers": [{"name": "manager", "args": [*args]}]}}
    return named("Deployment", "kustomize-controller", "flux-system", "apps/v1", spec={"template": pod})


def test_a_role_and_its_binding_are_refused_at_once():
    files = {"c/k.yaml": at(), "apps/a.yaml": [ROLE, BOUND], "flux/a.yaml": controller()}
    expected = "Kustomization k applies as reconciler RoleBinding b at once with its Role"
    assert told(asked("late-roles"), files) == [expected]
    assert told(asked("late-roles"), {**files, "c/k.yaml": at(serviceAccountName=None)}) == []
    assert told(asked("late-roles"), {**files, "apps/a.yaml": BOUND}) == []


def test_whoever_may_do_everything_or_bind_the_role_is_not_refused():
    files = {"c/k.yaml": at(), "apps/a.yaml": [ROLE, BOUND], "flux/a.yaml": controller()}
    root = binding("root", "cluster-admin", "ServiceAccount:apps/reconciler")
    assert told(asked("late-roles"), {**files, "c/root.yaml": root}) == []
    may = [
        role("binder", rule("bind", RBAC, "roles", "r")),
        binding("apps/x", "binder", "ServiceAccount:apps/reconciler"),
    ]
    assert told(asked("late-roles"), {**files, "c/may.yaml": may}) == []
    other = [role("binder", rule("bind", RBAC, "roles", "x")), may[1]]
    assert len(told(asked("late-roles"), {**files, "c/may.yaml": other})) == 1


def test_a_stage_of_roles_comes_first():
    staged = controller("--custom-apply-stage-kinds=rbac.authorization.k8s.io/Role")
    assert told(asked("late-roles"), {"c/k.yaml": [at(), staged], "apps/a.yaml": [ROLE, BOUND]}) == []


def test_of_a_controller_that_is_elsewhere_nobody_knows_its_stages():
    assert told(asked("late-roles"), {"c/k.yaml": at(), "apps/a.yaml": [ROLE, BOUND]}) == []


def test_so_it_does_by_a_component_that_is_kept_for_the_controllers():
    patch = "- {op: add, path: /args/-, value: --custom-apply-stage-kinds=rbac.authorization.k8s.io/Role}"
    target = {"kind": "Deployment", "name": "kustomize-controller"}
    component = {**kust(patches=[{"patch": patch, "target": target}]), "kind": "Component"}
    files = {"c/k.yaml": at(), "apps/a.yaml": [ROLE, BOUND], "lockdown/kustomization.yaml": component}
    assert told(asked("late-roles"), files) == []
    component["patches"][0]["target"] = {"kind": "Deployment", "name": "helm-controller"}
    assert len(told(asked("late-roles"), files)) == 1


@pytest.mark.parametrize(
    "case", ["moved-namespaces", "substitutions", "own-account", "late-roles", "strays", "remote-bases"]
)
def test_thousands_on_one_folder_are_not_paired_with_its_objects(case):
    spec = {"postBuild": {"substitute": {"a": "b"}}, "targetNamespace": "x"}
    files = {"c/k.yaml": [at(name=f"k{i}", **spec) for i in range(2000)]}
    files |= {f"apps/{i}.yaml": [config(f"a{i}", f"n{i}", x=f"${{v{i}}}"), space(f"n{i}")] for i in range(2000)}
    assert isinstance(told(asked(case), files), list)


@pytest.mark.parametrize("value", [None, 5, "x", [5], {"a": [5]}])
def test_a_malformed_kustomization_is_no_traceback(value):
    files = {
        "apps/kustomization.yaml": kust(resources=value, namespace=value, bases=value, patches=value),
        "apps/a.yaml": config("a"),
    }
    files["c/k.yaml"] = at(postBuild=value, targetNamespace=value)
    for case in ("moved-namespaces", "substitutions", "own-account", "late-roles", "strays", "remote-bases"):
        assert isinstance(told(asked(case), files), list)
