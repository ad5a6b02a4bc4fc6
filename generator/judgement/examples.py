"""The examples of policies, laid out as if they were read from a repository.

An object of an example says by the annotation ``config.kubernetes.io/path``, as tools for such objects write it, which
file it stands in, and by ``tenantry.dev/times`` that it stands there so many times: then its name gets a number, and a
``#`` in the path does.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.checkout import Checkout, File, Spot
from generator.manifest import Manifest
from generator.problems import Place

PATH = "config.kubernetes.io/path"
TIMES = "tenantry.dev/times"


def laid_out(bodies: Sequence[Mapping[str, Any]], place: Place) -> tuple[list[Manifest], Checkout | None]:
    """Return the objects of an example, and their files, if any stands in one."""
    manifests = [one for index, body in enumerate(bodies) for one in _repeated(body, place / index)]
    sizes: dict[str, int] = defaultdict(int)
    for one in manifests:
        if one.file:
            sizes[one.file] += len(json.dumps(one.body))
    if not sizes:
        return manifests, None
    files = {name: File(size) for name, size in sizes.items()}
    return manifests, Checkout(files, {name: Spot("", name) for name in files})


def _repeated(body: Mapping[str, Any], origin: Place) -> Iterator[Manifest]:
    metadata = body.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    given = annotations if isinstance(annotations, Mapping) else {}
    path, times = str(given.get(PATH, "")), str(given.get(TIMES, ""))
    if not times.isdecimal() or not isinstance(metadata, Mapping):
        yield Manifest(body, origin, path)
        return
    for number in range(int(times)):
        named = {**metadata, "name": f"{metadata.get('name', '')}-{number}"}
        yield Manifest({**body, "metadata": named}, origin, path.replace("#", str(number)))
