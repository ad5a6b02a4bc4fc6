"""What all tenants of a repository have in common, read and checked: platform file, templates, policies, waivers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator import documents, index, platform, repository, roles, schema, validity
from generator.assembly import NOTHING_SHARED, Assembly, Shared
from generator.documents import Document
from generator.problems import InputError, Place, Problem
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
    problems = (*problems, *found, *check_beside(root))
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


def check_beside(root: Path) -> Iterator[Problem]:
    """Check the documents that stand beside the tenants: the site's policies, and its waivers."""
    for source in repository.policy_sources(root):
        document = documents.read(root, source.document)
        yield from _valid(document, "policy")
        if isinstance(document.value, dict) and document.value.get("id") not in (
            None,
            repository.name_of(source.document),
        ):
            stem = repository.name_of(source.document)
            message = f"{document.value['id']!r} is not the name of the file, {stem!r}; rename one of them"
            yield Problem(Place(source.document, ("id",)), message)
    if (root / repository.WAIVERS).exists():
        yield from _valid(documents.read(root, repository.WAIVERS), "waivers")


def _valid(document: Document, kind: str) -> Iterator[Problem]:
    yield from document.problems
    if document.value is not None:
        yield from schema.check(document, kind)
