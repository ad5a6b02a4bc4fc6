"""The objects of Argo CD, as platform and tenants have them alike."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from generator.spec.engines import Sync

API_VERSION = "argoproj.io/v1alpha1"
#: The cluster that Argo CD itself runs on, as it calls it.
HERE = "https://kubernetes.default.svc"
#: Where Argo CD usually lives.
NAMESPACE = "argocd"

#: What an Application needs goes before it, and after it when both are removed: waves are undone in reverse.
PROJECT_WAVE, PLATFORM_WAVE, TENANTS_WAVE, REPOSITORIES_WAVE = "-10", "0", "10", "20"
WAVE = "argocd.argoproj.io/sync-wave"
#: What has to change in git for an Application to be looked at again, instead of any change in the repository.
PATHS = "argocd.argoproj.io/manifest-generate-paths"
#: Delete what was applied before oneself, the last applied first.
CASCADE = "resources-finalizer.argocd.argoproj.io"

#: How a sync that failed is tried again: some quarter of an hour in all, for a webhook or a CRD that is not there yet.
_RETRY = {"limit": 5, "backoff": {"duration": "30s", "factor": 2, "maxDuration": "5m"}}


def namespace(sync: Sync) -> str:
    """Return where Argo CD lives."""
    return sync.namespace or NAMESPACE


def server(sync: Sync) -> str:
    """Return the API server of the cluster that is synced, as Argo CD reaches it."""
    return sync.server or HERE


def acting(sync: Sync, server: str, namespaces: Iterable[str]) -> list[dict[str, str]]:
    """Return whom Argo CD acts as for the platform, by where Applications are deployed to.

    Where impersonation is switched on, a sync fails whose project does not say that; where it is not, nobody asks.
    """
    given = sync.service_account
    if server == HERE and not (given and sync.server is None):
        who = f"{namespace(sync)}:argocd-application-controller"
    else:
        who = f"{given.namespace}:{given.name}" if given else "kube-system:argocd-manager"
    return [{"defaultServiceAccount": who, "namespace": name, "server": server} for name in sorted(set(namespaces))]


def metadata(
    name: str,
    sync: Sync,
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
    *,
    cascade: bool = False,
) -> dict[str, Any]:
    """Return the metadata of an object that Argo CD reads.

    A project with *cascade* stays until nothing uses it; an Application takes what it applied with it.
    """
    found: dict[str, Any] = {"name": name, "namespace": namespace(sync), "labels": labels}
    if annotations:
        found["annotations"] = dict(sorted(annotations.items()))
    if cascade:
        found["finalizers"] = [CASCADE]
    return found


def body(kind: str, metadata: dict[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object of Argo CD."""
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}


def options(*, takes_over: bool = False) -> list[str]:
    """Return how everything is applied: by fields, only what differs, and nothing that another Application has.

    An object is marked as that of the Application that applied it last, though that may be gone; what *takes over* from
    others would never be synced if it failed on that mark.
    """
    shared = "false" if takes_over else "true"
    return [
        "ApplyOutOfSyncOnly=true",
        "CreateNamespace=false",
        f"FailOnSharedResource={shared}",
        "PruneLast=true",
        "ServerSideApply=true",
    ]


def policy(*, prunes: bool, takes_over: bool = False) -> dict[str, Any]:
    """Return how an Application follows git: by itself, and never down to nothing at all."""
    return {
        "automated": {"allowEmpty": False, "enabled": True, "prune": prunes, "selfHeal": True},
        "retry": _RETRY,
        "syncOptions": options(takes_over=takes_over or not prunes),
    }


def destinations(server: str, namespaces: Iterable[str]) -> list[dict[str, str]]:
    """Return namespaces of a cluster, each by its full name."""
    return [{"namespace": name, "server": server} for name in sorted(set(namespaces))]


def kinds(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Return kinds as a project lists them, from API group and kind."""
    return [{"group": group, "kind": kind} for group, kind in sorted(set(pairs))]


def paths(within: Sequence[str]) -> str:
    """Return folders and files from the repository's root as Argo CD lists them."""
    return ";".join(f"/{path}" for path in within)
