import yaml

from generator.sync.flux import lockdown

CONTROLLERS = {
    "kustomize-controller": {
        "--no-cross-namespace-refs=true",
        "--no-remote-bases=true",
        "--default-service-account=default",
        "--default-kubeconfig-service-account=default",
        "--default-decryption-service-account=default",
        "--custom-apply-stage-kinds=rbac.authorization.k8s.io/Role",
    },
    "helm-controller": {
        "--no-cross-namespace-refs=true",
        "--default-service-account=default",
        "--default-kubeconfig-service-account=default",
    },
    "notification-controller": {"--no-cross-namespace-refs=true", "--default-service-account=default"},
    "source-controller": {"--default-service-account=default"},
}


def test_each_controller_gets_its_flags():
    given = {name: [] for name in CONTROLLERS}
    for patch in lockdown.component()["patches"]:
        (step,) = yaml.safe_load(patch["patch"])
        names = patch["target"]["name"].strip("()").split("|")
        for name in names if patch["target"]["kind"] == "Deployment" else ():
            given.setdefault(name, []).append(step["value"])
            assert (step["op"], step["path"]) == ("add", "/spec/template/spec/containers/0/args/-")
    assert {name: set(given[name]) for name in CONTROLLERS} == CONTROLLERS
    assert all(len(set(flags)) == len(flags) for flags in given.values())


def test_flux_itself_goes_on_as_its_controller():
    *_, patch = lockdown.component()["patches"]
    assert patch["target"] == {"kind": "Kustomization", "name": "flux-system"}
    assert yaml.safe_load(patch["patch"]) == [
        {"op": "add", "path": "/spec/serviceAccountName", "value": "kustomize-controller"}
    ]
