import pytest
from rules.checkouts import config, told
from rules.judging import asking, tenants_space
from rules.syncing import application, kustomization


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"objects": 5}, []),
        ({"objects": 4}, ["5 objects, more than 4, at once"]),
        ({"tenants": 2}, ["3 tenants, more than 2, at once"]),
        ({"tenants": 2, "objects": 1}, ["5 objects, more than 1, and 3 tenants, more than 2, at once"]),
        ({"kilobytes": 1}, []),
    ],
)
def test_what_is_applied_at_once_is_counted(limits, expected):
    files = {f"apps/{i}.yaml": tenants_space(f"n{i}", f"t{i}") for i in range(3)}
    files["apps/a.yaml"] = [config("a"), config("b")]
    flux = {"c/k.yaml": kustomization("k", path="apps"), **files}
    assert told(asking("forbid-large-bundles", engine="flux", **limits), flux) == [
        f"Kustomization k applies {one}" for one in expected
    ]
    argo = {"c/a.yaml": application("a", source={"repoURL": "x", "path": "apps"}), **files}
    assert told(asking("forbid-large-bundles", engine="argocd", **limits), argo) == [
        f"Application a applies {one}" for one in expected
    ]


def test_files_are_weighed_together():
    files = {f"apps/{i}.yaml": config(f"a{i}", text="x" * 600) for i in range(4)}
    files["c/a.yaml"] = application("a", source={"repoURL": "x", "path": "apps"})
    [said] = told(asking("forbid-large-bundles", engine="argocd", kilobytes=2), files)
    assert said == "Application a applies 3 kilobytes of manifests, more than 2, at once"
    assert told(asking("forbid-large-bundles", engine="argocd", kilobytes=3), files) == []
