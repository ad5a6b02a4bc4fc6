"""What vanishes from one state of ``rendered/`` to the next, as the files of the tenants themselves tell it.

Whether a namespace may go is read from what was rendered for it last, and not from a tenant file of today: that is
what the clusters have taken up.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from generator.emit import Ownership, ownership
from generator.manifest import TENANT_LABEL
from generator.repository import name_of
from generator.spec.lifecycle import ACTIVE, LABEL, RETAIN_UNTIL
from generator.spec.removals import Guard
from generator.yaml import documents

#: The kind of each object in a file of ours, and what begins each Namespace. Where it should not have this form, it is
#: read in full, which takes a hundred times as long.
_KIND = re.compile(rb"^kind: ([^\n]+)$", re.MULTILINE)
_BEGINS = b"\nkind: Namespace\n"
_NAMESPACE = re.compile(rb"^kind: Namespace\nmetadata:\n  name: ([^\n]+)$", re.MULTILINE)
#: In the place of a phase: the file was changed by hand, so that nobody knows what of it holds.
EDITED = "edited by hand"


class Held(Struct, frozen=True):
    """A namespace as it was last rendered; ``document`` is the file that it came from, ``where`` who says so."""

    cluster: str
    name: str
    tenant: str
    document: str
    phase: str
    retain_until: str
    where: str


class Synced(Struct, frozen=True):
    """A file that a sync engine reads, before and after; ``None`` where there is none."""

    path: str
    old: bytes | None
    new: bytes | None


class Losses(Struct):
    """What vanishes, added up file by file; what vanishes here and appears there is told as both.

    ``where`` names the earlier state, for messages. ``came`` are new namespaces by cluster and document, ``fewer``
    how many objects fewer there are by document, cluster and kind, ``synced`` what becomes of the files that sync
    engines read.

    Only of a git revision: ``tenants`` are those that it had, ``files`` its tenant files that are gone, each with its
    tenant and the lifecycle that it says, and ``limits`` what its platform file allows.
    """

    where: str = "rendered/"
    gone: list[Held] = field(default_factory=list)
    came: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    fewer: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    synced: list[Synced] = field(default_factory=list)
    tenants: frozenset[str] | None = None
    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    limits: Guard | None = None

    def __bool__(self) -> bool:
        """Tell whether anything may have vanished."""
        fewer = any(number > 0 for number in self.fewer.values())
        return bool(self.gone or self.files or fewer or any(one.new is None for one in self.synced))

    def add(self, path: str, document: str, old: bytes | None, new: bytes | None) -> None:
        """Take in what becomes of one file; ``None`` where there is none. What belongs to no tenant is passed over."""
        _, cluster, *below = path.split("/")
        if below[:1] == ["sync"]:
            self.synced.append(Synced(path, old, new))
        if below[:1] != ["tenants"]:
            return
        before, after = old or b"", new or b""
        if count(before) != count(after):  # a file whose objects change their kinds and not their number loses nothing
            self._subtract(document, cluster, before, after)
        if _BEGINS in before or _BEGINS in after:
            self._compare(cluster, document, before, after)

    def _subtract(self, document: str, cluster: str, before: bytes, after: bytes) -> None:
        difference = Counter(_KIND.findall(before))
        difference.subtract(_KIND.findall(after))
        for kind, number in difference.items():
            if number:
                self.fewer[document, cluster, kind.decode()] += number

    def _compare(self, cluster: str, document: str, old: bytes, new: bytes) -> None:
        names = _NAMESPACE.findall(old)
        if names == _NAMESPACE.findall(new) and len(names) == old.count(_BEGINS):
            return
        before = {one.name: one for one in held(old, cluster, document, self.where)}
        after = {one.name for one in held(new, cluster, document, self.where)}
        self.gone += [one for name, one in before.items() if name not in after]
        self.came[cluster, document] += [name for name in after if name not in before]


def united(several: Iterable[Losses]) -> Losses:
    """Bring together what vanishes in several places."""
    whole = Losses()
    for some in several:
        whole.gone += some.gone
        whole.fewer.update(some.fewer)
        whole.synced += some.synced
        for place, names in some.came.items():
            whole.came[place] += names
    return whole


def count(data: bytes) -> int:
    """Count the objects in a file of ours."""
    return data.count(b"\nkind: ")


def held(data: bytes, cluster: str, document: str, where: str) -> Iterator[Held]:
    """Yield the namespaces of a tenant that a text of ours holds."""
    edited = ownership(data) is not Ownership.OURS
    for one in documents.parse_all(data, document):
        body = mapping(one.value)
        metadata = mapping(body.get("metadata"))
        name = metadata.get("name")
        if body.get("kind") != "Namespace" or not isinstance(name, str):
            continue
        labels, annotations = mapping(metadata.get("labels")), mapping(metadata.get("annotations"))
        phase = EDITED if edited else labels.get(LABEL, ACTIVE)
        until = annotations.get(RETAIN_UNTIL, "")
        yield Held(
            cluster, name, str(labels.get(TENANT_LABEL) or name_of(document)), document, phase, str(until), where
        )


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a value that should be a mapping; an empty one for what somebody has made of it by hand."""
    return value if isinstance(value, dict) else {}
