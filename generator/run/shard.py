"""Some of the tenants, carried from their files to their manifests in one process.

A shard reads and checks its tenants (``survey``), learns what they have to know of the others, builds and compares
their files (``build``), and moves new ones into place (``commit``) or forgets them (``abort``). Between the steps
it keeps each tenant as a few hundred bytes, so that memory does not grow with what is rendered.
"""

import marshal
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct, field

from generator import credentials, plan, rendered, repository
from generator.assembly import Assembly
from generator.deletion.losses import Losses
from generator.manifest import Manifest
from generator.organisation import bounds, tree
from generator.organisation.directory import Entry, Facts, entry
from generator.placement import placement
from generator.plan import Verdict
from generator.problems import InputError, Place, Problem
from generator.repository import Stamp
from generator.run import salvage
from generator.run.meter import Meter
from generator.spec import tenant
from generator.spec.platform import Platform
from generator.spec.tenant import Tenant
from generator.sync.needs import Ledger
from generator.validation import schema
from generator.yaml import documents

if TYPE_CHECKING:  # only who judges waits for what judges
    from generator.judgement.verdicts import Judge

#: Of a tenant that gets nothing.
NO_NEEDS: Mapping[str, str] = {}


class Surveyed(Struct, frozen=True):
    """One tenant file as it was read; ``entry`` is ``None`` where it cannot be used."""

    document: str
    digest: str
    entry: Entry | None
    problems: tuple[Problem, ...]


class Change(NamedTuple):
    """A file that is not what it should be; ``old`` and ``new`` are kept for a few, to be shown."""

    path: str
    verdict: Verdict
    old: bytes | None
    new: bytes | None


class Built(NamedTuple):
    """What came of one tenant file: the paths of all its outputs, and those that have to change.

    ``needs`` are the names of what it takes to apply them, by cluster; see :meth:`Shard.needs`.
    """

    document: str
    paths: tuple[str, ...]
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    needs: Mapping[str, str] = NO_NEEDS


class Shard(Struct):
    """The tenants of some documents.

    *showing* is how many changed files are kept to be shown; *clusters* are those whose files are looked at, all
    of them if none is named. *watching* has it note what would vanish, where there is something that can.
    """

    root: Path
    documents: Sequence[str]
    assembly: Assembly | None
    lane: int = 0
    showing: int = 0
    clusters: frozenset[str] = frozenset()
    meter: Meter | None = None
    judge: "Judge | None" = None
    watching: bool = False
    _losses: Losses = field(default_factory=Losses)
    _values: dict[str, bytes] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _resolved: dict[str, Tenant] = field(default_factory=dict)
    _unsettled: Collection[str] = ()
    _stage: rendered.Stage | None = None
    _ledger: Ledger = field(default_factory=Ledger)

    def survey(self) -> list[Surveyed]:
        """Read and check every document by itself."""
        return [self._survey(document) for document in self.documents]

    def _survey(self, document: str) -> Surveyed:
        data, problems = documents.load(self.root, document)
        if data is None:
            return Surveyed(document, "", None, problems)
        digest = sha256(data).hexdigest()
        found = documents.parse(data, document)
        value: Any = found.value
        leaked = tuple(credentials.problems(data, document))
        problems = (*schema.problems(found, "tenant"), *leaked)
        if not problems:
            problems = tuple(_misnamed(document, value))
        if problems:
            platform = self.assembly.platform if self.assembly else None
            more = salvage.further(value, document, problems, platform) if platform else ()
            return Surveyed(document, digest, None, (*problems, *more))
        self._values[document] = marshal.dumps(value)
        return Surveyed(document, digest, entry(value, document), ())

    def build(
        self, tasks: Mapping[str, Facts], homes: Mapping[str, str], unsettled: Collection[str], *, write: bool
    ) -> list[Built]:
        """Build the files of the tenants in *tasks* (by document) and compare them with what lies there.

        *homes* says in which document each ancestor is. Tenants in *unsettled* documents are at odds with others:
        they are checked, and nothing is built that would repeat the trouble. With *write*, changed files are staged.
        """
        self._stage = rendered.Stage(self.root, self.lane) if write else None
        self._names = dict(homes)
        self._unsettled = unsettled
        built = []
        for document, facts in tasks.items():
            built.append(self._build(document, facts))
            if self.meter is not None:
                self.meter.advance(self.lane)
        return built

    def _build(self, document: str, facts: Facts) -> Built:
        problems: list[Problem] = []
        try:
            texts = self._texts(document, facts, problems.append)
        except InputError as error:
            return Built(document, (), (), (*error.problems, *problems))
        changes: list[Change] = []
        root = str(self.root)
        if self.clusters:
            texts = {path: text for path, text in texts.items() if repository.is_output_of(path, set(), self.clusters)}
        for path, text in texts.items():
            found = rendered.read(root, path)
            verdict = plan.judge(text, found)
            if verdict is Verdict.SAME:
                continue
            if self.watching:
                self._losses.add(path, document, found, text)
            objection = plan.objection(path, verdict, document)
            if objection is not None:
                problems.append(objection)
            elif self._stage is not None:
                self._stage.add(path, text)
            shown = self.showing > 0
            self.showing -= shown
            changes.append(Change(path, verdict, found if shown else None, text if shown else None))
        return Built(document, tuple(texts), tuple(changes), tuple(problems), self._ledger.of(document))

    def _texts(self, document: str, facts: Facts, warn: Callable[[Problem], None]) -> dict[str, bytes]:
        """Build, check and write out all files of a tenant; raise :class:`InputError` for what is wrong."""
        if self.assembly is None:
            raise AssertionError("nothing is built without a platform")
        platform = self.assembly.platform
        own = self._tenant(document)
        ancestors = self._above(facts.ancestors, platform)
        resolved = tree.resolve(own, ancestors[:1], platform)
        problems = [*tenant.check(own), *tree.check(own, resolved, platform), *bounds.check(own, ancestors, platform)]
        problems += placement.check(resolved, facts.share)
        for risk in tree.risks(own, ancestors):
            warn(risk)
        if problems:
            raise InputError(problems)
        if document in self._unsettled:
            return {}
        return self.assembly.files(resolved, facts, partial(self._hear, document), warn)

    def _hear(self, document: str, cluster: str, manifests: Sequence[Manifest]) -> None:
        self._ledger.hear(document, cluster, manifests)
        if self.judge is not None:
            self.judge.hear(document, cluster, manifests)

    def needs(self) -> dict[str, str]:
        """Return what the names stand for of what it takes to apply what was built."""
        return self._ledger.known

    def verdicts(self) -> dict[str, str]:
        """Return what was found in what was built, by document."""
        return self.judge.verdicts() if self.judge is not None else {}

    def losses(self) -> Losses:
        """Return what vanishes from the files that were built."""
        return self._losses

    def _tenant(self, document: str) -> Tenant:
        packed = self._values.get(document)
        if packed is not None:
            return tenant.from_value(marshal.loads(packed), document)
        found = documents.read(self.root, document)
        if found.problems or not schema.decider("tenant")(found.value):
            raise InputError([Problem(Place(document), "the file changed while it was read; run again")])
        value: Any = found.value
        return tenant.from_value(value, document)

    def _above(self, names: Sequence[str], platform: Platform) -> list[Tenant]:
        """Return the ancestors of these names, nearest first, each resolved once."""
        known = self._resolved
        for at in reversed(range(len(names))):
            if names[at] not in known:
                above = [known[name] for name in names[at + 1 : at + 2]]
                known[names[at]] = tree.resolve(self._tenant(self._names[names[at]]), above, platform)
        return [known[name] for name in names]

    def commit(self) -> dict[str, Stamp]:
        """Move the staged files into place; return their stamps."""
        return self._stage.commit() if self._stage is not None else {}

    def abort(self) -> None:
        """Forget the staged files."""
        if self._stage is not None:
            self._stage.abort()


def _misnamed(document: str, value: Mapping[str, Any]) -> Iterator[Problem]:
    """Ask that a tenant can be found by the name of its file."""
    name = value["metadata"]["name"]
    stem = document.rpartition("/")[2].rpartition(".")[0]
    if stem != name:
        message = f"{name!r} is not the name of the file, {stem!r}; rename one of them"
        yield Problem(Place(document, ("metadata", "name")), message)
