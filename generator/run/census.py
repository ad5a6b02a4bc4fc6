"""All tenants of a repository, for commands that ask about them together: from the index, or from their files.

What is wrong in a single file is not told here, but for what keeps it from being read; ``tenantry check`` tells that.
"""

from collections.abc import Iterable
from pathlib import Path

from generator import repository
from generator.organisation.directory import Directory, Entry
from generator.problems import InputError, Problem
from generator.run import index
from generator.run.shard import Shard
from generator.run.site import Site, read_site


def read(root: Path, site: Site | None = None, instead: Iterable[Entry] = ()) -> tuple[Directory, tuple[Problem, ...]]:
    """Return all tenants, and what is wrong with the files of those that are missing.

    Tenants in *instead* take the places of those of the same name. Raise :class:`InputError` without a platform.
    """
    site = site or read_site(root)
    if site.assembly is None:
        raise InputError(site.problems)
    known = index.load(root, site.digest)
    sources = repository.tenant_sources(root)
    records = [record for source in sources if (record := known.trusted(source)) is not None]
    entries = index.entries(records)
    fresh = [source.document for source in sources if source.document not in entries]
    seen = Shard(root, fresh, site.assembly).survey()
    entries |= {one.document: one.entry for one in seen if one.entry is not None}
    replaced = {entry.name: entry for entry in instead}
    kept = [entry for _, entry in sorted(entries.items()) if entry.name not in replaced]
    absent = {repository.name_of(one.document) for one in seen if one.entry is None} - replaced.keys()
    problems = tuple(problem for one in seen for problem in one.problems if repository.name_of(one.document) in absent)
    return Directory([*kept, *replaced.values()], site.assembly.platform, absent), problems
