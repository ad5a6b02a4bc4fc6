"""ResourceQuotas: what each namespace may consume."""

from collections.abc import Iterable, Iterator

from generator.kubernetes.objectcounts import PREFIX
from generator.manifest import Manifest
from generator.placement.placement import Placement
from generator.spec.scoped import ScopedQuota

_STARTING = ("pods", "count/pods", "count/jobs.batch")
#: What somebody makes to have pods, by API group: a quota that counts it stops it in a frozen namespace.
_STARTS = {
    "batch": {"cronjobs", "jobs"},
    "batch.volcano.sh": {"jobs"},
    "argoproj.io": {"workflows"},
    "jobset.x-k8s.io": {"jobsets"},
    "kubeflow.org": {"experiments", "mpijobs", "notebooks", "pytorchjobs", "tfjobs", "trials", "xgboostjobs"},
    "ray.io": {"rayclusters", "rayjobs", "rayservices"},
    "sparkoperator.k8s.io": {"scheduledsparkapplications", "sparkapplications"},
    "tekton.dev": {"pipelineruns", "taskruns"},
    "trainer.kubeflow.org": {"trainjobs"},
}


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield each namespace's ResourceQuota, and those of its scopes; in a frozen namespace nothing starts."""
    quota = placement.tenant.settings.quota
    for namespace in placement.namespaces:
        hard = {key: str(amount) for key, amount in namespace.hard.items()}
        if not namespace.running:
            hard |= _nothing(hard)
        if not hard:
            continue
        body = {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "tenant", "namespace": namespace.name, "labels": placement.labels},
            "spec": {"hard": dict(sorted(hard.items()))},
        }
        own = namespace.spec.origin / "quota" if namespace.spec.quota is not None else None
        yield Manifest(body, own or (quota.origin if quota else namespace.spec.origin))
    for one in (quota.scoped or ()) if quota else ():
        yield from _scoped(placement, one)


def _scoped(placement: Placement, one: ScopedQuota) -> Iterator[Manifest]:
    """Yield the quota of a scope, in each namespace."""
    for namespace in placement.namespaces:
        metadata = {"name": one.object_name, "namespace": namespace.name, "labels": placement.labels}
        yield Manifest(
            {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": one.spec}, one.origin
        )


def _nothing(hard: Iterable[str]) -> dict[str, str]:
    """Return the caps with which nothing starts, whatever of it *hard* counts.

    ``pods`` counts only pods that have not ended, ``count/pods`` all of them. Without a cap of theirs, CronJobs would
    go on to make Jobs that only wait, all of which would run at once when the namespace is active again.
    """
    return dict.fromkeys((*_STARTING, *filter(_starts_pods, hard)), "0")


def _starts_pods(key: str) -> bool:
    kind, _, group = key.removeprefix(PREFIX).partition(".")
    return key.startswith(PREFIX) and kind in _STARTS.get(group, ())
