"""The whole program on one screen: tenant files in, checked manifests out.

    sources --survey--> entries --directory--> facts --build--> texts --compare--> changes --commit--> rendered/
                                                      manifests --judge--> findings

What was seen and made before, and has not changed since, is taken from the index. Nothing is written before
everything is known to be right.
"""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from generator import emit, plan, rendered, repository
from generator.allotment import around, ledger, overdraft
from generator.assembly import rendered_path
from generator.deletion import guard, losses
from generator.deletion.losses import Losses
from generator.deletion.vanishing import Case
from generator.finding import Finding
from generator.organisation import conflicts
from generator.organisation.directory import Directory, Entry, Facts
from generator.problems import Place
from generator.repository import Stamp
from generator.run import commons, crew, docket, index
from generator.run.commons import Output, Synced
from generator.run.crew import Crew
from generator.run.index import Index
from generator.run.outcome import Options, Outcome
from generator.run.shard import Built, Change, Shard, Surveyed
from generator.run.site import Site, read_removals, read_site, snapshots
from generator.spec import removals
from generator.yaml import documents

if TYPE_CHECKING:  # only who judges waits for what judges
    from generator.judgement.verdicts import Ground, Judge

__all__ = ["Options", "Outcome", "render"]


def render(root: Path, options: Options) -> Outcome:
    """Bring ``rendered/`` up to date with the tenant files, or (``write=False``) say what that would change."""
    with rendered.locked(root) if options.write else nullcontext():
        run = _Run(root, options, read_site(root))
        return run.unchanged() or run.everything()


class _Run:
    """One run over a repository, from the list of its files to the outcome."""

    def __init__(self, root: Path, options: Options, site: Site) -> None:
        self._root, self._options, self._site = root, options, site
        self._sources = repository.tenant_sources(root)
        self._found = rendered.scan(root)
        self._remembers = options.use_index and (root / repository.PRIVATE).is_dir()  # not in CI, nor before a render
        self._index = index.load(root, site.digest) if self._remembers else Index("")
        trusted = ((source, self._index.trusted(source)) for source in self._sources)
        self._known = {source.document: record for source, record in trusted if record is not None}
        files = self._found.files
        self._stale = {document for document, record in self._known.items() if not record.current(files)}
        self._outcome = Outcome(tenants=len(self._sources), problems=list(site.problems))
        self._digests = {document: record.digest for document, record in self._known.items()}
        self._keys: dict[str, str] = {}
        self._synced: list[Synced] = []
        self._judged = self._load_verdicts()
        self._removals, wrong = read_removals(root)
        self._outcome.problems += [*wrong, *removals.check(self._removals, options.today)]

    def unchanged(self) -> Outcome | None:
        """Return the outcome of a run in which nothing has changed since the last; ``None`` if something has."""
        if self._options.narrowed or self._outcome.problems or self._found.links or self._stale or self._options.since:
            return None
        if not len(self._sources) == len(self._known) == len(self._index.records):
            return None
        synced = self._index.synced
        wanted = {path for record in (*self._known.values(), *synced.values()) for path in record.paths}
        shared = self._site.shared.files
        files = self._found.files
        if files.keys() != wanted | shared.keys() or not all(one.current(files) for one in synced.values()):
            return None
        if any(rendered.read(str(self._root), path) != text for path, text in shared.items()):
            return None
        if not all(self._is_judged(name, record.key) for name, record in (*self._known.items(), *synced.items())):
            return None
        self._conclude(self._judged)
        self._outcome.files = len(self._found.files)
        self._outcome.problems += removals.idle(self._removals, set(map(repository.name_of, self._known)))
        return self._outcome

    def everything(self) -> Outcome:
        """Survey, build, compare, and write what has to be written."""
        fresh = [source.document for source in self._sources if source.document not in self._known]
        with Crew(self._shards(fresh)) as workers:
            surveyed = workers.each("survey")
            seen = [one for some in surveyed for one in some]
            self._digests |= {one.document: one.digest for one in seen}
            self._outcome.problems += [problem for one in seen for problem in one.problems]
            directory = self._directory(seen)
            if directory is None:
                return self._outcome
            self._outcome.problems += plan.unknown(
                self._options.tenants, self._options.clusters, directory, self._found
            )
            promises = ledger.Ledger(directory)
            conflicting = list(conflicts.check(directory, self._site.shared.homes, self._site.shared.queues))
            conflicting += overdraft.check(promises, documents.spots(self._root))
            self._outcome.problems += conflicting
            tasks = self._tasks(directory, promises)
            homes = {name: directory.entries[name].document for facts in tasks.values() for name in facts.ancestors}
            if self._options.meter is not None:
                self._options.meter.total = len(tasks)
            divided = crew.divided(tasks, [{one.document for one in some} for some in surveyed])
            write = self._options.write and not self._outcome.errors
            unsettled = frozenset(problem.place.document for problem in conflicting)
            lanes = len(divided)
            made = workers.each("build", divided, [homes] * lanes, [unsettled] * lanes, write=write)
            built = [one for some in made for one in some]
            self._outcome.problems += [problem for one in built for problem in one.problems]
            outputs = self._outputs(directory, built)
            needs = workers.each("needs")
            verdicts = workers.begin("verdicts")
            self._sync(directory, outputs, needs)
            self._judge([one for some in verdicts() for one in some.items()])
            lost = losses.united(workers.each("losses"))
            self._finish(workers, directory, built, {path for one in outputs.values() for path in one.paths}, lost)
        return self._outcome

    def _shards(self, fresh: Sequence[str]) -> list[Shard]:
        lanes = crew.size(len(fresh) + len(self._stale), self._options.jobs)
        step = max(1, -(-len(fresh) // lanes))
        return [
            Shard(
                self._root,
                fresh[lane * step : (lane + 1) * step],
                self._site.assembly,
                lane,
                0 if lane else self._options.showing,
                self._options.clusters,
                self._options.meter,
                self._judge_of_one(),
                watching=bool(self._found.files),
            )
            for lane in range(lanes)
        ]

    def _judge_of_one(self) -> "Judge | None":
        """Return what judges in one process, if anybody is to judge."""
        if not self._options.policies:
            return None
        from generator.judgement.verdicts import Judge

        return Judge(self._options.policies, self._grounds)

    def _directory(self, seen: Iterable[Surveyed]) -> Directory | None:
        """Bring all tenants together; ``None`` without a platform to hold them against."""
        if self._site.assembly is None:
            return None
        entries = index.entries(self._known.values())
        entries |= {one.document: one.entry for one in seen if one.entry is not None}
        absent = [repository.name_of(one.document) for one in seen if one.entry is None]
        return Directory((entries[document] for document in sorted(entries)), self._site.assembly.platform, absent)

    def _tasks(self, directory: Directory, promises: ledger.Ledger) -> dict[str, Facts]:
        """Return what has to be built, by document: what is new, depends on something new, or is not as it was."""
        tasks: dict[str, Facts] = {}
        for name, entry in directory.entries.items():
            if self._options.tenants and name not in self._options.tenants:
                continue
            facts = around.facts(promises, name)
            key = self._keys[entry.document] = self._key(entry, facts, directory)
            record = self._known.get(entry.document)
            is_known = record is not None and record.key == key and entry.document not in self._stale
            if not is_known or not self._is_judged(entry.document, key):
                tasks[entry.document] = facts
        return tasks

    def _key(self, entry: Entry, facts: Facts, directory: Directory) -> str:
        """Digest everything, beyond the site, that a tenant's files depend on."""
        own = self._digests[entry.document]
        if not any(facts):
            return own
        above = [directory.entries[name].document for name in facts.ancestors]  # which rendered files name
        ancestors = [(document, self._digests[document]) for document in above]
        return sha256(repr((own, ancestors, facts)).encode()).hexdigest()

    @cached_property
    def _grounds(self) -> "dict[str, Ground]":
        """What the tenants of each cluster share."""
        from generator.judgement.verdicts import Ground

        if self._site.assembly is None:
            return {}
        platform = self._site.assembly.platform
        held, problems = snapshots(self._root, platform)
        self._outcome.problems += problems
        shared = self._site.shared.manifests
        return {
            one.name: Ground(one.name, one.version, shared.get(one.name, ()), held.get(one.name, ()))
            for one in platform.clusters.values()
        }

    @cached_property
    def _docket(self) -> str:
        """What all verdicts depend on."""
        from generator.judgement import verdicts

        return f"{self._site.digest} {verdicts.digest(self._options.policies, self._grounds.values())}"

    def _load_verdicts(self) -> dict[str, docket.Entry]:
        if not self._options.policies or not self._remembers:
            return {}
        return docket.load(self._root, self._docket)

    def _is_judged(self, document: str, key: str) -> bool:
        """Tell whether there is a verdict on a tenant, or none is asked for."""
        if not self._options.policies:
            return True
        found = self._judged.get(document)
        return found is not None and found.key == key

    def _judge(self, fresh: Iterable[tuple[str, str]]) -> None:
        """Bring the verdicts of this run together with those that still hold, and keep them for the next."""
        if not self._options.policies:
            return
        known = {document: self._judged[document] for document in self._keys if document in self._judged}
        held = {document: entry for document, entry in known.items() if entry.key == self._keys[document]}
        held |= {document: docket.Entry(self._keys[document], verdict) for document, verdict in fresh}
        for one in self._synced:
            if one.folder not in held:
                verdict = commons.verdict(one, self._options.policies, self._grounds)
                held[one.folder] = docket.Entry(one.key, verdict)
        self._conclude(held)
        if self._remembers and held != self._judged:
            docket.save(self._root, self._docket, held)

    def _conclude(self, held: Mapping[str, docket.Entry]) -> None:
        if not self._options.policies:
            return
        from generator.judgement import verdicts

        texts = (held[document].verdict for document in sorted(held))
        found = verdicts.united(self._options.policies, self._grounds, texts)
        self._outcome.findings = [self._with_file(one) for one in found.findings]
        self._outcome.refused = found.refused

    def _with_file(self, finding: Finding) -> Finding:
        """Add the rendered file that a finding is about."""
        if not finding.tenant or self._site.assembly is None:
            return finding
        platform = self._site.assembly.platform
        path = rendered_path(platform, finding.cluster, finding.tenant, finding.kind, finding.place.route)
        return replace(finding, related=(*finding.related, Place(path)))

    def _outputs(self, directory: Directory, built: Iterable[Built]) -> dict[str, Output]:
        """Return what came of all tenants, as far as it is known."""
        known = {document: Output(one.paths, one.needed) for document, one in self._known.items()}
        known |= {one.document: Output(one.paths, one.needs) for one in built}
        return {name: known[one.document] for name, one in directory.entries.items() if one.document in known}

    def _sync(self, directory: Directory, outputs: Mapping[str, Output], needs: Iterable[Mapping[str, str]]) -> None:
        """Make what sync engines read, if all tenants are known that they have to be told of."""
        if self._options.tenants or self._outcome.input_errors:
            return
        known = index.known_needs(self._index)
        for some in needs:
            known |= some
        self._synced = list(commons.synced(directory, outputs, known, self._site.shared, self._options.clusters))
        self._keys |= {one.folder: one.key for one in self._synced}
        self._outcome.problems += commons.check(self._synced, directory)

    def _finish(
        self, workers: Crew, directory: Directory, built: Sequence[Built], wanted: set[str], lost: Losses
    ) -> None:
        """Write what was built if everything is right, and tell what there is to tell."""
        outcome = self._outcome
        common = self._site.shared.files | {p: text for one in self._synced for p, text in one.made.files.items()}
        shared, problems = commons.changes(self._root, self._asked(common))
        outcome.problems += problems
        outcome.changes = [change for one in built for change in one.changes] + shared
        wanted |= common.keys()
        outcome.problems += plan.blocked(wanted, self._found)
        # What a broken tenant file asks for is not known, so that nobody can say what is left over.
        if all(error.place.document == repository.REMOVALS for error in outcome.input_errors):
            outcome.deleted = self._leftovers(wanted, lost)
            for change in shared:
                lost.add(change.path, repository.PLATFORM, change.old, change.new)
            self._guard(directory, lost)
        outcome.files = sum(map(self._concerned, wanted)) if self._options.narrowed else len(wanted)
        if outcome.errors or not self._options.write:
            workers.each("abort")
            return
        stamps = self._commit(workers, shared)
        if not self._options.narrowed:
            self._remember(directory, built, stamps)

    def _asked(self, texts: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return what a run is about of the files that belong to no tenant."""
        if self._options.tenants:
            return {}
        clusters = self._options.clusters
        return {path: text for path, text in texts.items() if repository.is_output_of(path, set(), clusters)}

    def _concerned(self, path: str) -> bool:
        """Tell whether a narrowed run is about this path."""
        return repository.is_output_of(path, self._options.tenants, self._options.clusters)

    def _of_another(self, data: bytes) -> bool:
        """Tell whether a file says that it is of a tenant that the run is not about: a path can be read in two ways."""
        source = emit.source_of(data)
        return source is not None and repository.name_of(source) not in self._options.tenants

    def _leftovers(self, wanted: Collection[str], lost: Losses) -> list[str]:
        """Return the files of ours that nobody wants any more; tell of those that are not ours to delete."""
        deleted = []
        for path in sorted(self._found.files.keys() - wanted):
            if self._options.narrowed and not self._concerned(path):
                continue
            data = rendered.read(str(self._root), path) or b""
            if self._options.tenants and self._of_another(data):
                continue
            delete, problem = plan.leftover(path, data)
            if delete:
                deleted.append(path)
                lost.add(path, emit.source_of(data) or "", data, None)
            if problem is not None:
                self._outcome.problems.append(problem)
        return deleted

    def _guard(self, directory: Directory, lost: Losses) -> None:
        """Keep what may not vanish, and tell what was allowed to and is gone."""
        since, today = self._options.since, self._options.today
        case = Case(
            directory,
            [lost, *([since] if since else [])],
            self._removals,
            today,
            lambda: since.tenants if since and since.tenants else repository.names_in(self._found.files),
            lambda: sum(losses.count(rendered.read(str(self._root), path) or b"") for path in self._found.files),
        )
        self._outcome.problems += guard.problems(case)
        self._outcome.problems += removals.idle(self._removals, directory.entries, case.removed)

    def _commit(self, workers: Crew, shared: Iterable[Change]) -> dict[str, Stamp]:
        stamps: dict[str, Stamp] = {}
        for some in workers.each("commit"):
            stamps |= some
        stage = rendered.Stage(self._root, lane=-1)
        for change in shared:
            stage.add(change.path, change.new or b"")
        stamps |= stage.commit()
        rendered.delete(self._root, self._outcome.deleted)
        return stamps

    def _remember(self, directory: Directory, built: Sequence[Built], stamps: dict[str, Stamp]) -> None:
        """Save what this run saw and made."""
        written = time.time_ns() if stamps else None
        sources = {source.document: source for source in self._sources}
        entries = {entry.document: entry for entry in directory.entries.values()}
        made = {**self._found.files, **stamps}
        records = dict(self._known)
        for one in built:
            name = one.document
            if one.problems:  # a warning is told in every run, so that its tenant is looked at in each
                records.pop(name, None)
                continue
            outputs = [(path, made.get(path, "")) for path in one.paths]
            keys = (self._digests[name], self._keys[name])
            records[name] = index.record(sources[name], keys, outputs, entries[name], one.needs)
        synced = {
            it.folder: index.synced(it.folder, it.key, [(path, made.get(path, "")) for path in it.made.files], it.needs)
            for it in self._synced
        }
        index.save(self._root, Index(self._site.digest, records, synced), written)
