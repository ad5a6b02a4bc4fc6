"""No binding names one of ``subjects``, whatever role it gives, and be the role there or not.

Each is ``user:NAME``, ``group:NAME`` or ``serviceaccount:NAMESPACE/NAME``. Two forms mean many:
``serviceaccount:*/default`` is the account of that name in every namespace, and ``group:system:serviceaccounts:*`` are
all accounts of a namespace, where a binding outside of it names them. A user ``system:serviceaccount:ns:name`` is that
account. Whom Kubernetes' own bindings name is no finding as long as they give no more than Kubernetes does; neither is
what kubeadm lets everybody read to join a cluster.

That somebody is broad is one cause, and that they are a stranger in a tenant's namespace, or a tenant in the whole
cluster, is another with another remedy: see ``forbid-foreign-subjects`` and ``forbid-cluster-bindings``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from generator.access import BROAD, MASTERS, Binding, RoleKey, Rule, Subject, group, service_account, user
from generator.access.algebra import Permissions
from generator.access.defaults import defaults
from generator.access.subject import SERVICE_ACCOUNTS
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, called, written

_KINDS = ("user", "group", "serviceaccount")
_ACCOUNTS_OF = f"{SERVICE_ACCOUNTS}:"
_FOREIGN_ACCOUNTS = f"group:{_ACCOUNTS_OF}*"
#: What kubeadm binds in kube-public, and what it lets everybody read there.
_KUBEADM = RoleKey("kube-public", "kubeadm:bootstrap-signer-clusterinfo")
_CLUSTER_INFO = Rule(("get",), ("",), ("configmaps",), ("cluster-info",))


def _refusal(word: str) -> str | None:
    kind, colon, name = word.partition(":")
    if kind not in _KINDS or not colon or not name:
        return f"{word!r} is no subject; write user:NAME, group:NAME or serviceaccount:NAMESPACE/NAME"
    namespace, slash, account = name.partition("/")
    if kind == "serviceaccount" and not (namespace and slash and account):
        return f"{word!r} lacks a namespace or a name; write serviceaccount:NAMESPACE/NAME, with * for every namespace"
    return None


PARAMETERS = {"subjects": Words(refusal=_refusal)}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each binding with each of the subjects that it names."""
    is_asked = _asking(parameters["subjects"])
    for binding in scene.bindings:
        for subject in binding.subjects:
            if is_asked(subject, binding.namespace) and not _is_usual(scene, binding, subject):
                yield Hit(
                    f"{called(binding)} names {subject}{_meaning(subject)}",
                    binding.origin,
                    namespace=binding.namespace,
                    kind=binding.kind,
                    name=binding.name,
                    subject=written(subject),
                    chain=(f"{binding.kind} {binding.name} ({binding.origin})",),
                )


def _asking(words: Iterable[str]) -> Callable[[Subject, str], bool]:
    """Return what tells whether a subject is asked about where a binding of a namespace names it."""
    exact = {_subject(word) for word in words}
    everywhere = {subject.name for subject in exact if subject.namespace == "*"}
    foreign = _FOREIGN_ACCOUNTS in words

    def is_asked(subject: Subject, namespace: str) -> bool:
        if subject in exact or (subject.namespace and subject.name in everywhere):
            return True
        return foreign and subject.name.startswith(_ACCOUNTS_OF) and subject.name != f"{_ACCOUNTS_OF}{namespace}"

    return is_asked


def _subject(word: str) -> Subject:
    kind, _, name = word.partition(":")
    if kind == "serviceaccount":
        namespace, _, account = name.partition("/")
        return service_account(namespace, account)
    return group(name) if kind == "group" else user(name)


def _is_usual(scene: Scene, binding: Binding, subject: Subject) -> bool:
    """Tell whether every cluster binds a subject so, to no more than this."""
    role = scene.access.roles.get(binding.role)
    if binding.role == _KUBEADM == RoleKey(binding.namespace, binding.name):
        return role is None or Permissions.of(role.rules) <= Permissions.of([_CLUSTER_INFO])
    own = [
        one
        for one in defaults(scene.version).bindings
        if (one.namespace, one.name) == (binding.namespace, binding.name)
    ]
    return any(one.role == binding.role and subject in one.subjects for one in own) and (
        role is None or all(scene.is_built_in(role, index) for index in range(len(role.rules)))
    )


def _meaning(subject: Subject) -> str:
    if subject in BROAD:
        return f", which is {BROAD[subject]}"
    if subject.name == MASTERS:
        return ", which may do everything before RBAC is asked, and cannot be kept from it by removing a binding"
    if subject.name.startswith(_ACCOUNTS_OF):
        return f", which is every service account of namespace {subject.name.removeprefix(_ACCOUNTS_OF)}"
    if (subject.kind, subject.name) == ("ServiceAccount", "default"):
        return ", as which every pod there runs that names no other account"
    return ""
