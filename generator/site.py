"""What all tenants of a repository have in common, read and checked: platform file, templates, snapshots."""

from dataclasses import dataclass
from pathlib import Path

from generator import documents, index, manifests, platform, repository, roles, schema, validity
from generator.assembly import NOTHING_SHARED, Assembly, Shared
from generator.manifest import Manifest
from generator.platform import Platform
from generator.problems import InputError, Problem
from generator.templates import Templates


@dataclass(frozen=True, slots=True)
class Site:
    """What tenants are made with; ``assembly`` is ``None`` where the platform file cannot be used.

    ``shared`` is what belongs to no tenant; ``digest`` covers all that every tenant's
    files depend on.
    """

    assembly: Assembly | None
    shared: Shared
    problems: tuple[Problem, ...]
    digest: str


def read_site(root: Path) -> Site:
    """Read what all tenants have in common, with every problem that it has."""
    data, problems = documents.load(root, repository.PLATFORM)
    texts, found = repository.template_texts(root)
    problems = (*problems, *found)
    digest = index.config_digest([data or b"", *(f"{name}\0{text}".encode() for name, text in texts.items())])
    if data is None:
        return Site(None, NOTHING_SHARED, problems, digest)
    document = documents.parse(data, repository.PLATFORM)
    problems = (
        *problems,
        *document.problems,
        *(schema.check(document, "platform") if document.value is not None else ()),
    )
    if any(problem.place.document == repository.PLATFORM for problem in problems):
        return Site(None, NOTHING_SHARED, problems, digest)
    made = platform.from_document(document)
    problems = (*problems, *platform.check(made, document, validity.known_versions()), *roles.check(made))
    if any(problem.place.document == repository.PLATFORM for problem in problems):
        return Site(None, NOTHING_SHARED, problems, digest)
    assembly = Assembly(made, Templates(texts))
    try:
        return Site(assembly, assembly.shared(), problems, digest)
    except InputError as error:
        return Site(assembly, NOTHING_SHARED, (*problems, *error.problems), digest)


def snapshots(root: Path, made: Platform) -> tuple[dict[str, tuple[Manifest, ...]], list[Problem]]:
    """Return what each cluster holds beside Kubernetes' own roles and ours, where the platform file says so."""
    found: dict[str, tuple[Manifest, ...]] = {}
    problems: list[Problem] = []
    for cluster in made.clusters.values():
        if cluster.snapshot:
            bodies, wrong = manifests.read([cluster.snapshot], root)
            found[cluster.name] = tuple(bodies)
            problems += wrong
    return found, problems
