"""No LimitRange has one of ``defects``: what the API server refuses, or fills in so that nobody expects it.

``refused``: an item of no type or of one that is there already, a ``min`` above a ``defaultRequest``, ``default`` or
``max``, a ratio that these do not allow, a resource that its type does not have. ``max-as-default``: for containers
there is a ``max`` and no ``default``, so that each container that says nothing is given the maximum, as its limit and
as its request, and a handful of them use up the quota. ``contested-default``: several LimitRanges of a namespace give
containers different defaults, of which the one holds that is asked first, in no order that anybody knows.
"""

import marshal
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.access.lists import Item
from generator.kubernetes import limitrange
from generator.problems import dotted
from generator.rules.parameters import Words
from generator.rules.quotas import amount_of
from generator.rules.scene import Hit, Scene, inside

#: The version of the format in which what is equal is written the same, wherever it comes from.
_WITHOUT_REFERENCES = 2

_CONTESTED = "contested-default"
PARAMETERS = {"defects": Words(("refused", "max-as-default", _CONTESTED))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each LimitRange with each cause for which it is refused, or with what it gives by its maximum."""
    for item, found in scene.answer(_found):
        for defect in parameters["defects"]:
            yield from (_hit(item, said) for said in found.get(defect, ()))
    if _CONTESTED in parameters["defects"]:
        yield from _contested(scene)


def _found(scene: Scene) -> tuple[tuple[Item, Mapping[str, tuple[str, ...]]], ...]:
    """Return the LimitRanges that have defects, with these; those of thousands of tenants are the same."""
    known: dict[object, Mapping[str, tuple[str, ...]]] = {}
    found = []
    for item in scene.of_kind("", "LimitRange"):
        spec = inside(item.body, "spec")
        key = _key(spec)
        if key not in known:
            known[key] = {"refused": tuple(_refused(spec)), "max-as-default": tuple(_filled_in(spec))}
        if any(known[key].values()):
            found.append((item, known[key]))
    return tuple(found)


def _contested(scene: Scene) -> Iterator[Hit]:
    found: dict[str, list[Item]] = defaultdict(list)
    for item in scene.of_kind("", "LimitRange"):
        found[item.namespace].append(item)
    for items in found.values():
        if len(items) > 1:
            yield from _contested_among(items)


def _contested_among(items: Sequence[Item]) -> Iterator[Hit]:
    """Yield each default for which the LimitRanges of one namespace have different amounts, as they are stored."""
    given: dict[tuple[str, str], dict[str, Item]] = defaultdict(dict)
    said: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in items:
        for place, amount in _defaults(inside(item.body, "spec")):
            given[place].setdefault(amount, item)
            said[place].append(f"{item.name} has {amount}")
    for (field, name), amounts in sorted(given.items()):
        if len(amounts) > 1:
            others = ", ".join(said[field, name])
            last = [*amounts.values()][-1]
            yield _hit(last, f"is not alone in giving a {field} of {name}, and the first that is asked holds: {others}")


def _defaults(spec: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    if not _is_decoded(spec) or limitrange.problems(spec):
        return
    for one in limitrange.defaulted(spec)["limits"]:
        for field in ("default", "defaultRequest") if one["type"] == limitrange.CONTAINER else ():
            for name, amount in one.get(field, {}).items():
                yield (field, name), amount


def _key(spec: Any) -> object:
    """Return what equal specs share, as quickly as it can be told."""
    try:
        return marshal.dumps(spec, _WITHOUT_REFERENCES)
    except ValueError:
        return repr(spec)


def _refused(spec: Mapping[str, Any]) -> Iterator[str]:
    if not _is_decoded(spec):
        yield "is not of the form that the API server can decode"
        return
    for one in limitrange.problems(spec):
        yield f"is refused by the API server: {dotted(('spec', *one.route))}: {one.message}"


def _is_decoded(spec: Mapping[str, Any]) -> bool:
    items = spec.get("limits")
    if not isinstance(items, list):
        return items is None
    return all(isinstance(one, Mapping) and all(map(_is_amounts, map(one.get, limitrange.FIELDS))) for one in items)


def _is_amounts(value: object) -> bool:
    return value is None or (isinstance(value, Mapping) and all(isinstance(key, str) for key in value))


def _filled_in(spec: Mapping[str, Any]) -> Iterator[str]:
    items = spec.get("limits")
    for one in items if isinstance(items, list) else ():
        if inside(one).get("type") != limitrange.CONTAINER:
            continue
        given = inside(one, "max").keys() - inside(one, "default").keys()
        names = [name for name in sorted(map(str, given)) if _is_something(inside(one, "max").get(name))]
        if names:
            amounts = " and ".join(f"{inside(one, 'max')[name]} of {name}" for name in names)
            yield f"has no default for {', '.join(names)}, so a container that says nothing gets the maximum, {amounts}"


def _is_something(value: object) -> bool:
    """Tell an amount from none: a maximum of 0 gives nobody anything."""
    return bool(amount_of(value))


def _hit(item: Item, said: str) -> Hit:
    message = f"LimitRange {item.name} in namespace {item.namespace} {said}"
    return Hit(message, item.origin, namespace=item.namespace, kind="LimitRange", name=item.name)
