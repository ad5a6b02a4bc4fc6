"""The scratch path of a Posit launcher: where its object templates lie, read and written as files.

Nothing that somebody else wrote is ever replaced: all is looked at before the first file is written, and a file that is
neither absent nor one of ours stops everything.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from generator import shipped
from generator.launcher import ini
from generator.launcher.objecttemplates import DATA, VERSIONS, data_text
from generator.launcher.templatelint import LARGEST, MAIN
from generator.problems import InputError, Place, Problem, instead
from generator.yaml import documents

#: Where the product keeps its state unless told otherwise.
_STATE = "/var/lib/rstudio-launcher"
_ENDING = ".tpl"


def ours(version: str) -> dict[str, str]:
    """Return our templates of a version, by name."""
    return {name: shipped.object_template(version, name).decode() for name in MAIN}


def read(folder: Path, name: str) -> dict[str, str]:
    """Read all templates of a folder, which messages call *name*; raise for what cannot be read."""
    try:
        found = sorted(entry for entry in os.listdir(folder) if entry.endswith(_ENDING))  # noqa: PTH208 - names alone
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(
            [Problem(Place(name), f"the folder cannot be read ({reason}); name that of the templates")]
        ) from error
    files, problems = dict[str, str](), list[Problem]()
    for file in found:
        data, wrong = documents.load(folder, file, limit=LARGEST * 4, anywhere=True)
        problems += [Problem(Place(_joined(name, file)), problem.message) for problem in wrong]
        if data is not None:
            try:
                files[file] = data.decode()
            except UnicodeDecodeError as error:
                message = f"byte {error.start} is {data[error.start]:#04x}, which is not UTF-8; save the file as UTF-8"
                problems.append(Problem(Place(_joined(name, file)), message))
    if problems:
        raise InputError(problems)
    if not files:
        message = f"there are no templates in it; {' and '.join(MAIN)} are expected"
        raise InputError([Problem(Place(name), message)])
    return files


def write(folder: Path, name: str, version: str) -> list[str]:
    """Write our templates of a version, and return the names of the files that are new or renewed.

    A file that equals any template of ours may be replaced; the tenant's data is only written where there is none.
    """
    known = {file: {ours(one)[file] for one in VERSIONS} for file in MAIN}
    wanted = ours(version)
    before = {file: _present(folder / file, _joined(name, file)) for file in (*MAIN, DATA)}
    foreign = [file for file in MAIN if before[file] is not None and before[file] not in known[file]]
    if foreign:
        message = (
            "somebody has changed this file, so that nothing is written; see templates diff, or name another folder"
        )
        raise InputError([Problem(Place(_joined(name, file)), message) for file in foreign])
    if before[DATA] is None:
        wanted[DATA] = data_text({})
    changed = [file for file, text in wanted.items() if before.get(file) != text]
    if changed:
        folder.mkdir(parents=True, exist_ok=True)
    for file in changed:
        _put(folder / file, wanted[file], replace=before[file] is not None)
    return changed


def _present(path: Path, name: str) -> str | None:
    """Return the text of a file that is there; ``None`` if there is nothing of that name."""
    if not os.path.lexists(path):
        return None
    data, wrong = documents.load(path.parent, path.name, anywhere=True)
    if data is None:
        raise InputError([Problem(Place(name), problem.message) for problem in wrong])
    return data.decode(errors="replace")


def _put(path: Path, text: str, *, replace: bool) -> None:
    """Write a file whole: under another name first, then in its place; one that has come meanwhile is kept."""
    staged = path.with_name(f".{path.name}.tenantry-{os.getpid()}")
    try:
        staged.write_bytes(text.encode())
        if replace:
            staged.replace(path)
        else:
            _keep(staged, path)
    finally:
        staged.unlink(missing_ok=True)


def _keep(staged: Path, path: Path) -> None:
    try:
        os.link(staged, path)  # fails where there is a file by now, which no rename does
    except FileExistsError as error:
        message = "this file has come into being meanwhile; look at it, and start again"
        raise InputError([Problem(Place(path.as_posix()), message)]) from error


def paths(conf: Path, name: str) -> dict[str, str]:
    """Read which scratch path each Kubernetes cluster of a ``launcher.conf`` has, by the cluster's name."""
    text = _configuration(conf, name)
    found: dict[str, str] = {}
    for section in text.sections:
        own = {entry.key: entry.value for entry in section.entries}
        if section.name == "cluster" and own.get("type", "").lower() == "kubernetes":
            cluster = own.get("name", "")
            found[cluster] = _scratch(conf, own.get("config-file")) or f"{_STATE}/{cluster}"
    if not found:
        message = "it has no [cluster] of type Kubernetes; add one, or name the folder of the templates"
        raise InputError([*text.problems, Problem(Place(name), message)])
    return found


def chosen(clusters: Mapping[str, str], cluster: str | None, name: str) -> str:
    """Return the scratch path of one cluster; raise where it is not clear which."""
    if cluster is None and len(clusters) == 1:
        return next(iter(clusters.values()))
    if cluster is None:
        names = ", ".join(map(repr, sorted(clusters)))
        raise InputError([Problem(Place(name), f"it has the clusters {names}; choose one with --cluster")])
    if cluster not in clusters:
        message = f"there is no Kubernetes cluster {cluster!r}; {instead(cluster, clusters)}"
        raise InputError([Problem(Place(name), message)])
    return clusters[cluster]


def _scratch(conf: Path, file: str | None) -> str | None:
    """Return the scratch path that a cluster's own configuration sets, if it does."""
    path = conf.parent / (file or "launcher.kubernetes.conf")
    if file is None and not path.is_file():
        return None
    text = _configuration(path, path.as_posix(), ini.FLAT)
    entries: Iterable[ini.Entry] = (entry for section in text.sections for entry in section.entries)
    return next((entry.value for entry in entries if entry.key == "scratch-path"), None)


def _configuration(path: Path, name: str, dialect: ini.Dialect | None = None) -> ini.Text:
    data, wrong = documents.load(path.parent, path.name, anywhere=True)
    if data is None:
        raise InputError([Problem(Place(name), problem.message) for problem in wrong])
    text, undecodable = ini.decode(data, name)
    if undecodable:
        raise InputError(undecodable)
    return ini.read(text, name, dialect or ini.SERVICE)


def _joined(name: str, file: str) -> str:
    return f"{name.rstrip('/')}/{file}" if name not in {"", "."} else file
