import pytest
from rules.checkouts import config, told
from rules.judging import asking, space
from rules.syncing import application, kustomization

FLUX = asking("require-prune-protection", engine="flux")
ARGO = asking("require-prune-protection", engine="argocd")
KEPT = "kustomize.toolkit.fluxcd.io/prune"
OPTIONS = "argocd.argoproj.io/sync-options"


def marked(**marks):
    body = space("vision")
    body["metadata"] |= marks
    return body


def of_flux(body, **spec):
    return told(
        FLUX, {"c/k.yaml": kustomization("k", "flux-system", path="apps", **spec), "apps/a.yaml": [body, config("a")]}
    )


def of_argo(body, finalizers=(), **policy):
    made = application("a", source={"repoURL": "x", "path": "apps"}, syncPolicy={"automated": policy})
    made["metadata"]["finalizers"] = [*finalizers]
    return told(ARGO, {"c/a.yaml": made, "apps/a.yaml": body})


def test_flux_prunes_no_namespace():
    assert of_flux(space("vision")) == [
        "Namespace vision goes with all in it when Kustomization flux-system/k no longer finds it"
    ]
    assert of_flux(marked(annotations={KEPT: "disabled"})) == of_flux(marked(labels={KEPT: "disabled"})) == []
    assert len(of_flux(marked(annotations={KEPT: "enabled"}))) == 1


def test_what_is_on_its_way_out_has_lost_its_protection_on_purpose():
    leaving = marked(labels={"tenantry.dev/lifecycle": "offboarding"})
    assert of_flux(leaving) == of_argo(leaving, prune=True) == []
    frozen = marked(labels={"tenantry.dev/lifecycle": "frozen"})
    assert len(of_flux(frozen)) == len(of_argo(frozen, prune=True)) == 1


def test_what_does_not_prune_or_keeps_all_takes_nothing_away():
    assert of_flux(space("vision"), prune=False) == []
    assert of_flux(space("vision"), commonMetadata={"annotations": {KEPT: "disabled"}}) == []


@pytest.mark.parametrize(
    "options", ["Prune=confirm", "Prune=false, Delete=confirm", "ServerSideApply=true,Prune=confirm"]
)
def test_argo_cd_asks_before_it_prunes(options):
    assert of_argo(marked(annotations={OPTIONS: options}), prune=True) == []


def test_argo_cd_asks_before_it_deletes():
    finalizer = ["resources-finalizer.argocd.argoproj.io"]
    goes = "Namespace vision goes with all in it when Application argocd/a"
    assert of_argo(space("vision"), prune=True) == [f"{goes} no longer finds it (Prune)"]
    assert of_argo(space("vision"), finalizer) == [f"{goes} is deleted (Delete)"]
    assert of_argo(space("vision"), finalizer, prune=True) == [
        f"{goes} no longer finds it (Prune) or is deleted (Delete)"
    ]
    assert of_argo(marked(annotations={OPTIONS: "Prune=confirm"}), finalizer) == [f"{goes} is deleted (Delete)"]
    assert of_argo(space("vision")) == []


def test_a_namespace_is_told_of_once():
    files = {"c/k.yaml": [kustomization(f"k{i}", path="apps") for i in range(3)], "apps/a.yaml": space("vision")}
    assert len(told(FLUX, files)) == 1
