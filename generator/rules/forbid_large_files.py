"""No file, folder or object is larger than those who have to work with it can take.

A folder has at most so many ``entries``: GitHub shows no more of it. A file has at most so many ``kilobytes``: its
changes are not shown in a review. An object has at most so many ``bytes`` as JSON: ``kubectl apply`` keeps it in an
annotation, which the API server bounds by 262,144 bytes. Each is asked where it is given, of files that were read; an
object is measured where its file is large enough for it.
"""

import json
import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from generator.checkout import Checkout
from generator.problems import Place
from generator.rules.parameters import Number, Optional, Parameter
from generator.rules.scene import Hit, Scene
from generator.rules.syncs import hit

PARAMETERS: Mapping[str, Parameter] = {
    "entries": Optional(Number()),
    "kilobytes": Optional(Number()),
    "bytes": Optional(Number()),
}

#: JSON is larger than YAML by a few characters for each value, and by these where Go writes one as six (\\u003c).
_GROWTH = 6


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each folder, file and object that is too large."""
    if scene.checkout is None:
        return
    if "entries" in parameters:
        yield from _folders(scene.checkout, parameters["entries"])
    if "kilobytes" in parameters:
        yield from _files(scene.checkout, parameters["kilobytes"])
    if "bytes" in parameters:
        yield from _objects(scene, scene.checkout, parameters["bytes"])


def _folders(checkout: Checkout, most: int) -> Iterator[Hit]:
    wide = [(spot, entries) for spot, entries in checkout.folders() if entries > most]
    first = {posixpath.dirname(spot.path): name for name, spot in checkout.spots.items()} if wide else {}
    for spot, entries in wide:
        where = spot.path or "."
        place = Place(first.get(spot.path, where))
        yield Hit(f"folder {where} has {entries} entries, more than {most}", place, kind="Folder", name=where)


def _files(checkout: Checkout, most: int) -> Iterator[Hit]:
    for name, file in checkout.files.items():
        if file.size > most * 1000:
            message = f"file {name} has {file.size // 1000} kB, more than {most}, and its changes are not shown"
            yield Hit(message, Place(name), kind="File", name=name)


def _objects(scene: Scene, checkout: Checkout, most: int) -> Iterator[Hit]:
    large = {name for name, file in checkout.files.items() if file.size * _GROWTH > most}
    for item in scene.everything if large else ():
        if item.file in large:
            size = _size(item.body)
            if size > most:
                yield hit(item, f"has {size} bytes as JSON, more than the {most} that kubectl apply can annotate")


def _size(body: Mapping[str, Any]) -> int:
    """Return how large an object is as Go writes it, which spells out three characters that HTML takes for its own."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str)
    return len(text.encode(errors="replace")) + 5 * sum(map(text.count, "<>&"))
