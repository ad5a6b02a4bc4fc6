import pytest
from rules.judging import asking, messages, named

ASKED = asking("require-argocd-lock-down")
ON = "application.sync.impersonation.enabled"


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("argocd-cm", {ON: "true"}, []),
        ("argocd-cm", {}, [f"does not turn {ON} on, so that Argo CD applies with its own rights"]),
        ("argocd-cm", None, [f"does not turn {ON} on, so that Argo CD applies with its own rights"]),
        (
            "argocd-cm",
            {ON: "true", "application.sync.impersonation.enforced": "false"},
            ["applies with Argo CD's own rights what no account matches"],
        ),
        (
            "argocd-cm",
            {ON: "true", "application.resourceTrackingMethod": "label"},
            ["tracks objects by a label that anybody can write"],
        ),
        ("argocd-cm", {ON: "true", "application.resourceTrackingMethod": "annotation+label"}, []),
        ("argocd-cmd-params-cm", {"application.namespaces": "a, *"}, ["lets Applications in from every namespace"]),
        ("argocd-cmd-params-cm", {"application.namespaces": "a,b-*"}, []),
        ("argocd-cmd-params-cm", {}, []),
        (
            "argocd-rbac-cm",
            {"policy.default": "role:admin"},
            ["makes everybody who logs in an administrator of Argo CD"],
        ),
        ("argocd-rbac-cm", {"policy.default": "role:readonly"}, []),
        ("other-cm", {}, []),
    ],
)
def test_what_argo_cd_is_told_is_judged(name, data, expected):
    assert messages(ASKED, named("ConfigMap", name, "argocd", data=data)) == [
        f"ConfigMap {name} {one}" for one in expected
    ]
