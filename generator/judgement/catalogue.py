"""The policies that hold in a repository: those that ship with the program, and the site's own over them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from generator import repository, shipped
from generator.access import customs as lists
from generator.access.customs import CustomResource
from generator.finding import Policy, Waiver
from generator.judgement import policy, waivers
from generator.problems import InputError, Place, Problem, instead
from generator.rules.shapes import expanded
from generator.yaml import documents
from generator.yaml.documents import Document, Value

if TYPE_CHECKING:
    from generator.judgement.benchmark import Benchmark

#: What stands above it decides; the examples are three quarters of a file.
_EXAMPLES = b"\nexamples:"


def read(root: Path, *, examples: bool = True) -> tuple[list[Policy], list[Problem]]:
    """Return the policies in order of their ids.

    A site's policy replaces the shipped one of the same id; one under ``policies/adjustments/`` changes its severity
    or parameters. The custom resources that their grants mean are listed in them. Without *examples*, shipped ones are
    read only as far as they decide, and taken for what our tests have found them to be.
    """
    policies: dict[str, Policy] = {}
    problems: list[Problem] = []
    folder = shipped.policies()
    if folder.resolve() != (root / repository.POLICIES).resolve():
        files = sorted(folder.glob("*.yaml"), key=lambda path: path.name)
        known = {} if examples else shipped.remembered("policies", files, lambda: _decisive_parts(files))
        for path in files:
            value = known.get(path.name)
            made = {value["id"]: policy.from_value(value, Place(path.name))} if value else None
            policies |= made or _policy(documents.read(folder, path.name), problems)
    own = repository.policy_sources(root)
    for source in sorted(own, key=lambda source: source.document.startswith(f"{repository.ADJUSTMENTS}/")):
        document = documents.read(root, source.document)
        adjusts = source.document.startswith(f"{repository.ADJUSTMENTS}/")
        policies |= _adjusted(document, policies, problems) if adjusts else _policy(document, problems)
    listed, wrong = customs(root)
    policies = {one.id: replace(one, parameters=expanded(one.parameters, listed)) for one in policies.values()}
    return [policies[name] for name in sorted(policies)], [*problems, *wrong]


def _decisive_parts(files: Iterable[Path]) -> dict[str, Any]:
    """Return shipped policies by the names of their files, without examples, and without what is none any more."""
    found: dict[str, Any] = {}
    for path in files:
        data, _ = documents.load(path.parent, path.name)
        document = documents.parse((data or b"").partition(_EXAMPLES)[0] + b"\n", path.name)
        if isinstance(document.value, dict) and not document.problems:
            found[path.name] = {**document.value, "examples": {"passes": [], "fails": []}}
    return found


def _policy(document: Document, problems: list[Problem]) -> dict[str, Policy]:
    """Return the policy of a document by its id; add what is wrong with it."""
    wrong = _unsound(document, "policy")
    value: Any = document.value
    if not wrong:
        made = policy.from_value(value, Place(document.name))
        wrong = [*_misnamed(document, made.id), *policy.check(made)]
    problems += wrong
    return {} if wrong else {made.id: made}


def _adjusted(document: Document, known: Mapping[str, Policy], problems: list[Problem]) -> dict[str, Policy]:
    wrong = _unsound(document, "adjustment")
    value: Any = document.value
    if not wrong:
        wrong = [*_misnamed(document, value["id"])]
    if not wrong and value["id"] not in known:
        place = Place(document.name, ("id",))
        wrong = [Problem(place, f"{value['id']!r} is not a policy; {instead(value['id'], known)}")]
    if not wrong:
        made = policy.adjusted(known[value["id"]], value, Place(document.name))
        wrong = [replace(one, place=Place(document.name, one.place.route)) for one in policy.check(made)]
    problems += wrong
    return {} if wrong else {made.id: made}


def _misnamed(document: Document, name: str) -> Iterator[Problem]:
    """Ask that a policy can be found by the name of its file."""
    stem = repository.name_of(document.name)
    if stem != name:
        place = Place(document.name, ("id",))
        yield Problem(place, f"{name!r} is not the name of the file, {stem!r}; rename one of them")


def _unsound(document: Document, kind: str) -> list[Problem]:
    from generator.validation import schema  # few repositories have policies of their own

    return [*schema.problems(document, kind)]


def with_base(policies: Sequence[Policy], base: Sequence[Policy], revision: str) -> list[Policy]:
    """Return the policies with those of a base that are not the same: what a change drops or softens holds for it."""
    known = {_decisive(one) for one in policies}
    kept = [one for one in base if _decisive(one) not in known]
    return [*policies, *(replace(one, title=f"{one.title} (as in {revision})") for one in kept)]


def _decisive(policy: Policy) -> str:
    return repr((policy.id, sorted(policy.severities.items()), policy.rule, policy.parameters))


def choose(policies: Sequence[Policy], selected: Collection[str], ignored: Collection[str]) -> list[Policy]:
    """Return the selected policies (all, if none is) without the ignored ones; refuse names that no policy has."""
    names = {name: one.id for one in policies for name in one.names}
    unknown = [("--select", name) for name in selected if name not in names]
    unknown += [("--ignore", name) for name in ignored if name not in names]
    if unknown:
        problems = [
            Problem(Place(where), f"{name!r} is not a policy; {instead(name, {*names.values()})}")
            for where, name in unknown
        ]
        raise InputError(problems)
    return [one for one in policies if not {*one.names} & {*ignored} and (not selected or {*one.names} & {*selected})]


def benchmarks() -> tuple[str, ...]:
    """Return the ids of the benchmarks that there are."""
    return tuple(sorted(path.stem for path in shipped.benchmarks().glob("*.yaml")))


def read_benchmark(name: str, version: str | None) -> "Benchmark":
    """Return a benchmark by its id, in a version (``None``: the newest); refuse a version that it does not have."""
    from generator.judgement import benchmark

    value: Any = documents.read(shipped.benchmarks(), f"{name}.yaml").value
    versions = value["versions"]
    if version is not None and version not in versions:
        message = f"{version!r} is not a version of {name}; {instead(version, versions)}"
        raise InputError([Problem(Place("--benchmark-version"), message)])
    return benchmark.from_value(value, version or versions[0], f"{name}.yaml")


def accepted(root: Path) -> tuple[tuple[Waiver, ...], list[Problem]]:
    """Return the repository's waivers."""
    if not (root / repository.WAIVERS).exists():
        return (), []
    document = documents.read(root, repository.WAIVERS)
    problems = _unsound(document, "waivers")
    value: Any = document.value
    return (() if problems else waivers.from_value(value, document.name)), problems


def customs(root: Path) -> tuple[tuple[CustomResource, ...], list[Problem]]:
    """Return the custom resources that lead somewhere: those that ship, with the repository's own over them."""
    shipped_file = shipped.policies() / "data" / "custom-resources.yaml"
    value = shipped.remembered(shipped_file.stem, [shipped_file], lambda: _sound(shipped_file))
    problems: list[Problem] = []
    listed = lists.from_value(value, shipped_file.name) if value else ()
    if not value:  # our tests ask whether it is valid, but it may be somebody's work in progress
        document = documents.read(shipped_file.parent, shipped_file.name)
        listed, problems = _customs(document, list(document.problems))
    own_file = root / repository.CUSTOM_RESOURCES
    if not own_file.exists() or own_file.resolve() == shipped_file.resolve():
        return lists.united(listed, ()), problems
    document = documents.read(root, repository.CUSTOM_RESOURCES)
    own, wrong = _customs(document, _unsound(document, "custom-resources"))
    return lists.united(listed, own), [*problems, *wrong]


def _sound(path: Path) -> Value:
    """Return what a shipped file says; ``None`` where something is wrong with it."""
    document = documents.read(path.parent, path.name)
    return None if document.problems else document.value


def _customs(document: Document, problems: list[Problem]) -> tuple[tuple[CustomResource, ...], list[Problem]]:
    value: Any = document.value
    return (() if problems else lists.from_value(value, document.name)), problems
