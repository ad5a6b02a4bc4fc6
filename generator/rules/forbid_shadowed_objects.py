"""No object is in the way of one of its name that HNC copies down from a namespace above.

HNC copies Roles and RoleBindings into all namespaces below, and objects of the kinds that its HNCConfiguration names
with the mode Propagate (or AllowPropagate, those that ask for it). An object of the same name in a namespace below is a
conflict: HNC refuses the one, or overwrites the other. The annotations ``none``, ``select`` and ``treeSelect`` of HNC
keep an object from being copied; one whose ``select`` cannot be read here is taken for one that is not copied.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, inside
from generator.rules.trees import HNC, parents, walk

PARAMETERS: Mapping[str, Parameter] = {}

_RBAC = "rbac.authorization.k8s.io"
_ALWAYS = frozenset({(_RBAC, "roles"), (_RBAC, "rolebindings")})
_PREFIX = "propagate.hnc.x-k8s.io/"
_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
#: What HNC never copies.
_BUILT_IN = frozenset({("ConfigMap", "istio-ca-root-cert"), ("ConfigMap", "kube-root-ca.crt")})
_SECRETS = frozenset({"helm.sh/release.v1", "kubernetes.io/service-account-token"})


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each object that is in the way, with the one that would be copied over it."""
    if not scene.answer(parents):
        return
    copied = _copied(scene)
    active: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for namespace, entered in walk(scene):
        own = [one for kind in copied for one in scene.within(namespace, *kind)]
        if not entered:
            for item in own:
                if _may_go_down(item, always=copied[_kind(item)]):
                    active[item.kind, item.name].pop()
            continue
        for item in own:
            above = active.get((item.kind, item.name))
            if above and _goes_to(above[-1], scene, namespace):
                said = f"is in the way of the one that HNC copies down from namespace {above[-1].namespace}"
                message = f"{item.kind} {item.name} in namespace {namespace} {said}"
                yield Hit(message, item.origin, namespace=namespace, kind=item.kind, name=item.name)
        for item in own:
            if _may_go_down(item, always=copied[_kind(item)]):
                active[item.kind, item.name].append(item)


def _kind(item: Item) -> tuple[str, str]:
    return item.api_version.rpartition("/")[0], item.kind


def _copied(scene: Scene) -> Mapping[tuple[str, str], bool]:
    """Return the kinds that HNC copies, by API group and name, and whether it copies all of their objects."""
    from generator.admission import plural_of

    modes = dict.fromkeys(_ALWAYS, True)
    for item in scene.of_kind(HNC, "HNCConfiguration"):
        resources = inside(item.body, "spec").get("resources")
        for one in map(inside, resources if isinstance(resources, list) else ()):
            mode = one.get("mode") or "Propagate"
            if mode in ("Propagate", "AllowPropagate"):
                modes[str(one.get("group") or ""), str(one.get("resource"))] = mode == "Propagate"
    found = {}
    for kind in {_kind(item) for item in scene.everything}:
        resource = (kind[0], plural_of(kind[1], kind[0]))
        if resource in modes:
            found[kind] = modes[resource]
    return dict(sorted(found.items()))


def _may_go_down(item: Item, *, always: bool) -> bool:
    """Tell whether HNC copies an object to any namespace."""
    metadata = inside(item.body, "metadata")
    asked = _asked(item)
    if (item.kind, item.name) in _BUILT_IN or metadata.get("finalizers"):
        return False
    if item.kind == "Secret" and item.body.get("type") in _SECRETS:
        return False
    if asked.get("none") in _TRUE:
        return False
    return always or asked.get("all") in _TRUE or bool(asked.get("select") or asked.get("treeSelect"))


def _asked(item: Item) -> Mapping[str, str]:
    annotations = inside(item.body, "metadata", "annotations")
    return {
        key.removeprefix(_PREFIX): text
        for key, text in annotations.items()
        if isinstance(key, str) and key.startswith(_PREFIX) and isinstance(text, str)
    }


def _goes_to(item: Item, scene: Scene, namespace: str) -> bool:
    """Tell whether what may be copied is copied to a namespace, by the labels that it has."""
    asked = _asked(item)
    if select := asked.get("select"):
        return all(_holds(term.strip(), scene, namespace) for term in select.split(","))
    return not (tree := asked.get("treeSelect")) or _is_below(tree, scene, namespace)


def _holds(term: str, scene: Scene, namespace: str) -> bool:
    """Tell whether a namespace has the label that one term of a selector asks for; sets of values are not read."""
    key, equals, text = term.partition("==" if "==" in term else "=")
    if key.endswith("!"):
        return scene.label(namespace, key[:-1]) != text
    if equals:
        return scene.label(namespace, key) == text
    return False if " " in term or term.startswith("!") else bool(scene.label(namespace, term))


def _is_below(tree: str, scene: Scene, namespace: str) -> bool:
    """Tell whether a namespace is in, or below, the one that a ``treeSelect`` names, and in none that it leaves out."""
    terms = [term.strip() for term in tree.split(",")]
    above = _with_ancestors(scene, namespace)
    chosen = [term for term in terms if not term.startswith("!")]
    return all(term in above for term in chosen) and not any(term[1:] in above for term in terms if term[:1] == "!")


def _with_ancestors(scene: Scene, namespace: str) -> set[str]:
    above, found, name = scene.answer(parents), {namespace}, namespace
    while name in above and above[name].parent not in found:
        name = above[name].parent
        found.add(name)
    return found
