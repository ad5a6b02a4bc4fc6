"""What launchers get: an account, a Role of its namespace with what its preset allows, and a binding of the two.

Rights, accounts and network policies stand in the files of their kinds, so that the same people review them whatever
asked for them. What a launcher is configured with has a file of its own for each launcher.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.fixed import Fixed, FixedList
from generator.launcher import preset
from generator.launcher.bundle import Grant
from generator.manifest import Manifest
from generator.placement.placement import MANAGED_BY, Namespace, Placement
from generator.problems import Place
from generator.spec.launchers import POSIT, Launcher
from generator.spec.platform import Cluster, LauncherAccount, Platform
from generator.spec.subjects import Subject

_GROUP = "rbac.authorization.k8s.io"
_API = f"{_GROUP}/v1"
#: Classes of accounts as which pods run that call the API server; what a client runs in may ask for a token itself.
_WITH_TOKEN = frozenset({"launcher", "workload"})
#: What the object templates put on the pod of each session.
SESSION = {MANAGED_BY: "launcher"}
_NODES = FixedList([Fixed({"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list", "watch"]})])


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield what the launchers of a tenant get; in a frozen namespace they keep their accounts, and no rights."""
    if not placement.tenant.launchers:
        return
    yield from _accounts(placement)
    for launcher in placement.tenant.launchers:
        if placement.home(launcher).running:
            yield from _rights(placement, launcher)
        if launcher.preset == POSIT:
            yield from _posit(placement, launcher)


def _accounts(placement: Placement) -> Iterator[Manifest]:
    """Yield the accounts that the tenant does not list itself, each once, though several launchers may bind it."""
    made: dict[tuple[str, str], Manifest] = {}
    for launcher in placement.tenant.launchers:
        for namespace, name, automount in _needed(placement, launcher):
            if placement.lists(name, namespace):
                continue
            body = {
                "apiVersion": "v1",
                "kind": "ServiceAccount",
                "metadata": _metadata(placement, namespace, name),
                "automountServiceAccountToken": automount,
            }
            made.setdefault((namespace.name, name), Manifest(body, launcher.origin))
    yield from made.values()


def _needed(placement: Placement, launcher: Launcher) -> Iterator[tuple[Namespace, str, bool]]:
    """Yield each account in a namespace of the tenant, and whether its pods get a token without asking."""
    presets = placement.platform.presets
    home = placement.home(launcher)
    own = {namespace.name: namespace for namespace in placement.namespaces}
    grants = launcher.grants(presets)
    for part in presets.bundle(launcher.preset).accounts:
        who = launcher.account(part, presets)
        namespace = own.get(who.namespace or home.name)
        if who.kind == "ServiceAccount" and namespace is not None:
            kinds = {grant.preset.kind for grant in grants if grant.part.account == part}
            yield namespace, who.name, not _WITH_TOKEN.isdisjoint(kinds)
    if launcher.preset == POSIT:
        yield home, launcher.session_account, False


def _rights(placement: Placement, launcher: Launcher) -> Iterator[Manifest]:
    presets = placement.platform.presets
    home = placement.home(launcher)
    several = len(presets.bundle(launcher.preset).parts) > 1
    for grant in launcher.grants(presets):
        name = f"launcher-{launcher.name}-{grant.part.name}" if several else f"launcher-{launcher.name}"
        who = launcher.account(grant.part.account, presets)
        metadata = _metadata(placement, home, name)
        yield _role("Role", metadata, _rules(grant), launcher.origin)
        yield _binding("RoleBinding", metadata, name, [_subject(who, home)], launcher.origin)


def _rules(grant: Grant) -> FixedList:
    return preset.rules(grant.preset, grant.options)


def _role(kind: str, metadata: dict[str, Any], rules: FixedList, origin: Place) -> Manifest:
    return Manifest({"apiVersion": _API, "kind": kind, "metadata": metadata, "rules": rules}, origin)


def _binding(
    kind: str, metadata: dict[str, Any], role: str, subjects: Iterable[dict[str, str]], origin: Place
) -> Manifest:
    body = {
        "apiVersion": _API,
        "kind": kind,
        "metadata": metadata,
        "roleRef": {"apiGroup": _GROUP, "kind": kind.removesuffix("Binding"), "name": role},
        "subjects": list(subjects),
    }
    return Manifest(body, origin)


def _subject(who: Subject, home: Namespace) -> dict[str, str]:
    if who.kind == "ServiceAccount":
        return {"kind": who.kind, "name": who.name, "namespace": who.namespace or home.name}
    return {"apiGroup": _GROUP, "kind": who.kind, "name": who.name}


def _metadata(placement: Placement, namespace: Namespace, name: str) -> dict[str, Any]:
    return {"name": name, "namespace": namespace.name, "labels": placement.labels}


def _posit(placement: Placement, launcher: Launcher) -> Iterator[Manifest]:
    """Yield what the Posit launcher has beyond its rights."""
    from generator.spec import posit  # few tenants have this one

    home = placement.home(launcher)
    if launcher.posit is not None and launcher.posit.token_secret and home.running:
        yield _token(placement, launcher, home)
    cluster = f"{placement.tenant.name}-{launcher.name}"
    server = _server(placement, launcher) or home
    yield _files(placement, server, f"launcher-{launcher.name}", posit.texts(launcher, cluster, home.name), launcher)
    yield _files(placement, server, f"launcher-{launcher.name}-templates", posit.templates(launcher), launcher)
    if launcher.subject is not None and launcher.subject.namespace is not None:
        yield from _ways(placement, launcher, home, launcher.subject.namespace)


def _server(placement: Placement, launcher: Launcher) -> Namespace | None:
    """Return the namespace of the tenant that the launcher itself runs in, where it is another than its jobs'."""
    named = launcher.subject.namespace if launcher.subject is not None else None
    return next((namespace for namespace in placement.namespaces if namespace.name == named), None)


def _files(
    placement: Placement, namespace: Namespace, name: str, texts: Mapping[str, str], launcher: Launcher
) -> Manifest:
    body = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(placement, namespace, name),
        "data": dict(texts),
    }
    return Manifest(body, launcher.origin)


def _token(placement: Placement, launcher: Launcher, home: Namespace) -> Manifest:
    """Ask the API server for a token that does not expire; what it fills in never comes into git."""
    who = launcher.account(placement.platform.presets.bundle(POSIT).accounts[0], placement.platform.presets)
    metadata = _metadata(placement, home, f"launcher-{launcher.name}-token")
    metadata["annotations"] = {"kubernetes.io/service-account.name": who.name}
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "kubernetes.io/service-account-token"}
    return Manifest(body, launcher.origin)


def _ways(placement: Placement, launcher: Launcher, home: Namespace, server: str) -> Iterator[Manifest]:
    """Let sessions and a server in another namespace reach each other: it calls any port of theirs, they call back."""
    network = placement.tenant.settings.network
    same_tenant = network is None or network.same_tenant is not False
    own = {namespace.name for namespace in placement.namespaces}
    if server == home.name or (server in own and same_tenant):
        return
    peer = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": server}}}]
    spec = {
        "podSelector": {"matchLabels": SESSION},
        "ingress": [{"from": peer}],
        "egress": [{"to": peer}],
        "policyTypes": ["Ingress", "Egress"],
    }
    body = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(placement, home, f"launcher-{launcher.name}"),
        "spec": spec,
    }
    yield Manifest(body, launcher.origin)


def build_shared(platform: Platform, cluster: Cluster) -> Iterator[Manifest]:
    """Yield the rights in the whole cluster that the platform file gives to accounts by name.

    A binding is called after its account and its namespace, so that no two of one name replace each other.
    """
    nodes = [one for one in platform.launchers.nodes if one.holds_on(cluster.name)]
    if nodes:
        yield _role("ClusterRole", _wide("launcher-nodes"), _NODES, platform.origin / "spec" / "launchers" / "nodes")
    for one in nodes:
        yield _wide_binding(one, "launcher-nodes")
    wide = [one for one in platform.launchers.cluster_wide if one.holds_on(cluster.name)]
    for name in dict.fromkeys(one.preset for one in wide):
        made = platform.presets.preset(name)
        place = platform.origin / "spec" / "launchers" / "clusterWide"
        yield _role("ClusterRole", _wide(f"launcher-{name}"), preset.rules(made, {}), place)
    for one in wide:
        yield _wide_binding(one, f"launcher-{one.preset}")


def _wide(name: str) -> dict[str, Any]:
    return {"name": name, "labels": {MANAGED_BY: "tenantry"}}


def _wide_binding(one: LauncherAccount, role: str) -> Manifest:
    who = one.service_account
    subject = {"kind": who.kind, "name": who.name, "namespace": str(who.namespace)}
    metadata = _wide(f"{role}:{who.namespace}:{who.name}")
    return _binding("ClusterRoleBinding", metadata, role, [subject], one.origin)
