"""Files of Posit Job Launchers in ConfigMaps, by their keys: what is wrong with one plugin, and between several."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

from msgspec import Struct

from generator.access.lists import Item
from generator.launcher import configuration, ini, options, profiles, sizes
from generator.launcher.configuration import DIALECTS, KUBERNETES_FILE, PROFILES_FILE, SERVICE_FILE, SIZES_FILE
from generator.rules.scene import Hit, Scene, inside
from generator.rules.workloads import workloads

_BETWEEN = frozenset({"own-namespace", "shared-namespace", "shared-scratch-path"})
_TEMPLATES = frozenset({"job.tpl", "service.tpl"})
_PUT_IN_LATER = "${"
_SEPARATOR = re.compile(r"[\s:=]+")


class _File(Struct, frozen=True):
    """A file of a ConfigMap. ``plugin`` is what its name starts with, and ``role`` the product's own name for it."""

    item: Item
    key: str
    plugin: str
    role: str
    text: str


class _Told(Struct, frozen=True):
    """What the launcher's own checks say of a file, by its key."""

    about: str
    key: str
    line: int
    message: str
    warning: bool


def hits(scene: Scene, wanted: AbstractSet[str]) -> Iterator[Hit]:
    """Yield each ConfigMap with each of some settings, and the lines where it has it."""
    files = scene.answer(_files)
    if not files:
        return
    if "inline-token" in wanted:
        yield from _tokens(files)
    if wanted - _BETWEEN - {"inline-token"}:
        yield from _settings(scene, files, wanted)
    if wanted & _BETWEEN:
        yield from _places(scene, files, wanted)


def _files(scene: Scene) -> tuple[_File, ...]:
    found = []
    for item in scene.of_kind("", "ConfigMap"):
        for key, text in inside(item.body, "data").items():
            if isinstance(key, str) and key.startswith("launcher.") and key.endswith(".conf") and isinstance(text, str):
                plugin, role = _called(key)
                if role:
                    found.append(_File(item, key, plugin, role, text))
    return tuple(found)


def _called(key: str) -> tuple[str, str]:
    """Return whose file it is, and which; both are empty where it is no file of a Kubernetes plugin."""
    if key == SERVICE_FILE:
        return "", SERVICE_FILE
    if "kubernetes" not in key:
        return "", ""
    endings = ((".profiles.conf", PROFILES_FILE), (".resources.conf", SIZES_FILE), (".conf", KUBERNETES_FILE))
    return next((key.removesuffix(ending), role) for ending, role in endings if key.endswith(ending))


def _hit(item: Item, key: str, message: str, lines: Iterable[int], confidence: str = "certain") -> Hit:
    """Tell of a file; its lines move, so that they are a step of the chain and no part of what is found."""
    where = f"{item.namespace}/" if item.namespace else ""
    numbers = list(dict.fromkeys(lines))
    shown = f", line{'s' if numbers[1:] else ''} {', '.join(map(str, numbers))}" if numbers else ""
    return Hit(
        f"{key} of ConfigMap {item.name}: {message}",
        item.origin,
        namespace=item.namespace,
        kind="ConfigMap",
        name=item.name,
        chain=(f"ConfigMap {where}{item.name} ({item.origin})", f"{key}{shown}"),
        confidence=confidence,
    )


# -- tokens, in whatever file


def _tokens(files: Iterable[_File]) -> Iterator[Hit]:
    """Look at lines, and not at what is read of them: a line that the product refuses holds its token all the same."""
    for file in files:
        lines = [number for number, line in enumerate(file.text.split("\n"), 1) if _is_token(line.strip())]
        if lines:
            message = "a token stands in the file; put it into a Secret and write the path to it, auth-token-path"
            yield _hit(file.item, file.key, message, lines)


def _is_token(line: str) -> bool:
    return ini.is_secret(line) and bool("".join(_SEPARATOR.split(line, maxsplit=1)[1:]))


# -- one plugin by itself


def _settings(scene: Scene, files: Sequence[_File], wanted: AbstractSet[str]) -> Iterator[Hit]:
    by_plugin: dict[tuple[str, str], list[_File]] = defaultdict(list)
    for file in files:
        by_plugin[file.item.namespace, file.plugin].append(file)
    templated = _without_templates(scene, files)
    for (namespace, _), group in by_plugin.items():
        for own in _by_item(group):
            told = _judged(_completed(own, group), namespace in templated)
            yield from _hits(own, [one for one in told if one.about in wanted])


def _by_item(files: Iterable[_File]) -> Iterable[tuple[_File, ...]]:
    found: dict[int, tuple[_File, ...]] = defaultdict(tuple)
    for file in files:
        found[id(file.item)] += (file,)
    return found.values()


def _completed(own: Sequence[_File], group: Sequence[_File]) -> tuple[tuple[str, str, str], ...]:
    """Add the plugin's files that lie in another ConfigMap of the namespace, where there is one of them and no more."""
    held = {file.role: (file.role, file.key, file.text) for file in own}
    for role in DIALECTS.keys() - held.keys():
        others = [file for file in group if file.role == role]
        if len(others) == 1:
            held[role] = (role, others[0].key, others[0].text)
    return tuple(sorted(held.values()))


@lru_cache(256)  # every policy asks anew, and tenants have the same files
def _judged(files: tuple[tuple[str, str, str], ...], has_templates: bool) -> tuple[_Told, ...]:  # noqa: FBT001 - a key
    keys = {role: key for role, key, _ in files}
    texts = {role: ini.read(text, key, DIALECTS[role]) for role, key, text in files}
    told = [
        _Told(about, keys.get(one.place.document, one.place.document), one.place.line, one.message, one.warning)
        for about, one in configuration.judged(texts, has_templates=has_templates)
    ]
    capped = keys[PROFILES_FILE] if _only_sizes(texts) else None
    return tuple([one for one in told if not (one.about == "no-maximum" and one.key == capped)])


def _only_sizes(texts: Mapping[str, ini.Text]) -> bool:
    """Tell whether everybody can only choose from sizes that there are."""
    if PROFILES_FILE not in texts or not sizes.from_text(texts.get(SIZES_FILE, ini.Text("", ()))):
        return False
    found = profiles.from_text(texts[PROFILES_FILE])
    held = {profile.section: profile.settings.get("allow-custom-resources") for profile in found}
    everybody = held.get(profiles.EVERYBODY)
    return everybody is not None and all(one is None or one.text == "0" for one in held.values())


def _hits(own: Iterable[_File], told: Iterable[_Told]) -> Iterator[Hit]:
    """Tell once what is said of several lines."""
    items = {file.key: file.item for file in own}
    lines: dict[tuple[str, str, bool], list[int]] = defaultdict(list)
    for one in told:
        if one.key in items and _PUT_IN_LATER not in one.message:
            is_likely = one.about == "contradiction" and one.warning
            lines[one.key, one.message, is_likely].append(one.line)
    for (key, message, is_likely), where in lines.items():
        yield _hit(items[key], key, message, where, "likely" if is_likely else "certain")


def _without_templates(scene: Scene, files: Iterable[_File]) -> frozenset[str]:
    """Return the namespaces with templates of which no plugin makes use; a pod mounts ConfigMaps of its namespace."""
    used = {one.item.namespace for one in files if _is_templating(one)}
    held = {item.namespace for item in scene.of_kind("", "ConfigMap") if _TEMPLATES & inside(item.body, "data").keys()}
    return frozenset(held - used)


def _is_templating(file: _File) -> bool:
    return file.role == KUBERNETES_FILE and options.is_on(_values(file.text).get("use-templating"))


@lru_cache(256)
def _values(text: str) -> Mapping[str, str]:
    """Read the options of a plugin."""
    return {entry.key: entry.value for entry in ini.read(text, "", ini.FLAT).entries}


# -- plugins among one another


def _places(scene: Scene, files: Sequence[_File], wanted: AbstractSet[str]) -> Iterator[Hit]:
    plugins = [file for file in files if file.role == KUBERNETES_FILE]
    mounted = _mounted(scene) if "own-namespace" in wanted else {}
    for plugin in plugins:
        workload = mounted.get((plugin.item.namespace, plugin.item.name))
        if workload is not None and _namespace(plugin) == plugin.item.namespace:
            message = f"jobs run in namespace {plugin.item.namespace}, where {workload} mounts this file and jobs could"
            yield _hit(plugin.item, plugin.key, f"{message} become it; give jobs a namespace of their own", ())
    clusters = _clusters(files)
    # What is no tenant's comes first, so that a tenant is told that it takes what is there.
    seen: dict[tuple[str, ...], _File] = {}
    for plugin in sorted(plugins, key=lambda one: scene.tenants.get(one.item.namespace, "")):
        tenant = scene.tenants.get(plugin.item.namespace, "")
        for about, value, where, instead in _unshared(plugin):
            if about not in wanted or _PUT_IN_LATER in value:
                continue
            known = (seen.get((owner, about, value, where)) for owner in dict.fromkeys((tenant, "")))
            other = next((one for one in known if one is not None and not _is_copy(plugin, one, clusters)), None)
            if other is not None:
                message = f"{value} is that of {other.key} of ConfigMap {_path(other.item)} too; {instead}"
                yield _hit(plugin.item, plugin.key, message, ())
            seen.setdefault((tenant, about, value, where), plugin)


def _unshared(plugin: _File) -> Iterator[tuple[str, str, str, str]]:
    """Yield what is a plugin's own: what it is about, its value, the namespace within which it is, what to do."""
    yield "shared-namespace", f"kubernetes-namespace={_namespace(plugin)}", "", "give each plugin a namespace"
    scratch = _values(plugin.text).get("scratch-path")
    if scratch:
        value = f"scratch-path={scratch.rstrip('/')}"
        yield "shared-scratch-path", value, plugin.item.namespace, "give each plugin a folder"


def _namespace(plugin: _File) -> str:
    return _values(plugin.text).get("kubernetes-namespace") or str(options.KUBERNETES["kubernetes-namespace"].default)


def _path(item: Item) -> str:
    return f"{item.namespace}/{item.name}" if item.namespace else item.name


def _is_copy(one: _File, other: _File, clusters: Mapping[int, frozenset[str]]) -> bool:
    """Tell whether two files are one: of an object that is written twice, or the same text for the same clusters."""
    if one.item.namespace == other.item.namespace:
        return (one.item.name, one.key) == (other.item.name, other.key)
    names = [clusters.get(id(file.item), frozenset()) for file in (one, other)]
    return one.text == other.text and (not all(names) or bool(names[0] & names[1]))


def _clusters(files: Iterable[_File]) -> Mapping[int, frozenset[str]]:
    """Return the clusters that the ``launcher.conf`` of each ConfigMap names."""
    texts = ((file.item, ini.read(file.text, "", ini.SERVICE)) for file in files if file.role == SERVICE_FILE)
    return {id(item): frozenset(one.value for one in text.entries if one.key == "name") for item, text in texts}


def _mounted(scene: Scene) -> Mapping[tuple[str, str], str]:
    """Return the workload that mounts each ConfigMap, the first of several."""
    found: dict[tuple[str, str], str] = {}
    for item, pod in workloads(scene):
        volumes = pod.get("volumes")
        for volume in volumes if isinstance(volumes, list) else ():
            for name in _config_maps(volume):
                found.setdefault((item.namespace, name), f"{item.kind} {item.name}")
    return found


def _config_maps(volume: object) -> Iterator[str]:
    sources = inside(volume, "projected").get("sources")
    for body in (volume, *(sources if isinstance(sources, list) else ())):
        name = inside(body, "configMap").get("name")
        if isinstance(name, str):
            yield name
