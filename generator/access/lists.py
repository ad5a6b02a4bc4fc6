"""Lists of objects, taken apart as kubectl does: ``kind: List``, what the API server answers, and Lists in Lists."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.manifest import Manifest
from generator.problems import Place, Problem

#: kubectl has no limit; nobody writes more than two, and a list must not be able to hold a run up.
_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Item:
    """One object: its body, its API version and kind (empty where they are no text), and where it stands."""

    api_version: str
    kind: str
    body: Mapping[str, Any]
    origin: Place


def flatten(manifests: Iterable[Manifest]) -> Iterator[Item | Problem]:
    """Yield each object, and a problem for what is none."""
    for manifest in manifests:
        yield from _objects(manifest.body, manifest.origin, "", "", 0)


def _objects(body: Any, origin: Place, api_version: str, kind: str, depth: int) -> Iterator[Item | Problem]:
    """Take *body* apart; the items of a typed list, such as a RoleList, need not say again what they are."""
    if not isinstance(body, Mapping):
        yield Problem(origin, f"{type(body).__name__} is no object; write a mapping with apiVersion, kind and metadata")
        return
    api_version = _text(body.get("apiVersion")) or api_version
    kind = _text(body.get("kind")) or kind
    items = body.get("items")
    if not kind.endswith("List") or not isinstance(items, list):
        yield Item(api_version, kind, body, origin)
        return
    if depth == _DEPTH:
        yield Problem(origin, f"lists are nested deeper than {_DEPTH} times; write the objects in one list")
        return
    of_kind = kind.removesuffix("List")
    for index, item in enumerate(items):
        yield from _objects(item, origin / "items" / index, api_version if of_kind else "", of_kind, depth + 1)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
