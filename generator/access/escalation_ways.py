"""What a set of permissions lets its holder become: the powers that are in it, decided by what it allows.

A power needs one request or several; those of one power are checked of the same user by the API server, and so they
are looked for in what one identity holds. What is granted by a RoleBinding must come without what it cannot give:
see `dead`. The sources are the escalation checks of ``pkg/registry/rbac``, the admission plugins of
``plugin/pkg/admission/certificates`` and, for the rest, Kubernetes' "RBAC good practices".
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct

from generator.access.algebra import NO_PERMISSIONS, Permissions
from generator.access.algebra_diagrams import EVERYTHING, NOTHING, Words
from generator.access.customs import CustomResource
from generator.access.escalation_asks import (
    APPLY,
    READ,
    WRITE,
    Ask,
    creates,
    stripped,
)
from generator.access.objects import GROUP as RBAC
from generator.access.rule import ALL, Rule
from generator.access.subject import MASTERS

_CERTIFICATES = "certificates.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"
_AUTHENTICATION = "authentication.k8s.io"
#: Those whose certificates the API server takes for identities; a signer is asked for by its name and by its domain.
_SIGNERS = Words(
    frozenset({
        "kubernetes.io/kube-apiserver-client",
        "kubernetes.io/kube-apiserver-client-kubelet",
        "kubernetes.io/*",
    })
)  # fmt: skip

Kind = Literal["accounts", "users", "groups", "everything", "escalate", "roles", "controllers", "bounded", "cluster"]

ANY_VERB = ("get", "create", "update", "patch", "delete")
_IMPERSONATE = ("impersonate",)
_USERS, _GROUPS = Ask(_IMPERSONATE, "", "users"), Ask(_IMPERSONATE, "", "groups")
_ACCOUNTS = Ask(_IMPERSONATE, "", "serviceaccounts")
_TOKENS = Ask(("create",), "", "serviceaccounts", "token")
_READ_SECRETS, _MADE_SECRETS = Ask(READ, "", "secrets"), Ask((*READ, *APPLY), "", "secrets")
_REQUESTS = Ask(("create",), _CERTIFICATES, "certificatesigningrequests")
_APPROVAL = Ask(APPLY, _CERTIFICATES, "certificatesigningrequests", "approval")
_STATUS = Ask(APPLY, _CERTIFICATES, "certificatesigningrequests", "status")
_APPROVE, _SIGN = Ask(("approve",), _CERTIFICATES, "signers"), Ask(("sign",), _CERTIFICATES, "signers")
_NODES = Ask(ANY_VERB, "", "nodes", "proxy")
_VOLUMES = Ask(("create",), "", "persistentvolumes")
_WEBHOOKS = Ask(WRITE, _ADMISSION, "mutatingwebhookconfigurations")
_MUTATIONS = (
    Ask(WRITE, _ADMISSION, "mutatingadmissionpolicies"),
    Ask(WRITE, _ADMISSION, "mutatingadmissionpolicybindings"),
)
#: What makes pods, most direct first. The pods of a Job cannot be changed once it is made, those of others can.
_PODS = (("", "pods"), ("apps", "deployments"), ("apps", "daemonsets"), ("apps", "statefulsets"),
         ("apps", "replicasets"), ("", "replicationcontrollers"), ("batch", "jobs"), ("batch", "cronjobs"))  # fmt: skip
_FIXED = {("", "pods"), ("batch", "jobs")}
#: How code gets into pods that run, and what has to be so.
_INTO_PODS = (
    (Ask(APPLY, "", "pods"), "change the image of"),
    (Ask(APPLY, "", "pods", "ephemeralcontainers"), "add a container to"),
    (Ask(("create",), "", "pods", "exec"), "run commands in"),
    (Ask(("create",), "", "pods", "attach"), "attach to"),
)
_OLD_INTO_PODS = (Ask(("get",), "", "pods", "exec"), Ask(("get",), "", "pods", "attach"))
_ROLE_KINDS = ("clusterroles", "roles")
_BINDING_KINDS = ("rolebindings", "clusterrolebindings")
#: Constrained impersonation (beta and on since Kubernetes 1.36): the mode, the resource, and whom it is.
_MODES = (
    ("user-info", "users"),
    ("user-info", "groups"),
    ("serviceaccount", "serviceaccounts"),
    ("arbitrary-node", "nodes"),
)
_CLUSTER_SCOPED = (
    ("", ("users", "groups", "nodes", "nodes/proxy", "persistentvolumes")),
    (_CERTIFICATES, ("certificatesigningrequests", "certificatesigningrequests/approval",
                     "certificatesigningrequests/status", "signers")),
    (_ADMISSION, ("mutatingwebhookconfigurations", "mutatingadmissionpolicies", "mutatingadmissionpolicybindings")),
    (_AUTHENTICATION, ("users", "groups", "nodes")),
    (RBAC, ("clusterrolebindings", "clusterroles")),
)  # fmt: skip


#: All that powers are made of, and more: these verbs on anything, and what is read.
_RELEVANT = Permissions.of([
    Rule((*WRITE, "impersonate", "escalate", "bind", "approve", "sign"), (ALL,), (ALL,)),
    Rule((ALL,), ("",), ("secrets", "pods/exec", "pods/attach", "nodes/proxy")),
    Rule((ALL,), (_AUTHENTICATION,), ("users", "groups", "serviceaccounts", "nodes")),
])  # fmt: skip


class Power(Struct, frozen=True):
    """One thing that a set of permissions makes possible.

    ``asks`` are the requests that it takes; each is met by some rule that is held. ``names`` are those of the
    identities, or of the roles, that it leads to. A ``condition`` is what must be so, and no grant tells; empty is
    nothing. ``writes`` are the bindings that can be changed, where none can be made. ``aggregates``: roles can be made
    that another one gathers. ``within`` is what an impersonation is bounded to.
    """

    kind: Kind
    does: str
    asks: tuple[Ask, ...]
    names: Words = EVERYTHING
    condition: str = ""
    resource: str = ""
    customs: tuple[CustomResource, ...] = ()
    writes: Words | None = None
    aggregates: bool = False
    within: Permissions = NO_PERMISSIONS


class Ways:
    """All powers that there are, with those that custom resources give; the answer for a set is worked out once."""

    def __init__(self, customs: Sequence[CustomResource]) -> None:
        self._customs = tuple(customs)
        self._known: dict[tuple[Permissions, bool], tuple[Power, ...]] = {}
        live = Permissions.of([Rule(("bind",), (RBAC,), ("clusterroles",))])
        self.dead = Permissions.of(_dead_rules(self._customs)) - live

    def relevant(self, held: Permissions) -> Permissions:
        """Return what of a set may be a part of some power."""
        return held & _RELEVANT

    def of(self, held: Permissions, *, everywhere: bool) -> tuple[Power, ...]:
        """Return the powers in a set that is held in one namespace, or *everywhere*: the surest and broadest first."""
        key = (held, everywhere)
        if key not in self._known:
            self._known[key] = tuple(self._powers(held, everywhere=everywhere))
        return self._known[key]

    def _powers(self, held: Permissions, *, everywhere: bool) -> Iterator[Power]:
        if everywhere and held.resources == EVERYTHING:
            yield Power("cluster", "do everything", (Ask((ALL,), ALL, ALL),))
            return
        makes_pods = any(creates(held, *what) for what in _PODS)
        yield from _cluster(held, makes_pods=makes_pods)
        yield from _identities(held)
        yield from _roles(held, everywhere=everywhere)
        yield from _leading([*_accounts(held), *self._from_customs(held), *_from_others(held)])
        yield from _bounded(held)
        acting = tuple([one for one in self._customs if "acts-as-controller" in one.effects and _written(held, one)])
        if acting:
            asks = tuple([Ask(WRITE, one.group, one.resource) for one in acting])
            yield Power("controllers", "write what controllers act upon", asks, customs=acting)

    def _from_customs(self, held: Permissions) -> Iterator[Power]:
        for one in self._customs:
            write = Ask(WRITE, one.group, one.resource)
            if one.gives_accounts and write.names(held):
                makes = creates(held, one.group, one.resource)
                does = f"{'create' if makes else 'change'} {one.full}, for which {one.by} acts as any service account"
                yield Power("accounts", does, (write,), condition="" if makes else f"{one.full} are there")
            elif "changes-pods" in one.effects and write.names(held):
                yield Power(
                    "accounts", f"write {one.full}, which {one.by} puts into pods", (write,), condition="pods run there"
                )


def _written(held: Permissions, one: CustomResource) -> bool:
    return bool(Ask(WRITE, one.group, one.resource).names(held))


def _dead_rules(customs: Iterable[CustomResource]) -> Iterator[Rule]:
    """Yield what a RoleBinding gives to nobody: requests that are made in no namespace."""
    for group, resources in _CLUSTER_SCOPED:
        yield Rule((ALL,), (group,), resources)
    for one in customs:
        if one.scope == "Cluster":
            yield Rule((ALL,), (one.group,), (one.resource,))


def _cluster(held: Permissions, *, makes_pods: bool) -> Iterator[Power]:
    """Yield what amounts to everything in the cluster."""
    groups = _GROUPS.names(held)
    if MASTERS in groups and (someone := _someone(held)) is not None:
        only = Words(frozenset({MASTERS}))
        yield Power("cluster", f"impersonate Group {MASTERS}, which RBAC is not asked about", (_GROUPS, someone), only)
    if _NODES.names(held):
        yield Power("cluster", "reach the kubelets by nodes/proxy, which run commands in every pod", (_NODES,))
    if _WEBHOOKS.names(held):
        yield Power("cluster", "have requests changed by an admission webhook of their own", (_WEBHOOKS,))
    if all(ask.names(held) for ask in _MUTATIONS):
        yield Power("cluster", "have requests changed by an admission policy of their own", _MUTATIONS)
    yield from _certificates(held)
    if creates(held, "", "persistentvolumes"):
        condition = "" if makes_pods else "a pod of theirs mounts it"
        does = "create persistentvolumes, which can be any folder of a node"
        yield Power("cluster", does, (_VOLUMES,), condition=condition)


def _certificates(held: Permissions) -> Iterator[Power]:
    if _APPROVAL.names(held) and _APPROVE.names(held) & _SIGNERS:
        asked = creates(held, _CERTIFICATES, "certificatesigningrequests")
        yield Power(
            "cluster",
            "approve certificates with which anybody logs in as any user or node",
            (_APPROVAL, _APPROVE, *((_REQUESTS,) if asked else ())),
            _SIGNERS,
            condition="" if asked else "somebody makes the request",
        )
    if _STATUS.names(held) and _SIGN.names(held) & _SIGNERS:
        does = "sign certificates with which anybody logs in as any user or node"
        yield Power("cluster", does, (_STATUS, _SIGN), _SIGNERS, condition="they have the key of the signer")


def _someone(held: Permissions) -> Ask | None:
    """Return how somebody can be impersonated at all: a request must name a user before it names groups."""
    return next((ask for ask in (_USERS, _ACCOUNTS) if ask.names(held)), None)


def _identities(held: Permissions) -> Iterator[Power]:
    groups, someone = _GROUPS.names(held), _someone(held)
    if groups and someone is not None:
        yield Power("groups", "impersonate groups", (_GROUPS, someone), groups)
    if users := _USERS.names(held):
        yield Power("users", "impersonate users", (_USERS,), users)


def _roles(held: Permissions, *, everywhere: bool) -> Iterator[Power]:
    for kind in _ROLE_KINDS:
        yield from _escalate(held, kind)
        yield from _bind(held, kind, everywhere=everywhere)


def _escalate(held: Permissions, kind: str) -> Iterator[Power]:
    """Yield the way to write rules that one does not hold: the verb and the write must be on the same role."""
    excused, changed = Ask(("escalate",), RBAC, kind), Ask(APPLY, RBAC, kind)
    both = excused.names(held) & changed.names(held)
    made = excused.names(held) and creates(held, RBAC, kind)
    if both or made:
        asks = (excused, changed if both else Ask(("create",), RBAC, kind))
        yield Power(
            "escalate", f"write any rules into {kind}", asks, both, resource=kind,
            aggregates=bool(made) and kind == "clusterroles",
        )  # fmt: skip


def _bind(held: Permissions, kind: str, *, everywhere: bool) -> Iterator[Power]:
    """Yield the way to bind roles that one does not hold; the verb is authorised on the role, where the binding lies.

    A ClusterRoleBinding can name no Role.
    """
    bind = Ask(("bind",), RBAC, kind)
    names = bind.names(held)
    for bindings in reversed(_BINDING_KINDS) if everywhere else _BINDING_KINDS:
        write = Ask(WRITE, RBAC, bindings)
        if not names or (bindings == "clusterrolebindings" and not (everywhere and kind == "clusterroles")):
            continue
        if creates(held, RBAC, bindings):
            yield Power("roles", f"bind {kind} with {bindings}", (bind, write), names, resource=bindings)
        elif changed := Ask(APPLY, RBAC, bindings).names(held):
            yield Power(
                "roles", f"add anybody to {bindings} of {kind}", (bind, write), names, resource=bindings, writes=changed
            )


def _accounts(held: Permissions) -> Iterator[Power]:
    if names := _ACCOUNTS.names(held):
        yield Power("accounts", "impersonate service accounts", (_ACCOUNTS,), names)
    if names := _TOKENS.names(held):
        yield Power("accounts", "request tokens of service accounts", (_TOKENS,), names)
    secrets = Ask(("create",), "", "secrets")
    if creates(held, "", "secrets") and _MADE_SECRETS.names(held):
        does = "create Secrets that are filled with the token of any service account, and read them"
        yield Power("accounts", does, (secrets, _MADE_SECRETS))
    for group, resource in _PODS:
        full = f"{resource}.{group}" if group else resource
        if creates(held, group, resource):
            does = f"create {full}, which run as any service account"
            yield Power("accounts", does, (Ask(("create",), group, resource),))
        elif (group, resource) not in _FIXED and (change := Ask(APPLY, group, resource)).names(held):
            does = f"change {full}, so that they run as any service account"
            yield Power("accounts", does, (change,), condition=f"{full} are there")


def _from_others(held: Permissions) -> Iterator[Power]:
    """Yield the ways to service accounts that some pod runs as, or whose token lies somewhere; nobody knows which."""
    for ask, does in _INTO_PODS:
        if ask.names(held):
            yield Power("accounts", f"{does} pods, with the tokens in them", (ask,), condition="pods run there")
    for ask in _OLD_INTO_PODS:
        if ask.names(held):
            does = "run commands in pods, with the tokens in them"
            yield Power("accounts", does, (ask,), condition="pods run there, and Kubernetes is older than 1.35")
    if _MADE_SECRETS.names(held):
        ask = _READ_SECRETS if _READ_SECRETS.names(held) else Ask(APPLY, "", "secrets")
        does = "read any token that is stored in a Secret"
        yield Power("accounts", does, (ask,), condition="a Secret there holds a token")


def _leading(found: Iterable[Power]) -> Iterator[Power]:
    """Yield what leads to named accounts, and the first that leads to all of them; what depends on more comes last."""
    powers = sorted(found, key=lambda power: bool(power.condition))
    yield from (power for power in powers if power.names != EVERYTHING)
    yield from [power for power in powers if power.names == EVERYTHING][:1]


def _bounded(held: Permissions) -> Iterator[Power]:
    """Yield constrained impersonation: it takes a verb on whom, and another one on what is done in their name."""
    for mode, resource in _MODES:
        ask = Ask((f"impersonate:{mode}",), _AUTHENTICATION, resource)
        within = stripped(held, f"impersonate-on:{mode}:")
        names = ask.names(held) if within else NOTHING
        if resource != "nodes":
            names = names - Ask(_IMPERSONATE, "", resource).names(held)
        if names:
            does = f"impersonate {resource}, within bounds"
            yield Power("bounded", does, (ask,), names, resource=resource, within=within)
