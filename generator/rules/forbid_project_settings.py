"""No AppProject of Argo CD has one of ``settings``.

``any-source``: its Applications may come from any repository. ``any-destination``: they may go to any cluster or
namespace, or to namespaces of several tenants by one glob. ``any-cluster-kind``: they may make whatever lives outside
of namespaces. ``guardrail-kinds``: a tenant's may make the quotas, limits, network policies and roles that hold it.
``empty-list``: an empty ``namespaceResourceWhitelist`` denies everything, until Argo CD writes the project back without
it, and then allows everything. ``no-account``: a tenant's are not applied as a service account of the tenant
(``destinationServiceAccounts``). ``powerful-account``: those that no other entry matches are applied as an account that
may do everything, or as Argo CD's own. ``source-namespaces``: Applications of Argo CD's own namespace, or for a project
that allows everything those of any other, are let in. ``any-action``: a role may take every action, so also override
what git says. ``open-default``: the project ``default``, which any Application may name, allows something.

A project is a tenant's by its label, or because all that it allows are namespaces of one. The project ``default`` is
asked about by ``open-default`` alone.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.access.subject import service_account
from generator.rules import everything, projects
from generator.rules.globs import is_any, matches
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, inside
from generator.rules.syncs import CONTROL_PLANE, hit, listed, mappings, shown, texts

_GUARDRAILS = (
    ("", "ResourceQuota"),
    ("", "LimitRange"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("rbac.authorization.k8s.io", "Role"),
    ("rbac.authorization.k8s.io", "RoleBinding"),
)
_OWN_ACCOUNTS = ("argocd-application-controller", "argocd-server")


def _any_source(scene: Scene) -> Iterator[Hit]:
    for item in projects.named(scene):
        wide = [one for one in texts(item.body, "spec", "sourceRepos") if _is_any_host(one)]
        if wide:
            yield hit(item, f"takes manifests from any repository ({shown(wide)})")


def _is_any_host(pattern: str) -> bool:
    """Tell whether a glob leaves open which host a repository is on."""
    return not pattern.startswith("!") and pattern.rpartition("://")[2].rpartition("@")[2].startswith("*")


def _any_destination(scene: Scene) -> Iterator[Hit]:
    for item in projects.named(scene):
        found = dict.fromkeys(said for one in projects.destinations(item) for said in _wide(scene, one))
        if found:
            yield hit(item, f"lets its Applications go to {' and to '.join(found)}")


def _wide(scene: Scene, destination: Mapping[str, Any]) -> Iterator[str]:
    namespace = destination.get("namespace")
    if any(is_any(destination.get(key)) for key in ("server", "name")):
        yield "any cluster"
    if is_any(namespace):
        yield "any namespace"
        return
    tenants = projects.tenants_reached(scene, namespace)
    if len(tenants) > 1:
        yield f"namespaces {namespace} of tenants {shown(tenants)}"


def _any_cluster_kind(scene: Scene) -> Iterator[Hit]:
    for item in projects.named(scene):
        denied = [*mappings(item.body, "spec", "clusterResourceBlacklist")]
        if any(map(_is_every_kind, denied)):
            continue
        wide = [one for one in mappings(item.body, "spec", "clusterResourceWhitelist") if _is_every_kind(one)]
        if wide:
            yield hit(item, "lets its Applications make everything that lives outside of namespaces")


def _is_every_kind(entry: Mapping[str, Any]) -> bool:
    is_all = is_any(entry.get("group")) and is_any(entry.get("kind"))
    return is_all and (not entry.get("name") or is_any(entry.get("name")))


def _guardrail_kinds(scene: Scene) -> Iterator[Hit]:
    for item in projects.named(scene):
        if projects.is_tenants(scene, item):
            allowed = [kind for group, kind in _GUARDRAILS if projects.allows(item, group, kind)]
            if allowed:
                yield hit(item, f"lets a tenant's Applications make {', '.join(allowed)}")


def _empty_list(scene: Scene) -> Iterator[Hit]:
    for item in projects.named(scene):
        denied = mappings(item.body, "spec", "namespaceResourceBlacklist")
        if inside(item.body, "spec").get("namespaceResourceWhitelist") == [] and not any(map(_is_every_kind, denied)):
            yield hit(item, "has an empty namespaceResourceWhitelist, which denies every kind and is easily lost")


def _no_account(scene: Scene) -> Iterator[Hit]:
    for item in projects.named(scene):
        if projects.is_tenants(scene, item) and not listed(item.body, "spec", "destinationServiceAccounts"):
            yield hit(
                item, "names no service account for its destinations, so that Argo CD applies with its own rights"
            )


def _powerful_account(scene: Scene) -> Iterator[Hit]:
    for item in projects.named(scene):
        for entry in mappings(item.body, "spec", "destinationServiceAccounts"):
            account = entry.get("defaultServiceAccount")
            if is_any(entry.get("namespace")) and isinstance(account, str) and _may_do_everything(scene, account):
                yield hit(item, f"applies as {account} wherever no other entry matches, which may do everything")


def _may_do_everything(scene: Scene, account: str) -> bool:
    namespace, _, name = account.rpartition(":")
    return name in _OWN_ACCOUNTS or service_account(namespace, name) in everything.holders(scene)


def _source_namespaces(scene: Scene) -> Iterator[Hit]:
    for item in projects.named(scene):
        home, patterns = projects.home(item), projects.source_namespaces(item)
        inner = [one for one in patterns if matches(one, home)]
        if inner:
            yield hit(item, f"lets Applications in from {home}, Argo CD's own namespace ({shown(inner)})")
        others = [one for one in patterns if one not in inner and scene.reach(one) != CONTROL_PLANE]
        if others and projects.is_open(item):
            yield hit(item, f"allows everything, and lets Applications in from {shown(others)}")


def _any_action(scene: Scene) -> Iterator[Hit]:
    for item in projects.named(scene):
        for role in mappings(item.body, "spec", "roles"):
            wide = [one for one in texts(role, "policies") if _is_every_action(one)]
            if wide:
                yield hit(item, f"gives its role {role.get('name')} every action ({shown(wide, 1)})")


def _is_every_action(policy: str) -> bool:
    """Tell whether a line of a policy (``p, subject, resource, action, object, effect``) allows every action."""
    parts = [part.strip() for part in policy.split(",")]
    return len(parts) > 5 and parts[0] == "p" and projects.ANY in parts[2:4] and parts[5] == "allow"  # noqa: PLR2004 - its form


def _open_default(scene: Scene) -> Iterator[Hit]:
    for item in projects.projects(scene):
        if item.name == projects.DEFAULT and (projects.destinations(item) or listed(item.body, "spec", "sourceRepos")):
            yield hit(item, "can be named by any Application, and allows something")


_SETTINGS: Mapping[str, Callable[[Scene], Iterator[Hit]]] = {
    "any-source": _any_source,
    "any-destination": _any_destination,
    "any-cluster-kind": _any_cluster_kind,
    "guardrail-kinds": _guardrail_kinds,
    "empty-list": _empty_list,
    "no-account": _no_account,
    "powerful-account": _powerful_account,
    "source-namespaces": _source_namespaces,
    "any-action": _any_action,
    "open-default": _open_default,
}

PARAMETERS = {"settings": Words(tuple(_SETTINGS))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each project with each setting that it should not have."""
    for setting in parameters["settings"]:
        yield from _SETTINGS[setting](scene)
