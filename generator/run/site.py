"""What all tenants of a repository have in common, read and checked: platform file, presets, templates, snapshots."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from generator import credentials, repository
from generator.assembly import NOTHING_SHARED, Assembly, Shared
from generator.launcher import preset
from generator.launcher.bundle import Presets
from generator.launcher.preset import Preset
from generator.problems import InputError, Place, Problem
from generator.run import index
from generator.spec import platform, removals, roles, sops, templates
from generator.spec.platform import Platform
from generator.spec.removals import Removal
from generator.spec.sops import SopsFile
from generator.spec.templates import Templates
from generator.validation import schema, validity
from generator.yaml import documents

if TYPE_CHECKING:
    from generator.access.lists import Item


class Site(Struct, frozen=True, dict=True):
    """What tenants are made with; ``assembly`` is ``None`` where the platform file cannot be used.

    ``shared`` is what belongs to no tenant; ``texts`` are what it was read from.
    """

    assembly: Assembly | None
    shared: Shared
    problems: tuple[Problem, ...]
    texts: tuple[bytes, ...]

    @cached_property
    def digest(self) -> str:
        """Tell one state of all that every tenant's files depend on from another; only what is kept asks for it."""
        return index.config_digest(self.texts)


def read_site(root: Path) -> Site:
    """Read what all tenants have in common, with every problem that it has."""
    data, problems = documents.load(root, repository.PLATFORM)
    texts, found = repository.template_texts(root)
    own, wrong, read = read_presets(root)
    encrypted, unsound = read_sops(root)
    problems = (*problems, *found, *wrong, *unsound, *_credentials(data, texts))
    parts = [f"{name}\0{text}".encode() for name, text in texts.items()]
    parts += [b"%b\0%b" % (document.encode(), file.data) for document, file in encrypted.items()]
    sources = (data or b"", *parts, *read)
    if data is None:
        return Site(None, NOTHING_SHARED, problems, sources)
    document = documents.parse(data, repository.PLATFORM)
    problems = (*problems, *schema.problems(document, "platform"))
    if any(problem.place.document == repository.PLATFORM for problem in problems):
        return Site(None, NOTHING_SHARED, problems, sources)
    made = platform.from_document(document, own)
    problems = (*problems, *platform.check(made, document, validity.known_versions()), *roles.check(made))
    if any(problem.place.document == repository.PLATFORM for problem in problems):
        return Site(None, NOTHING_SHARED, problems, sources)
    assembly = Assembly(made, Templates(texts), encrypted)
    try:
        return Site(assembly, assembly.shared(), problems, sources)
    except InputError as error:
        return Site(assembly, NOTHING_SHARED, (*problems, *error.problems), sources)


def _credentials(data: bytes | None, texts: Mapping[str, str]) -> Iterator[Problem]:
    """Find credentials in the platform file and in templates."""
    if data is not None:
        yield from credentials.problems(data, repository.PLATFORM)
    for name, text in texts.items():
        yield from credentials.problems(text.encode(), templates.path(name))


def read_sops(root: Path) -> tuple[dict[str, SopsFile], list[Problem]]:
    """Return the files of encrypted secrets, by their paths, and what is wrong with them."""
    found: dict[str, SopsFile] = {}
    problems: list[Problem] = []
    for source in repository.sops_sources(root):
        data, wrong = documents.load(root, source.document)
        file, unsound = sops.read(data, source.document) if data is not None else (None, ())
        problems += [*wrong, *unsound]
        if file is not None:
            found[source.document] = file
    return found, problems


def read_presets(root: Path) -> tuple[Presets, list[Problem], list[bytes]]:
    """Return the presets of a site, what is wrong with its own, and what its files hold, each with its name."""
    own: dict[str, Preset] = {}
    problems: list[Problem] = []
    texts: list[bytes] = []
    for source in repository.preset_sources(root):
        data, unread = documents.load(root, source.document)
        texts.append(b"%b\0%b" % (source.document.encode(), data or b""))
        wrong = [*unread]
        if data is not None:
            document = documents.parse(data, source.document)
            wrong += schema.problems(document, "preset")
            value: Any = document.value
            if not wrong:
                from generator.launcher import promises  # few sites have presets of their own

                made = preset.from_value(value)
                wrong += [*_misnamed(made, source.document), *promises.check(made, Place(source.document))]
                own[made.name] = made
        problems += wrong
    return Presets(own), problems, texts


def _misnamed(made: Preset, document: str) -> Iterator[Problem]:
    """Ask that a preset can be found by the name of its file, which also keeps two from having one name."""
    stem = repository.name_of(document)
    if stem != made.name:
        place = Place(document, ("name",))
        yield Problem(place, f"{made.name!r} is not the name of the file, {stem!r}; rename one of them")


def snapshots(root: Path, made: Platform) -> tuple["dict[str, tuple[Item, ...]]", list[Problem]]:
    """Return what each cluster holds beside Kubernetes' own roles and ours, where the platform file says so."""
    from generator import manifests  # few clusters have one

    found: dict[str, tuple[Item, ...]] = {}
    problems: list[Problem] = []
    for cluster in made.clusters.values():
        if cluster.snapshot:
            bodies, wrong = manifests.read([cluster.snapshot], root)
            found[cluster.name] = tuple(bodies)
            problems += wrong
    return found, problems


def read_removals(root: Path) -> tuple[tuple[Removal, ...], list[Problem]]:
    """Return what somebody has agreed to have removed."""
    if not (root / repository.REMOVALS).exists():
        return (), []
    document = documents.read(root, repository.REMOVALS)
    wrong = [*schema.problems(document, "removals")]
    value: Any = document.value
    return (() if wrong else removals.from_value(value, document.name)), wrong
