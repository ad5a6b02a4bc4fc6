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

from generator.access import Role, Rule
from generator.access.aggregation import MAX_GATHERED, Index
from generator.access.algebra import Permissions
from generator.access.defaults import defaults
from generator.access.lists import Item
from generator.access.objects import GROUP
from generator.access.parse import parse
from generator.access.selector import Selector
from generator.manifest import Manifest
from generator.rules.memory import Memory
from generator.rules.parameters import Optional, Parameter, Word, Words
from generator.rules.scene import Hit, Scene, shortened

#: A selector with the names of the roles that gather by it.
_Gathering = tuple[Selector, list[str]]
#: Of many roles that gather another, so many are named; of many things that a role allows, so many are told.
_SHOWN = 20


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
    roles = {role.key.name: role for role in scene.access.roles.values() if not role.key.namespace}
    gathering, selecting = _by_selector(roles), _selecting(roles)
    for name, role in roles.items():
        if not role.labels or name in own or name in allowed:
            continue
        names = sorted({one for index in selecting.get(name, ()) for one in gathering[index][1]} - {name})
        if names:
            shown = ", ".join(names[:_SHOWN]) + (" and more" if len(names) > _SHOWN else "")
            yield _hit(role, f"has a label by which its rules become those of {shown}", _described.of(role.rules))


def _describe(rules: tuple[Rule, ...]) -> tuple[str, ...]:
    said = Permissions.of(rules).describe()
    more = (f"and {len(said) - _SHOWN} more",) if len(said) > _SHOWN else ()
    return (*(f"rule: {shortened(one)}" for one in said[:_SHOWN]), *more)


_described = Memory(_describe)


def _by_selector(roles: Mapping[str, Role]) -> list[_Gathering]:
    """Return the selectors that require anything, each with the first names of the roles that gather by it."""
    found: dict[Selector, list[str]] = defaultdict(list)
    for name, role in roles.items():
        for selector in dict.fromkeys(role.selectors or ()):
            if selector.requirements and len(found[selector]) <= _SHOWN + 1:  # itself, and one more than is shown
                found[selector].append(name)
    return [*found.items()]


def _selecting(roles: Mapping[str, Role]) -> dict[str, list[int]]:
    """Return by which selectors each role is selected; what is more than Kubernetes' own would be is left out."""
    index, left = Index(roles), MAX_GATHERED
    found: dict[str, list[int]] = defaultdict(list)
    for number, (selector, _) in enumerate(_by_selector(roles)):
        names = index.selected(selector)
        left -= len(names)
        if left < 0:
            break
        for name in names:
            found[name].append(number)
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
