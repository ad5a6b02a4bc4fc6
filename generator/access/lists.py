"""Lists of objects, taken apart as kubectl does: ``kind: List``, what the API server answers, and Lists in Lists."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from msgspec import Struct

from generator.access.reader import described
from generator.manifest import Manifest
from generator.problems import Place, Problem

#: kubectl has no limit; nobody writes more than two, and a list must not be able to hold a run up.
_DEPTH = 10


class Item(Struct, frozen=True):
    """One object: its body, its API version, kind, namespace and name (empty where they are no text), and its place.

    ``file`` is where it was read from; empty while it is in memory.
    """

    api_version: str
    kind: str
    body: Mapping[str, Any]
    origin: Place
    namespace: str
    name: str
    file: str = ""


def flatten(manifests: Iterable[Manifest | Item | Problem]) -> Iterator[Item | Problem]:
    """Yield each object, and a problem for what is none; what has been through here before stays as it is."""
    for one in manifests:
        if isinstance(one, Manifest):
            found = _objects(one.body, one.origin, one.file, "", "", 0)
            if isinstance(found, tuple):
                yield found[0]  # what nearly all are
            else:
                yield from found
        else:
            yield one


def read(api_version: str, kind: str, body: Mapping[str, Any], origin: Place, file: str = "") -> Item:
    """Return an object that is no list, with where it lives and how it is called."""
    metadata = body.get("metadata")
    if not isinstance(metadata, (dict, Mapping)):
        return Item(api_version, kind, body, origin, "", "", file)
    return Item(api_version, kind, body, origin, _text(metadata.get("namespace")), _text(metadata.get("name")), file)


def ordered(items: Iterable[Item]) -> list[Item]:
    """Sort objects by where they live, how they are called, and, if that is not enough, where they come from."""
    kept = list(items)
    if len(kept) == 1:
        return kept
    are_told_apart = len(set(map(_NAMED, kept))) == len(kept)  # as those of one kind nearly always are
    return sorted(kept, key=_NAMED if are_told_apart else order)


_NAMED = attrgetter("namespace", "name")


def order(item: Item) -> tuple[str, str, str]:
    """Return what objects are sorted by."""
    origin = item.origin
    return item.namespace, item.name, str(origin) if origin.route else origin.document


def _objects(
    body: Any, origin: Place, file: str, api_version: str, kind: str, depth: int
) -> Iterator[Item | Problem] | tuple[Item | Problem]:
    """Take *body* apart; the items of a typed list, such as a RoleList, need not say again what they are."""
    if not isinstance(body, (dict, Mapping)):  # a dict, nearly always, and that is known sooner
        message = f"{described(body)} is no object; write a mapping with apiVersion, kind and metadata"
        return (Problem(origin, message),)
    api_version = _text(body.get("apiVersion")) or api_version
    kind = _text(body.get("kind")) or kind
    if kind.endswith("List") and "items" in body:
        items = body["items"]
        if isinstance(items, list):
            return _items(items, origin, file, api_version, kind, depth)
        if kind == "List" and items is not None:
            message = f"{described(items)} is not a list; write one, with '- ' before each item"
            return (Problem(origin / "items", message),)
    return (read(api_version, kind, body, origin, file),)


def _items(
    items: Sequence[Any], origin: Place, file: str, api_version: str, kind: str, depth: int
) -> Iterator[Item | Problem]:
    if depth == _DEPTH:
        yield Problem(origin, f"lists are nested deeper than {_DEPTH} times; write the objects in one list")
        return
    of_kind = kind.removesuffix("List")
    for index, item in enumerate(items):
        yield from _objects(item, origin / "items" / index, file, api_version if of_kind else "", of_kind, depth + 1)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
