"""Objects that a tenant sends down its tree: which namespaces below get one, and what of it they get.

The decision is that of HNC (``ShouldPropagate`` in its ``internal/selectors``), asked of the namespace that an object
would come to. HNC asks some of its own checks of the source instead, for it does not always know the whole tree.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec import Struct

from generator.kubernetes import selectors
from generator.problems import Place, Problem

#: What the platform can say of a kind, in HNC's words.
PROPAGATE, ALLOW, IGNORE, REMOVE = "Propagate", "AllowPropagate", "Ignore", "Remove"
#: Kinds that HNC always propagates.
_ALWAYS = frozenset({"Role", "RoleBinding"})

#: The kinds without a group that lie in namespaces.
_CORE = frozenset(
    {
        *("ConfigMap", "Endpoints", "Event", "LimitRange", "PersistentVolumeClaim", "Pod", "PodTemplate"),
        *("ReplicationController", "ResourceQuota", "Secret", "Service", "ServiceAccount"),
    }
)

#: The label by which a copy says whose it is.
INHERITED_FROM = "tenantry.dev/inherited-from"

_HNC = "hnc.x-k8s.io"
_CERTIFICATES = frozenset({"istio-ca-root-cert", "kube-root-ca.crt"})
_SECRETS = frozenset({"helm.sh/release.v1", "kubernetes.io/service-account-token"})


class Propagation(Struct, frozen=True):
    """A template whose objects go to the namespaces of *source* and of all below it, with the values that it is given.

    Of the exceptions, which narrow where they go, at most one is set; ``None`` means that it is not.
    """

    source: str
    template: str
    values: Any
    select: str | None
    tree_select: str | None
    none: bool
    all: bool
    origin: Place

    @property
    def is_chosen(self) -> bool:
        """Whether the file itself says where the objects go."""
        return self.select is not None or self.tree_select is not None or self.none or self.all


def propagations(value: Mapping[str, Any], source: str, place: Place) -> tuple[Propagation, ...]:
    """Take a tenant's propagations, by template."""
    return tuple(
        Propagation(
            source=source,
            template=name,
            values=item.get("values", {}),
            select=item.get("select"),
            tree_select=item.get("treeSelect"),
            none=item.get("none", False),
            all=item.get("all", False),
            origin=place / name,
        )
        for name, item in value.items()
    )


def check(given: Collection[Propagation]) -> Iterator[Problem]:
    """Find propagations with more than one exception."""
    for one in given:
        fields = (("select", one.select), ("treeSelect", one.tree_select), ("none", one.none), ("all", one.all))
        named = [field for field, value in fields if value]
        if len(named) > 1:
            yield Problem(one.origin, f"{' and '.join(named)} exclude each other; write one of them at most")


def check_modes(modes: Mapping[str, str], place: Place) -> Iterator[Problem]:
    """Find kinds that always propagate, and kinds that are not written with their groups."""
    for kind in modes:
        name, dot, _ = kind.partition(".")
        if name in _ALWAYS:
            yield Problem(place / kind, f"{name}s always propagate, as in HNC; drop it")
        elif not dot and kind not in _CORE:
            message = f"{kind!r} is no kind of the core group; write it with its group, such as Deployment.apps"
            yield Problem(place / kind, message)


def mode_of(body: Mapping[str, Any], modes: Mapping[str, str] | None) -> str:
    """Return what the platform says of an object's kind; where it says nothing of any, whoever asks is heard."""
    if modes is None or (body["kind"] in _ALWAYS and _group(body) == "rbac.authorization.k8s.io"):
        return PROPAGATE
    return modes.get(kind_of(body), IGNORE)


def kind_of(body: Mapping[str, Any]) -> str:
    """Return an object's kind as the platform file writes it: with its group, if it has one."""
    group = _group(body)
    return f"{body['kind']}.{group}" if group else str(body["kind"])


def _group(body: Mapping[str, Any]) -> str:
    group, slash, _ = str(body.get("apiVersion", "")).partition("/")
    return group if slash else ""


def comes_to(one: Propagation, mode: str, labels: Mapping[str, str], line: Collection[str]) -> bool:
    """Tell whether objects of a kind with this mode come to a namespace with these labels, which is below *line*."""
    wanted = mode == PROPAGATE
    if one.select is not None:
        wanted = selectors.matches(one.select, labels)
    if one.tree_select is not None:
        wanted = selectors.matches_tree(one.tree_select, line)
    if one.none or mode in (IGNORE, REMOVE):
        return False
    return wanted or one.all


def is_excluded(body: Mapping[str, Any]) -> bool:
    """Tell whether an object is one that no copy is made of: others make it in each namespace, or look after it."""
    metadata = body["metadata"]
    return (
        (body["kind"] == "Secret" and body.get("type") in _SECRETS)
        or (body["kind"] == "ConfigMap" and metadata.get("name") in _CERTIFICATES)
        or _texts(metadata.get("labels")).get("cattle.io/creator") == "norman"
        or "openshift.io/description" in _texts(metadata.get("annotations"))
        or bool(metadata.get("finalizers"))
    )


def copied(body: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return what comes to a namespace below: without status, and of its metadata only what is the object's own."""
    metadata = body["metadata"]
    kept = {key: metadata[key] for key in ("name", "namespace") if key in metadata}
    kept["labels"] = dict(sorted({**_kept(metadata.get("labels")), INHERITED_FROM: source}.items()))
    annotations = _kept(metadata.get("annotations"))
    if annotations:
        kept["annotations"] = annotations
    return {key: kept if key == "metadata" else value for key, value in body.items() if key != "status"}


def _kept(given: Any) -> dict[str, str]:
    return {key: value for key, value in _texts(given).items() if not key.rpartition("/")[0].endswith(_HNC)}


def _texts(given: Any) -> Mapping[str, str]:
    return given if isinstance(given, dict) else {}
