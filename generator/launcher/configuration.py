"""The four files of a Posit Job Launcher's Kubernetes plugin: from plain values to texts, back, and what is risky.

One plugin makes jobs in one namespace, so that each tenant has a named ``[cluster]`` of its own, with its own
configuration, profiles, sizes, scratch folder and token. The same values give the same bytes; sections stay in the
order that they have, for it is what people see and what precedence may follow. A token is never written: only the
path to its file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from generator.launcher import ini, options, profilelint, profiles, sizes
from generator.launcher.ini import FLAT, SECTIONS, SERVICE, Entry, Text
from generator.launcher.profilelint import NOTHING, Told
from generator.problems import Place, Problem

SERVICE_FILE = "launcher.conf"
KUBERNETES_FILE = "launcher.kubernetes.conf"
PROFILES_FILE = "launcher.kubernetes.profiles.conf"
SIZES_FILE = "launcher.kubernetes.resources.conf"

#: File -> how it is read.
DIALECTS: Mapping[str, ini.Dialect] = {
    SERVICE_FILE: SERVICE,
    KUBERNETES_FILE: FLAT,
    PROFILES_FILE: SECTIONS,
    SIZES_FILE: SECTIONS,
}

#: Sections as they stand in a file: a name, and keys with their values.
Sections = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]

#: Options of ``launcher.kubernetes.conf`` that have a field of their own.
_OWN = ("kubernetes-namespace", "profile-config", "scratch-path")


class Posit(Struct, frozen=True):
    """One plugin: the ``[cluster]`` of this name, which makes jobs in this namespace.

    ``folder`` is where the files are mounted for the Launcher. ``options`` are others of ``launcher.kubernetes.conf``.
    ``use-templating`` is always written, as is each path, so that no two clusters share a default.
    """

    cluster: str
    namespace: str
    folder: str
    scratch_path: str
    profiles: Sections = ()
    sizes: Sections = ()
    options: tuple[tuple[str, str], ...] = ()

    @property
    def config_file(self) -> str:
        """The path of ``launcher.kubernetes.conf``."""
        return f"{self.folder}/{KUBERNETES_FILE}"


def texts(posit: Posit) -> dict[str, str]:
    """Write the files: a fragment of ``launcher.conf``, and the three that the plugin reads.

    ``ValueError`` for what no file can hold or must not, which `refuse` says of values that people write.
    """
    if any(key in ini.SECRET for key, _ in posit.options):
        raise ValueError("a token is never written into a file; write auth-token-path")
    cluster = (("name", posit.cluster), ("type", "Kubernetes"), ("config-file", posit.config_file))
    return {
        SERVICE_FILE: ini.write([("cluster", cluster)], SERVICE),
        KUBERNETES_FILE: ini.write([("", options.ordered(_kubernetes(posit), options.KUBERNETES))], FLAT),
        PROFILES_FILE: ini.write(_ordered(posit.profiles, options.PROFILE)),
        SIZES_FILE: ini.write(_ordered(posit.sizes, options.RESOURCE)),
    }


def _kubernetes(posit: Posit) -> tuple[tuple[str, str], ...]:
    given = dict(posit.options)
    own = {
        "kubernetes-namespace": posit.namespace,
        "profile-config": f"{posit.folder}/{PROFILES_FILE}",
        "scratch-path": posit.scratch_path,
    }
    return tuple(({"use-templating": "1"} | given | own).items())


def _ordered(sections: Sections, table: options.Options) -> Sections:
    return tuple([(name, options.ordered(entries, table)) for name, entries in sections])


# -- from texts


def read(files: Mapping[str, str], names: Mapping[str, str] | None = None) -> dict[str, Text]:
    """Read the files, by the names that the product gives them; *names* says what to call them in problems."""
    return {file: ini.read(text, (names or {}).get(file, file), DIALECTS[file]) for file, text in files.items()}


def from_texts(files: Mapping[str, Text]) -> Posit:
    """Take the values back from the files that `texts` writes, without problems in them."""
    service, kubernetes = files[SERVICE_FILE], {entry.key: entry.value for entry in files[KUBERNETES_FILE].entries}
    cluster = {entry.key: entry.value for entry in service.entries}
    return Posit(
        cluster=cluster["name"],
        namespace=kubernetes["kubernetes-namespace"],
        folder=cluster["config-file"].rpartition("/")[0],
        scratch_path=kubernetes["scratch-path"],
        profiles=_sections(files[PROFILES_FILE]),
        sizes=_sections(files[SIZES_FILE]),
        options=tuple([pair for pair in kubernetes.items() if pair[0] not in _OWN]),
    )


def _sections(text: Text) -> Sections:
    return tuple(
        [(section.name, tuple([(one.key, one.value) for one in section.entries])) for section in text.sections]
    )


# -- what is wrong


def check(files: Mapping[str, Text], facts: profilelint.Facts = NOTHING) -> list[Problem]:
    """Find all that is wrong with the files of one plugin, as far as they are there; *facts* is what else is known.

    An error keeps the product from starting, or jobs from running; a warning is a risk.
    """
    return [problem for _, problem in judged(files, facts)]


def judged(
    files: Mapping[str, Text], facts: profilelint.Facts = NOTHING, *, has_templates: bool = False
) -> Iterator[Told]:
    """Find what `check` does, each with what it is about; *has_templates* is that of `check_options`.

    What a problem is about is one of the words of `profilelint.Told`, or ``dialect`` (what the product does not start
    with, runs no job with, or reads otherwise than it looks), ``deprecated``, ``inline-token``, ``unverified-tls``,
    ``unauthorized``, ``debug-logging``, ``no-templates`` or ``unused-templates``.
    """
    yield from (("dialect", problem) for text in files.values() for problem in text.problems)
    yield from _service(files.get(SERVICE_FILE))
    kubernetes = files.get(KUBERNETES_FILE)
    yield from _options(kubernetes.entries, has_templates=has_templates) if kubernetes is not None else ()
    if SIZES_FILE in files:
        for problem in sizes.check(sizes.from_text(files[SIZES_FILE])):
            yield "no-maximum" if problem.warning else "dialect", problem
    if PROFILES_FILE in files:
        found = profiles.from_text(files[PROFILES_FILE])
        yield from map(_written, profiles.check(found))
        yield from profilelint.judged(found, _known(files, facts), Place(files[PROFILES_FILE].name, (), 1, 1))


def _written(problem: Problem) -> Told:
    """Tell what an option by itself is found with: all that is no mistake is that a newer one is in its place."""
    return "deprecated" if problem.warning else "dialect", problem


def _known(files: Mapping[str, Text], facts: profilelint.Facts) -> profilelint.Facts:
    """Add what the other files say of the profiles: the sizes, and whether jobs are made from templates."""
    found = sizes.from_text(files[SIZES_FILE]) if SIZES_FILE in files else facts.sizes
    kubernetes = files.get(KUBERNETES_FILE)
    templating = facts.templating if kubernetes is None else _is_on(kubernetes.entries, "use-templating")
    return replace(facts, sizes=found, templating=templating)


def check_options(entries: Sequence[Entry], *, has_templates: bool = False) -> Iterator[Problem]:
    """Find what is wrong with options of ``launcher.kubernetes.conf``; *has_templates* if template files lie there."""
    yield from (problem for _, problem in _options(entries, has_templates=has_templates))


def _options(entries: Sequence[Entry], *, has_templates: bool) -> Iterator[Told]:
    for entry in entries:
        yield from map(_written, options.check(entry, options.KUBERNETES, KUBERNETES_FILE))
        yield from _risks(entry)
        if entry.key in ini.SECRET:
            message = (
                "the token stands in the file, for all who can read it; put it into a Secret, write auth-token-path"
            )
            yield "inline-token", Problem(entry.place, f"{entry.key}: {message}")
    if has_templates and not _is_on(entries, "use-templating"):
        place = next(
            (entry.place for entry in entries if entry.key == "use-templating"), Place(KUBERNETES_FILE, (), 1, 1)
        )
        message = "use-templating is off, and the templates that are there are not used; write use-templating=1"
        yield "unused-templates", Problem(place, message, warning=True)


#: Option of the plugin or of the Launcher, and whether it is on -> what that is about, and the risk.
_RISKS: Mapping[tuple[str, bool], tuple[str, str]] = {
    ("verify-ssl-certs", False): (
        "unverified-tls",
        "anybody on the way can pose as the API server and take the token; write 1",
    ),
    ("enable-debug-logging", True): (
        "debug-logging",
        "logs hold the requests of people, environment included; write 0",
    ),
    ("authorization-enabled", False): (
        "unauthorized",
        "whoever reaches the Launcher runs jobs as anybody; write 1",
    ),
    ("use-templating", False): ("no-templates", "no template secures the jobs; write 1"),
}


def _risks(entry: Entry) -> Iterator[Told]:
    about, message = _RISKS.get((entry.key, _state(entry)), ("", ""))
    if about:
        yield about, Problem(entry.place, f"{entry.key}={entry.value}: {message}", warning=True)


def _state(entry: Entry) -> bool:
    return options.is_on(entry.value)


def _is_on(entries: Iterable[Entry], key: str) -> bool:
    return any(entry.key == key and options.is_on(entry.value) for entry in entries)


_TABLES = {"server": options.SERVER, "cluster": options.CLUSTER}


def _service(text: Text | None) -> Iterator[Told]:
    """Find what is wrong in ``launcher.conf``, which has ``[server]`` and one ``[cluster]`` for each plugin."""
    named: dict[str, int] = {}
    for section in text.sections if text is not None else ():
        table = _TABLES.get(section.name)
        if table is None:
            message = f"[{section.name}] is no section of {SERVICE_FILE}; write [server] or [cluster]"
            yield "dialect", Problem(section.place, message)
            continue
        for entry in section.entries:
            yield from map(_written, options.check(entry, table, f"[{section.name}]"))
            yield from _risks(entry)
            if section.name == "cluster" and entry.key == "name":
                first = named.setdefault(entry.value, entry.place.line)
                if first != entry.place.line:
                    message = f"name: {entry.value!r} is the cluster of line {first} too; choose another"
                    yield "dialect", Problem(entry.place, message)
        held = {entry.key for entry in section.entries}
        for missing in sorted({"name", "type"} - held) if section.name == "cluster" else ():
            message = f"[cluster] has no {missing}; write {missing}={'Kubernetes' if missing == 'type' else '...'}"
            yield "dialect", Problem(section.place, message)
