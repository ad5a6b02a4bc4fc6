"""What the text of templates says about them before anything is rendered: the rules T1 to T15.

T6 (folding) is left to the payloads, which show whether a place breaks; T9 compares with a base, and T12 asks where
files lie.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher

from generator.gotemplate import REFUSED, nodes
from generator.launcher import jobfields, payloads, references
from generator.launcher.defect import Defect
from generator.launcher.references import COLLECTED, Call, Path, References, Written
from generator.launcher.surroundings import Surroundings
from generator.problems import Place, instead

JOB, SERVICE = "job.tpl", "service.tpl"
#: The files that a launcher starts from; all others are only included.
MAIN = (JOB, SERVICE)
#: What the API server stores in a ConfigMap at most, with some room for its own fields.
LARGEST = (1 << 20) - 1024

_HEADER = re.compile(r"# Version: (?P<version>\S+)[ \t]*\r?(?:\n|\Z)")
_ACTION = re.compile(r"\{\{-?\s*(?:/\*.*?\*/|(?P<code>(?:\"(?:\\.|[^\"\\])*\"|`[^`]*`|(?!\}\}).)*))\}\}", re.DOTALL)
_STRING = re.compile(r"\"(?:\\.|[^\"\\])*\"|`[^`]*`", re.DOTALL)
_WORD = re.compile(r"(?<![.$\w])[A-Za-z]\w*")

#: Functions after which a text cannot change the YAML around it.
_QUOTING = frozenset(
    (
        "quote",
        "toYaml",
        "toJson",
        "toPrettyJson",
        "toRawJson",
        "mustToJson",
        "b64enc",
        "b32enc",
        "sha256sum",
        "sha1sum",
        "adler32sum",
        "int",
        "int64",
        "float64",
        "add",
        "add1",
        "addf",
        "mul",
        "mulf",
        "max",
        "min",
        "len",
        "atoi",
        "ceil",
        "floor",
        "round",
    )
)  # fmt: skip - a table


def texts(files: Mapping[str, str], around: Surroundings) -> Iterator[Defect]:
    """Judge what can be seen without parsing: headers, characters, sizes, functions that may not be called."""
    yield from _headers(files, around)
    for name, text in sorted(files.items()):
        yield from _characters(name, text)
        yield from _functions(name, text)
        if around.through_helm and "{{" in text:
            place = _at(name, text, text.index("{{"))
            yield Defect("T13", place, "'{{' is read by Helm before the launcher sees it")
    size = sum(len(text.encode("utf-8", "surrogatepass")) for text in files.values())
    if size > LARGEST:
        place = Place(max(sorted(files), key=lambda name: len(files[name])), (), 1, 1)
        yield Defect("T14", place, f"the templates have {size} bytes together; a ConfigMap takes {LARGEST}")


def trees(parsed: Mapping[str, nodes.Tree], around: Surroundings) -> Iterator[Defect]:
    """Judge parsed templates: what they read, call, declare and write."""
    for name in sorted(set(MAIN) & parsed.keys()):
        found = references.find(parsed, name)
        yield from _reads(found, around)
        yield from _calls(found, parsed, around)
        for shadow in found.shadows:
            yield Defect(
                "T8",
                shadow.place,
                f"':=' declares a new {shadow.name}, which ends with its block; "
                f"the one of line {shadow.outer.line} keeps its value",
            )
        for written in found.written:
            yield from _raw(written)


def lost(base: Mapping[str, str], files: Mapping[str, str]) -> Iterator[Defect]:
    """Find lines of base templates that are gone without another in their place (T9), one defect for each run."""
    for name in sorted(base.keys() & files.keys()):
        before, after = ([line.strip() for line in text.splitlines()] for text in (base[name], files[name]))
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        for tag, start, end, at, _ in matcher.get_opcodes():
            gone = [line for line in before[start:end] if line]
            if tag == "delete" and gone:
                lines = f"line {start + 1}" if end == start + 1 else f"lines {start + 1} to {end}"
                message = f"{lines} of the base template are gone, from {gone[0][:60]!r} on"
                yield Defect("T9", Place(name, (), min(at + 1, len(after) or 1), 1), message)


def unmounted(folder: str, scratch_paths: Iterable[str]) -> Iterator[Defect]:
    """Say that a folder of templates is none that a launcher reads (T12); *scratch_paths* are those that it does."""
    paths = sorted(scratch_paths)
    if paths and folder not in paths:
        yield Defect("T12", Place(folder), f"no cluster has this folder as its scratch-path; {instead(folder, paths)}")


def version_of(text: str) -> str | None:
    """Return the version in the first line of a template; ``None`` if it has none."""
    header = _HEADER.match(text.removeprefix("\ufeff"))
    return header["version"] if header else None


# -- texts


def _headers(files: Mapping[str, str], around: Surroundings) -> Iterator[Defect]:
    versions = {name: version_of(files[name]) for name in MAIN if name in files}
    for name, version in versions.items():
        yield from _header(Place(name, (), 1, 1), version, around)
    if len(set(versions.values()) - {None}) > 1:
        told = " and ".join(f"{name} has {version}" for name, version in versions.items())
        yield Defect("T1", Place(SERVICE, (), 1, 1), f"{told}; both must have the same version")


def _header(place: Place, version: str | None, around: Surroundings) -> Iterator[Defect]:
    if version is None:
        yield Defect("T1", place, f"the first line is not '# Version: {around.version}'")
    elif not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4}){0,2}", version):
        yield Defect("T1", place, f"{version!r} is no version; {instead(version, jobfields.VERSIONS)}")
    elif jobfields.major(version) != jobfields.major(around.version):
        yield Defect("T1", place, f"version {version} does not suit a launcher that wants {around.version}")
    elif jobfields.rank(version) < jobfields.rank(around.version):
        message = f"version {version} is older than {around.version}, which the product brings"
        yield Defect("T1", place, message, severity="warning")


def _characters(name: str, text: str) -> Iterator[Defect]:
    if text.startswith("\ufeff"):
        yield Defect("T15", Place(name, (), 1, 1), "the text starts with a byte order mark")
    if "\r" in text:
        yield Defect(
            "T15", _at(name, text, text.index("\r")), "lines end with CR; only LF ends a line for the launcher"
        )
    code = {offset for action in _ACTION.finditer(text) for offset in range(*action.span())} if "\t" in text else set()
    tabs = [found.start() for found in re.finditer("\t", text) if found.start() not in code]
    if tabs:
        more = f", and {len(tabs) - 1} more" if len(tabs) > 1 else ""
        yield Defect("T15", _at(name, text, tabs[0]), f"a tab stands here{more}; YAML is not indented by tabs")


def _functions(name: str, text: str) -> Iterator[Defect]:
    """Find functions that no template may call, even in one that cannot be parsed."""
    for action in _ACTION.finditer(text):
        code = _STRING.sub(lambda found: " " * len(found[0]), action["code"] or "")
        for word in _WORD.finditer(code):
            place = _at(name, text, action.start("code") + word.start())
            if word[0] in REFUSED:
                yield Defect("T3", place, f"{word[0]} must not be called: {REFUSED[word[0]]}")


def _at(name: str, text: str, offset: int) -> Place:
    return Place(name, (), text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


# -- trees


def _reads(found: References, around: Surroundings) -> Iterator[Defect]:
    told: set[tuple[Path, Place]] = set()
    for read in found.reads:
        if not read.path or (read.path, read.place) in told or read.path[0] == COLLECTED:
            continue
        told.add((read.path, read.place))
        foreign = next((key for key in read.path if key in _HELM), None)
        if foreign is not None or read.path[0] != "Job":
            shown = "." + (foreign or read.path[0])
            yield Defect(
                "T4", read.place, f"{shown} is nothing to the launcher: only .Job is there, so this is always empty"
            )
        elif len(read.path) > 1:
            yield from _field(read.path[1:], read.place, around)


#: What Helm has at the top of its data, and the launcher has not.
_HELM = frozenset(("Values", "Release", "Chart", "Capabilities", "Files", "Template"))


def _field(path: Path, place: Place, around: Surroundings) -> Iterator[Defect]:
    since, name = jobfields.known(path), jobfields.written(path)
    if since is None:
        near = _RENAMED.get(name)
        remedy = f"write .Job.{near}" if near else instead(name, list(jobfields.names()))
        yield Defect("T5", place, f"jobs have no field .Job.{name}; {remedy}")
    elif jobfields.rank(since) > jobfields.rank(around.version):
        yield Defect(
            "T5", place, f"jobs have .Job.{name} since version {since} only, and the product is of {around.version}"
        )


#: Names in old documentation that templates never had.
_RENAMED = {"container.runAsUser": "container.runAsUserId", "container.runAsGroup": "container.runAsGroupId"}


def _calls(found: References, parsed: Mapping[str, nodes.Tree], around: Surroundings) -> Iterator[Defect]:
    for call in found.calls:
        if call.function == "exec":
            yield from _program(call, around)
        elif call.function == "groups":
            yield Defect(
                "T11", call.place, "groups asks the node of the launcher, which may not know the user's directory"
            )
        elif call.function == "include" and call.arguments and call.arguments[0] not in (None, *parsed):
            names = sorted(set(parsed) - set(MAIN))
            yield Defect(
                "T10", call.place, f"nobody defines {call.arguments[0]!r}; {instead(call.arguments[0], names)}"
            )


def _program(call: Call, around: Surroundings) -> Iterator[Defect]:
    program = call.arguments[0] if call.arguments else None
    if program not in around.programs:
        shown = f"the program {program!r}" if isinstance(program, str) else "a program that the template works out"
        yield Defect("T2", call.place, f"exec runs {shown} beside the launcher, for every job, with what users type")
    for argument in call.arguments[1:]:
        if isinstance(argument, str) and re.match(r"\.[A-Z]\w*\.", argument):
            yield Defect(
                "T2",
                call.place,
                f"{argument!r} in quotes is a text, which the program gets as it stands",
                fix=f"write {argument} without quotes to hand over the value",
                severity="warning",
            )


def _raw(written: Written) -> Iterator[Defect]:
    """Find a text of a user's choice that goes into the YAML as it is (T7)."""
    if _QUOTING.intersection(written.functions):
        return
    for field in sorted({field for path in written.paths if (field := chosen(path)) is not None})[:1]:
        message = f".Job.{field} is written as it is: a line break or ': ' in it changes the YAML around it"
        yield Defect("T7", written.place, message)


def chosen(path: Path) -> str | None:
    """Return the field of a user's choice that a path leads into; ``None`` if it leads into none."""
    path = path[1:] if path[:1] == (COLLECTED,) else path
    if path[:1] != ("Job",) or len(path) == 1:
        return None
    name = jobfields.written(path[1:])
    fields = (*payloads.fields(), *payloads.IN_SHELL)
    return max((field for field in fields if name.startswith(field)), key=len, default=None)


def writers(found: References, field: str) -> Iterator[Place]:
    """Yield the places that write a field, those first that do not quote it."""
    reading = [written for written in found.written if any(chosen(path) == field for path in written.paths)]
    for written in sorted(reading, key=lambda one: bool({"quote", "toJson"}.intersection(one.functions))):
        yield written.place
