"""No Application of Argo CD, and no ApplicationSet, has one of ``settings``.

``default-project``: it names no project, or ``default``. ``templated-project``: an ApplicationSet takes the project
from what it generates from, so that whoever writes there chooses it. ``allow-empty``: an empty set of manifests is
applied, and prunes everything. ``replace``: a sync replaces objects, or deletes them and makes them anew.
``no-paths``: one of several in a repository does not say which paths it depends on; each commit renders it anew.
``missing-keys``: an ApplicationSet renders a key that is not there as a text, since it lacks ``missingkey=error``.
``deleting``: an ApplicationSet deletes an Application that it no longer generates, with all that it applied.
``recursive-glob``: a generator of files has ``*`` in a path, which crosses folders unless
``applicationsetcontroller.enable.new.git.file.globbing`` is on.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.rules import projects
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, inside
from generator.rules.syncs import ARGO, hit, mappings, shown, texts

_PATHS = "argocd.argoproj.io/manifest-generate-paths"
_GLOBBING = "applicationsetcontroller.enable.new.git.file.globbing"
_TEMPLATED = "{{"
_DESTRUCTIVE = ("Replace=true", "Force=true")
_KEEPING = ("create-only", "create-update")


def _applications(scene: Scene) -> Iterator[tuple[Item, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield what applies something, with its metadata and its spec: of an ApplicationSet, those of its template."""
    for item in scene.of_kind(ARGO, "Application"):
        yield item, inside(item.body, "metadata"), inside(item.body, "spec")
    for item in scene.of_kind(ARGO, "ApplicationSet"):
        template = inside(item.body, "spec", "template")
        yield item, inside(template, "metadata"), inside(template, "spec")


def _default_project(scene: Scene) -> Iterator[Hit]:
    for item, _, spec in _applications(scene):
        if spec and spec.get("project") in (None, "", projects.DEFAULT):
            yield hit(item, "is of project default, which anybody may use")


def _templated_project(scene: Scene) -> Iterator[Hit]:
    for item in scene.of_kind(ARGO, "ApplicationSet"):
        project = inside(item.body, "spec", "template", "spec").get("project")
        if isinstance(project, str) and _TEMPLATED in project:
            yield hit(item, f"takes the project from what it generates from ({project})")


def _allow_empty(scene: Scene) -> Iterator[Hit]:
    for item, _, spec in _applications(scene):
        if inside(spec, "syncPolicy", "automated").get("allowEmpty") is True:
            yield hit(item, "may prune everything: it applies an empty set of manifests too (allowEmpty)")


def _replace(scene: Scene) -> Iterator[Hit]:
    for item, _, spec in _applications(scene):
        given = {one.replace(" ", "") for one in texts(spec, "syncPolicy", "syncOptions")}
        found = [one for one in _DESTRUCTIVE if one in given]
        if found:
            yield hit(item, f"syncs with {' and '.join(found)}, which deletes or overwrites instead of changing")


def _without_paths(scene: Scene) -> Iterator[Hit]:
    by_repository: dict[str, list[tuple[Item, bool, bool]]] = defaultdict(list)
    for item, metadata, spec in _applications(scene):
        for source in (inside(spec, "source"), *mappings(spec, "sources")):
            url, path = source.get("repoURL"), source.get("path")
            if isinstance(url, str) and isinstance(path, str) and _TEMPLATED not in url:
                is_many = _TEMPLATED in path or "{{" in str(metadata.get("name", ""))
                by_repository[url].append((item, bool(inside(metadata, "annotations").get(_PATHS)), is_many))
    for url, some in by_repository.items():
        if len({id(item) for item, _, _ in some}) > 1 or any(is_many for _, _, is_many in some):
            for item in {id(item): item for item, told, _ in some if not told}.values():
                yield hit(item, f"is rendered anew at each commit to {url}, from which others come too")


def _missing_keys(scene: Scene) -> Iterator[Hit]:
    for item in scene.of_kind(ARGO, "ApplicationSet"):
        spec = inside(item.body, "spec")
        if spec.get("goTemplate") is not True:
            yield hit(item, "leaves a key that is not there as it is written, for it does not use Go templates")
        elif "missingkey=error" not in {one.replace(" ", "") for one in texts(spec, "goTemplateOptions")}:
            yield hit(item, "renders a key that is not there as a text, for it lacks missingkey=error")


def _deleting(scene: Scene) -> Iterator[Hit]:
    for item in scene.of_kind(ARGO, "ApplicationSet"):
        policy = inside(item.body, "spec", "syncPolicy")
        if policy.get("applicationsSync") not in _KEEPING and policy.get("preserveResourcesOnDeletion") is not True:
            yield hit(item, "deletes an Application that it no longer generates, and all that it has applied")


def _recursive_glob(scene: Scene) -> Iterator[Hit]:
    maps = (item for item in scene.of_kind("", "ConfigMap") if item.name == "argocd-cmd-params-cm")
    if any(inside(item.body, "data").get(_GLOBBING) == "true" for item in maps):
        return
    for item in scene.of_kind(ARGO, "ApplicationSet"):
        found = sorted({path for one in _generators(item) for path in _crossing(one)})
        if found:
            yield hit(item, f"generates from files of deeper folders too ({shown(found)}); write ** if that is meant")


def _generators(item: Item) -> Iterator[Mapping[str, Any]]:
    """Yield the generators of git of an ApplicationSet, those within a matrix or merge too."""
    ahead = [*mappings(item.body, "spec", "generators")]
    while ahead:
        one = ahead.pop()
        yield inside(one, "git")
        for kind in ("matrix", "merge"):
            ahead += mappings(one, kind, "generators")


def _crossing(git: Mapping[str, Any]) -> Iterator[str]:
    for one in mappings(git, "files"):
        path = one.get("path")
        if isinstance(path, str) and "*" in path and "**" not in path:
            yield path


_SETTINGS: Mapping[str, Callable[[Scene], Iterator[Hit]]] = {
    "default-project": _default_project,
    "templated-project": _templated_project,
    "allow-empty": _allow_empty,
    "replace": _replace,
    "no-paths": _without_paths,
    "missing-keys": _missing_keys,
    "deleting": _deleting,
    "recursive-glob": _recursive_glob,
}

PARAMETERS = {"settings": Words(tuple(_SETTINGS))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each object with each setting that it should not have."""
    for setting in parameters["settings"]:
        yield from _SETTINGS[setting](scene)
