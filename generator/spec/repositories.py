"""The repositories that a tenant has synced into its own namespaces, and what may be deployed from them.

Whoever can merge into such a repository can do there what its account can. So the account is given what the tenant says
that it deploys, and never what holds the tenant: quotas, network policies, roles, accounts, and the engine itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from generator.kubernetes import resources
from generator.problems import Place, Problem, instead
from generator.spec import lifecycle, remotes
from generator.spec.remotes import Remote, remote

#: What is deployed where nobody says: workloads and what belongs to them, and nothing that lets somebody in or out.
USUAL = (
    *("configmaps", "persistentvolumeclaims", "services"),
    *("deployments.apps", "statefulsets.apps"),
    *("horizontalpodautoscalers.autoscaling", "cronjobs.batch", "jobs.batch", "poddisruptionbudgets.policy"),
)
_SECRETS = "secrets"
#: What holds a tenant, and so is not its own to change.
_GUARDRAILS = frozenset(
    {
        *("limitranges", "namespaces", "resourcequotas", "serviceaccounts", "endpoints"),
        *("networkpolicies.networking.k8s.io", "endpointslices.discovery.k8s.io"),
        *("applications.argoproj.io", "applicationsets.argoproj.io", "appprojects.argoproj.io"),
        *("profiles.kubeflow.org", "localqueues.kueue.x-k8s.io"),
    }
)
#: API groups of which nothing is a tenant's own.
_GUARDING = (
    *("rbac.authorization.k8s.io", "security.istio.io", "kyverno.io", "cilium.io", "crd.projectcalico.org"),
    *("toolkit.fluxcd.io", "fluxcd.controlplane.io", "services.k8s.aws", "cnrm.cloud.google.com", "upbound.io"),
)


class Decryption(Struct, frozen=True):
    """What opens the encrypted Secrets of a repository: a Secret with the private key, in its namespace."""

    provider: str
    secret: str


class Window(Struct, frozen=True):
    """A time in which syncs may happen (``allow``), or may not (``deny``): a cron line, how long, in whose hours.

    An empty ``time_zone`` is UTC; ``manual`` lets people sync by hand all the same.
    """

    kind: str
    schedule: str
    duration: str
    time_zone: str
    manual: bool


class Repository(Struct, frozen=True):
    """A repository of a tenant, synced into ``namespace`` and ``namespaces`` (short names) on ``clusters``.

    ``namespace`` is ``None`` for the only one there is; no ``clusters`` are all. ``resources`` are what is deployed
    from it, as ``plural.group``. ``interval`` ``None`` leaves that to the engine; ``decryption`` ``None`` means that
    nothing is encrypted.
    """

    name: str
    remote: Remote
    namespace: str | None
    namespaces: tuple[str, ...]
    clusters: tuple[str, ...]
    interval: str | None
    decryption: Decryption | None
    resources: tuple[str, ...]
    windows: tuple[Window, ...]
    lifecycle: str
    origin: Place

    @property
    def targets(self) -> tuple[str, ...]:
        """The short names of all namespaces that it is deployed to; none for the only one there is."""
        return tuple(dict.fromkeys((self.namespace, *self.namespaces))) if self.namespace is not None else ()


def from_value(value: Mapping[str, Any], place: Place) -> Repository:
    """Take a repository from a value that its schema has found valid."""
    get = value.get
    opened = get("decryption")
    decryption = Decryption(opened.get("provider", "sops"), opened["secret"]) if opened else None
    return Repository(
        name=value["name"],
        remote=remote(value, place),
        namespace=get("namespace"),
        namespaces=tuple(get("namespaces", ())),
        clusters=tuple(get("clusters", ())),
        interval=get("interval"),
        decryption=decryption,
        resources=tuple(get("resources", (*USUAL, _SECRETS) if decryption else USUAL)),
        windows=tuple(map(_window, get("windows", ()))),
        lifecycle=get("lifecycle", lifecycle.ACTIVE),
        origin=place,
    )


def _window(value: Mapping[str, Any]) -> Window:
    get = value.get
    return Window(value["kind"], value["schedule"], value["duration"], get("timeZone", ""), get("manual", False))


def check(given: Sequence[Repository], shorts: Sequence[str | None], place: Place) -> Iterator[Problem]:
    """Find what the schema cannot see in one file alone; *shorts* are the names of the tenant's namespaces."""
    names = [one.name for one in given]
    for i, name in enumerate(names):
        if name in names[:i]:
            yield Problem(place / i / "name", f"{name!r} is the name of an earlier one too; names are used once")
    for one in given:
        yield from remotes.check(one.remote)
        yield from _check_home(one, [short for short in shorts if short is not None])
        for resource in one.resources:
            reason = _objection(resource, one)
            if reason is not None:
                yield Problem(one.origin / "resources" / resource, f"{resource!r} {reason}")


def _check_home(given: Repository, shorts: Sequence[str]) -> Iterator[Problem]:
    """Find a repository without a namespace to be synced into."""
    if given.namespace is None and len(shorts) > 1:
        message = f"the tenant has several namespaces; say which one it is synced into: {', '.join(shorts)}"
        yield Problem(given.origin / "namespace", message)
    if given.namespace is None and given.namespaces and len(shorts) <= 1:
        yield Problem(given.origin / "namespaces", "it is synced into the tenant's only namespace anyway; drop this")
    for field, names in (("namespace", [given.namespace] if given.namespace else []), ("namespaces", given.namespaces)):
        for name in names:
            if name not in shorts:
                hint = instead(name, shorts) if shorts else "the tenant lists no namespaces, so leave this out"
                yield Problem(given.origin / field, f"{name!r} is not a namespace of this tenant; {hint}")


def _objection(resource: str, given: Repository) -> str | None:
    """Say why a repository of a tenant may not deploy something, if it may not."""
    name, _, group = resource.partition(".")
    if resource == _SECRETS and given.decryption is None:
        return "would lie in git for all to read; encrypt them with SOPS, and name the key's Secret in decryption"
    if resources.is_cluster_scoped(name, group) and name != "namespaces":
        return "are in no namespace, so that they are no tenant's own; drop this"
    if resource in _GUARDRAILS or any(group == one or group.endswith(f".{one}") for one in _GUARDING):
        return "hold the tenant, or act for others, so that its repository may not change them; drop this"
    if not group and name not in resources.known(""):
        homes = resources.groups_of(name)
        return f"are in API group {homes[0]}; write {name}.{homes[0]}" if homes else f"need a group; write {name}.GROUP"
    return None
