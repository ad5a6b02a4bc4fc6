"""No ClusterRole is put together from others in a way that surprises: the parameter ``case`` says which.

``overwritten-rules``: a role with an aggregationRule also writes rules, which the controller throws away; those that it
gathers all the same are lost to nobody. ``empty-selector``: a selector without requirements gathers every ClusterRole,
and with them cluster-admin. ``widening-label``: a label lets another role gather this one (``admin``, ``edit`` and
``view`` among them), so that all who have the other have this too, unless the role is one of ``allowed``; what an empty
selector gathers is that selector's fault. Kubernetes' own roles are left out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.access import Role
from generator.access.algebra import Permissions
from generator.access.defaults import defaults
from generator.access.lists import Item
from generator.access.objects import GROUP
from generator.access.parse import parse
from generator.access.selector import Selector
from generator.manifest import Manifest
from generator.rules.parameters import Optional, Parameter, Word, Words
from generator.rules.scene import Hit, Scene

#: A selector with the names of the roles that gather by it.
_Gathering = tuple[Selector, tuple[str, ...]]


def _overwritten_rules(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    items = [item for item in scene.of_kind(GROUP, "ClusterRole") if item.body.get("aggregationRule")]
    written, _problems = parse(Manifest(_whole(item), item.origin) for item in items)
    own = _own_names(scene)
    for role in written.roles:
        gathered = scene.access.roles[role.key].rules
        if role.key.name in own or role.selectors is None or Permissions.of(role.rules) <= Permissions.of(gathered):
            continue
        lost = "; ".join((Permissions.of(role.rules) - Permissions.of(gathered)).describe())
        yield _hit(role, f"writes rules that its aggregationRule overwrites, so that it does not allow {lost}")


def _empty_selector(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    own = _own_names(scene)
    for role in scene.access.roles.values():
        if Selector() in (role.selectors or ()) and role.key.name not in own:
            yield _hit(role, "gathers every ClusterRole by an empty selector, and with them cluster-admin")


def _widening_label(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    own, allowed = _own_names(scene), parameters.get("allowed", ())
    gathering_by = _by_label(scene)
    for role in scene.access.roles.values():
        if role.key.namespace or not role.labels or role.key.name in own or role.key.name in allowed:
            continue
        candidates = [one for key in (*role.labels, "") for one in gathering_by.get(key, ())]
        names = {name for selector, found in candidates if selector.selects(role.labels) for name in found}
        names.discard(role.key.name)
        if names:
            shown = ", ".join(sorted(names))
            said = tuple([f"rule: {one}" for one in Permissions.of(role.rules).describe()])
            yield _hit(role, f"has a label by which its rules become those of {shown}", said)


def _by_label(scene: Scene) -> Mapping[str, list[_Gathering]]:
    """Return the selectors by a label that what they select must have; the empty one stands for none."""
    names: dict[Selector, list[str]] = defaultdict(list)
    for role in scene.access.roles.values():
        for selector in role.selectors or ():
            if selector.requirements:
                names[selector].append(role.key.name)
    found: dict[str, list[_Gathering]] = defaultdict(list)
    for selector, gathering in names.items():
        keys = [one.key for one in selector.requirements if one.operator in ("In", "Exists")]
        found[keys[0] if keys else ""].append((selector, tuple(gathering)))
    return found


def _own_names(scene: Scene) -> frozenset[str]:
    """Return the names of Kubernetes' own ClusterRoles."""
    return frozenset(role.key.name for role in defaults(scene.version).roles if not role.key.namespace)


def _whole(item: Item) -> Mapping[str, Any]:
    """Return the body of an object with what an item of a list need not say."""
    return {"apiVersion": item.api_version, "kind": item.kind, **item.body}


def _hit(role: Role, said: str, chain: tuple[str, ...] = ()) -> Hit:
    return Hit(f"ClusterRole {role.key.name} {said}", role.origin, kind="ClusterRole", name=role.key.name, chain=chain)


_CASES: Mapping[str, Callable[[Scene, Mapping[str, Any]], Iterator[Hit]]] = {
    "overwritten-rules": _overwritten_rules,
    "empty-selector": _empty_selector,
    "widening-label": _widening_label,
}

PARAMETERS: Mapping[str, Parameter] = {"case": Word(tuple(_CASES)), "allowed": Optional(Words())}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each ClusterRole that is put together so."""
    return _CASES[parameters["case"]](scene, parameters)
