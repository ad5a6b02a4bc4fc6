import pytest
from rules.checkouts import kust, told
from rules.judging import asking, messages, named
from rules.syncing import kustomization

from generator.rules.controllers import NAMES
from generator.sync.flux import lockdown

ASKED = asking("require-flux-lock-down")
REFERENCES, BASES, ACCOUNT = (
    "--no-cross-namespace-refs=true",
    "--no-remote-bases=true",
    "--default-service-account=default",
)
OWN = kustomization("flux-system", "flux-system", serviceAccountName="kustomize-controller")


def controller(name, *args, namespace="flux-system", labels=None):
    pod = {"spec": {"containers": [{"name": "manager", "args": ["--log-level=info", *args]}]}}
    body = named("Deployment", name, namespace, "apps/v1", spec={"template": pod})
    body["metadata"]["labels"] = labels or {}
    return body


def patch(names, *flags, kind="Deployment"):
    steps = [f"- op: add\n  path: /spec/template/spec/containers/0/args/-\n  value: {flag}\n" for flag in flags]
    return {"patch": "".join(steps), "target": {"kind": kind, "name": names}}


def test_controllers_as_flux_bootstrap_leaves_them_are_told():
    names = ("kustomize-controller", "helm-controller", "notification-controller", "source-controller")
    assert messages(ASKED, *map(controller, names)) == [
        f"Deployment helm-controller is started without {REFERENCES}, {ACCOUNT}",
        f"Deployment kustomize-controller is started without {REFERENCES}, {BASES}, {ACCOUNT}",
        f"Deployment notification-controller is started without {REFERENCES}",
    ]


def test_flags_on_the_deployment_count():
    assert messages(ASKED, controller("kustomize-controller", REFERENCES, BASES, ACCOUNT), OWN) == []
    assert (
        messages(ASKED, controller("helm-controller", "--no-cross-namespace-refs", "--default-service-account=x")) == []
    )
    assert len(messages(ASKED, controller("helm-controller", "--no-cross-namespace-refs=false", ACCOUNT))) == 1
    assert len(messages(ASKED, controller("helm-controller", REFERENCES, "--default-service-account="))) == 1


def test_another_deployment_of_the_name_is_not_fluxs():
    assert messages(ASKED, controller("helm-controller", namespace="kube-system")) == []
    part = {"app.kubernetes.io/part-of": "flux"}
    assert len(messages(ASKED, controller("helm-controller", namespace="gitops", labels=part))) == 1


def installed(*patches, sync=None, folder="clusters/prod/flux-system"):
    names = ("kustomize-controller", "helm-controller")
    return {
        f"{folder}/gotk-components.yaml": [controller(name) for name in names],
        f"{folder}/gotk-sync.yaml": sync or kustomization("flux-system", "flux-system", serviceAccountName=None),
        f"{folder}/kustomization.yaml": kust(resources=["gotk-components.yaml", "gotk-sync.yaml"], patches=[*patches]),
    }


LOCKED = (
    patch("(kustomize-controller|helm-controller)", REFERENCES, ACCOUNT),
    patch("kustomize-controller", BASES),
    {
        "target": {"kind": "Kustomization", "name": "flux-system"},
        "patch": "- op: add\n  path: /spec/serviceAccountName\n  value: kustomize-controller\n",
    },
)


def test_patches_beside_the_controllers_count():
    assert told(ASKED, installed(*LOCKED)) == []
    assert len(told(ASKED, installed())) == 2


@pytest.mark.parametrize("left_out", range(3))
def test_each_patch_is_needed(left_out):
    assert len(told(ASKED, installed(*[one for index, one in enumerate(LOCKED) if index != left_out]))) in (1, 2)


def test_flux_itself_needs_an_account_where_there_is_a_default_one():
    assert told(ASKED, installed(*LOCKED[:2])) == [
        "Kustomization flux-system names no account, so that it applies Flux itself as one that may do nothing"
    ]
    assert told(ASKED, installed(*LOCKED[:2], sync=OWN)) == []


def test_installations_of_two_folders_are_two():
    files = {**installed(*LOCKED), **installed(folder="clusters/lab/flux-system")}
    assert len(told(ASKED, files)) == 2


def test_a_comment_in_a_patch_is_none_of_it():
    text = f"- op: test\n  path: /kind\n  value: Deployment\n# value: {REFERENCES}\n"
    assert len(told(ASKED, installed({"patch": text, "target": {"kind": "Deployment"}}, *LOCKED[1:]))) == 2


def test_a_patch_that_names_its_target_as_an_object_counts():
    args = "".join(f"            - {flag}\n" for flag in (REFERENCES, ACCOUNT))
    text = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: helm-controller\nspec:\n  template:\n    spec:\n"
        f"      containers:\n        - name: manager\n          args:\n{args}"
    )
    [said] = told(ASKED, installed({"patch": text}, sync=OWN))
    assert said.startswith("Deployment kustomize-controller ")


def test_what_a_patch_in_a_file_does_is_not_guessed():
    assert told(ASKED, installed({"path": "patch.yaml"})) == []


@pytest.mark.parametrize("value", [None, 5, "x", [5], [{"patch": 5}], [{"target": 5, "patch": "a: ["}], {"a": 1}])
def test_malformed_patches_are_no_traceback(value):
    files = installed()
    files["clusters/prod/flux-system/kustomization.yaml"] = kust(patches=value, patchesStrategicMerge=value)
    assert isinstance(told(ASKED, files), list)


def test_insecure_kubeconfigs_are_told():
    given = controller(
        "helm-controller", REFERENCES, ACCOUNT, "--insecure-kubeconfig-exec=true", "--insecure-kubeconfig-tls=false"
    )
    assert messages(ASKED, given) == [
        "Deployment helm-controller is started with --insecure-kubeconfig-exec, by which a tenant's kubeconfig runs commands in it"
    ]


def test_the_operator_locks_down_where_it_is_told_to():
    def instance(**cluster):
        return named("FluxInstance", "flux", "flux-system", "fluxcd.controlplane.io/v1", spec={"cluster": cluster})

    assert messages(ASKED, instance(multitenant=True)) == []
    assert messages(ASKED, instance()) == ["FluxInstance flux does not lock tenants down (spec.cluster.multitenant)"]


def test_the_patches_of_a_component_that_is_taken_in_count():
    component = {**kust(patches=[patch("kustomize-controller", REFERENCES, BASES, ACCOUNT)]), "kind": "Component"}
    component["patches"].append(
        {"patch": "- {op: add, path: /spec/serviceAccountName, value: x}", "target": {"kind": "Kustomization"}}
    )
    files = {
        "clusters/eu/flux-system/gotk.yaml": [controller("kustomize-controller"), kustomization("flux-system", "flux-system", serviceAccountName=None)],
        "clusters/eu/flux-system/kustomization.yaml": kust(components=["../../../lockdown"]),
        "lockdown/kustomization.yaml": component,
    }  # fmt: skip
    assert told(ASKED, files) == []
    assert len(told(ASKED, {**files, "clusters/eu/flux-system/kustomization.yaml": kust(components=["../other"])})) == 1


def test_what_is_rendered_for_a_cluster_is_all_that_they_need():
    files = {
        "flux-system/gotk.yaml": [*map(controller, NAMES), kustomization("flux-system", "flux-system", serviceAccountName=None)],
        "flux-system/kustomization.yaml": kust(components=["../lockdown"]),
        "lockdown/kustomization.yaml": lockdown.component(),
    }  # fmt: skip
    assert told(ASKED, files) == []
