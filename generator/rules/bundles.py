"""What each Kustomization of Flux and each Application of Argo CD applies, as far as its files are here.

Flux builds a folder by its kustomization.yaml, or all YAML below it where there is none; folders in it that have one
are built by theirs (``scanManifests`` in fluxcd/pkg). Argo CD does so where there is a kustomization.yaml, renders a
chart where there is one, which is not looked into, and else applies the files of the folder. Patches, generators and
what an ApplicationSet makes are not worked out.

Each folder is looked through once, however many name it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from msgspec import Struct

from generator.access.lists import Item
from generator.checkout import KUSTOMIZATIONS, Checkout, Spot
from generator.manifest import TENANT_LABEL
from generator.rules.globs import matches
from generator.rules.repositories import Repositories
from generator.rules.scene import Scene, inside
from generator.rules.syncs import ARGO, BUILD, FLUX_TENANT, KUSTOMIZE, mappings, text, texts

_CHART = "Chart.yaml"
_LOCAL = "config.kubernetes.io/local-config"
_SUBSTITUTE = "kustomize.toolkit.fluxcd.io/substitute"
#: Of a variable: its name, and what follows, where a default would stand. A second dollar sign keeps the text.
_VARIABLE = re.compile(r"(?<!\$)\$\{([A-Za-z_]\w*)([^}$]*)\}")
_DEFAULTS = (":-", ":=", "-", "=")
_BINDINGS = ("RoleBinding", "ClusterRoleBinding")
#: kustomize takes no other; Argo CD takes JSON too.
_YAML = (".yaml", ".yml")


class Applied(NamedTuple):
    """An object that is applied, and the namespace that kustomize puts it into; the empty text leaves it its own."""

    item: Item
    moved: str


class BoundRole(NamedTuple):
    """A RoleBinding by its name, with the Role of its namespace that it gives."""

    binding: str
    role: str
    namespace: str


class Build(Struct, frozen=True, dict=True):
    """What a folder holds for whoever applies it: its files, with those that do not hold objects alone."""

    spot: Spot
    files: tuple[Spot, ...]
    applied: tuple[Applied, ...]
    strays: tuple[str, ...]

    @cached_property
    def homes(self) -> frozenset[str]:
        """The namespaces that its objects name."""
        return frozenset(one.item.namespace for one in self.applied if one.item.namespace)

    @cached_property
    def spaces(self) -> tuple[Item, ...]:
        """Its Namespaces."""
        return tuple([one.item for one in self.applied if one.item.kind == "Namespace"])

    @cached_property
    def tenants(self) -> frozenset[str]:
        """The tenants that its objects say they belong to."""
        labels = (inside(one.item.body, "metadata", "labels") for one in self.applied)
        found = (one.get(TENANT_LABEL) or one.get(FLUX_TENANT) for one in labels)
        return frozenset(name for name in found if isinstance(name, str))

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """The names that Flux would substitute where they have no default, each with the first object that has it."""
        found: dict[str, str] = {}
        for item, _ in self.applied:
            for name in variables(item):
                found.setdefault(name, f"{item.kind} {item.name}")
        return found

    @cached_property
    def accounts(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """By the names of service accounts: what makes or binds one, and the namespace of that."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for item, moved in self.applied:
            if item.kind == "ServiceAccount":
                found[item.name].append((f"{item.kind} {item.name}", moved or item.namespace))
            for subject in mappings(item.body, "subjects") if item.kind in _BINDINGS else ():
                if subject.get("kind") == "ServiceAccount":
                    home = moved or str(subject.get("namespace") or item.namespace)
                    found[str(subject.get("name"))].append((f"{item.kind} {item.name}", home))
        return found

    @cached_property
    def bound_roles(self) -> tuple[BoundRole, ...]:
        """Its RoleBindings that give one of its Roles, in the order of their names."""
        roles = {(item.namespace, item.name) for item, _ in self.applied if item.kind == "Role"}
        given = [
            BoundRole(item.name, str(role.get("name")), item.namespace)
            for item, _ in self.applied
            if item.kind == "RoleBinding" and (role := inside(item.body, "roleRef")).get("kind") == "Role"
        ]
        return tuple(sorted(one for one in given if (one.namespace, one.role) in roles))


class Bundle(NamedTuple):
    """A Kustomization or an Application with what it applies."""

    applier: Item
    build: Build


def of_flux(scene: Scene) -> tuple[Bundle, ...]:
    """Return what each Kustomization applies whose files are here."""
    return scene.answer(_of_flux)


def of_argo(scene: Scene) -> tuple[Bundle, ...]:
    """Return what each Application applies whose files are here; one of several sources comes once for each."""
    return scene.answer(_of_argo)


def builds(scene: Scene) -> "Builds":
    """Return what folders hold; there must be files."""
    return scene.answer(Builds)


def _of_flux(scene: Scene) -> tuple[Bundle, ...]:
    if scene.checkout is None:
        return ()
    found = []
    for item in scene.of_kind(KUSTOMIZE, "Kustomization"):
        spot = scene.answer(Repositories).spot_of(
            item, inside(item.body, "spec", "sourceRef"), text(item, "spec", "path")
        )
        if spot is not None:
            found.append(Bundle(item, builds(scene).built(spot)))
    return tuple(found)


def _of_argo(scene: Scene) -> tuple[Bundle, ...]:
    if scene.checkout is None:
        return ()
    return tuple([one for item in scene.of_kind(ARGO, "Application") for one in _of_application(scene, item)])


def _of_application(scene: Scene, item: Item) -> Iterator[Bundle]:
    for source in sources(item):
        path = source.get("path")
        spot = scene.answer(Repositories).spot_of(item, source, path) if isinstance(path, str) else None
        if spot is None or any(source.get(key) for key in ("chart", "helm", "plugin")):
            continue
        made = builds(scene)
        if scene.checkout is not None and spot.at(_CHART) in scene.checkout.names:
            continue
        is_directory = "directory" in source or made.checkout.kustomization(spot) is None
        yield Bundle(item, made.directory(spot, inside(source, "directory")) if is_directory else made.built(spot))


def sources(item: Item) -> Iterator[Mapping[str, Any]]:
    """Yield the sources of an Application."""
    yield from filter(None, (inside(item.body, "spec", "source"), *mappings(item.body, "spec", "sources")))


def variables(item: Item) -> Iterator[str]:
    """Yield the names that Flux would substitute in an object, unless it asks to be left alone."""
    metadata = inside(item.body, "metadata")
    if any(inside(metadata, key).get(_SUBSTITUTE) == "disabled" for key in ("annotations", "labels")):
        return
    ahead: list[Any] = [item.body]
    while ahead:
        one = ahead.pop()
        if isinstance(one, Mapping):
            ahead += one.values()
        elif isinstance(one, list):
            ahead += one
        elif isinstance(one, str) and "${" in one:
            yield from (match[1] for match in _VARIABLE.finditer(one) if not match[2].startswith(_DEFAULTS))


class Builds:
    """What folders hold, each looked through when it is first asked about."""

    def __init__(self, scene: Scene) -> None:
        self.checkout = scene.checkout or Checkout({}, {})
        self._built: dict[Spot, Build] = {}
        self._directories: dict[tuple[Spot, bool, str, str], Build] = {}
        self._items: dict[str, list[Item]] = defaultdict(list)
        for item in scene.everything:
            self._items[item.file].append(item)

    def built(self, spot: Spot) -> Build:
        """Return what kustomize makes of a folder."""
        if spot not in self._built:
            placed = dict(self._walk(spot))  # a file that two list is one
            self._built[spot] = self._build(spot, [*placed.items()])
        return self._built[spot]

    def directory(self, spot: Spot, options: Mapping[str, Any]) -> Build:
        """Return what Argo CD takes from a folder as it is."""
        include, exclude = (str(options.get(key) or "") for key in ("include", "exclude"))
        key = (spot, options.get("recurse") is True, include, exclude)
        if key not in self._directories:
            files = [
                one
                for one in self._below(spot, key[1])
                if (not include or matches(include, one.path.removeprefix(f"{spot.path}/")))
                and not (exclude and matches(exclude, one.path.removeprefix(f"{spot.path}/")))
            ]
            self._directories[key] = self._build(spot, [(one, "") for one in files])
        return self._directories[key]

    def own(self, kustomization: Spot) -> Mapping[str, Any]:
        """Return what a kustomization.yaml says."""
        items = self._items.get(self.checkout.names[kustomization], [])
        return next((one.body for one in items if one.api_version.startswith(f"{BUILD}/")), {})

    def _build(self, spot: Spot, placed: list[tuple[Spot, str]]) -> Build:
        names = [self.checkout.names[one] for one, _ in placed]
        applied = [
            Applied(item, moved)
            for name, (_, moved) in zip(names, placed, strict=True)
            for item in self._items.get(name, ())
            if inside(item.body, "metadata", "annotations").get(_LOCAL) != "true"
        ]
        nameless = {one.item.file for one in applied if not one.item.name}
        strays = [name for name in names if self.checkout.files[name].strays or name in nameless]
        return Build(spot, tuple([one for one, _ in placed]), tuple(applied), tuple(strays))

    def _walk(self, top: Spot) -> Iterator[tuple[Spot, str]]:
        """Yield each file that is built, with the namespace that it is put into: the outermost decides."""
        ahead, seen = [(top, "")], {top}
        while ahead:
            spot, moved = ahead.pop()
            own = self.checkout.kustomization(spot)
            if own is None:
                yield from ((one, moved) for one in self._plain(spot))
                inner, home = self.checkout.folders_in(spot), moved
            else:
                body = self.own(own)
                home = moved or (body["namespace"] if isinstance(body.get("namespace"), str) else "")
                named = [spot.at(one) for key in ("resources", "bases", "components") for one in texts(body, key)]
                yield from ((one, home) for one in named if one in self.checkout.names)
                inner = [one for one in named if self.checkout.is_folder(one)]
            ahead += [(one, home) for one in inner if one not in seen]
            seen.update(inner)

    def _plain(self, spot: Spot) -> list[Spot]:
        found = self.checkout.files_in(spot)
        return [one for one in found if one.path.endswith(_YAML) and one.path.rpartition("/")[2] not in KUSTOMIZATIONS]

    def _below(self, top: Spot, recurse: bool) -> Iterator[Spot]:  # noqa: FBT001 - an option of Argo CD
        ahead = [top]
        while ahead:
            spot = ahead.pop()
            yield from self.checkout.files_in(spot)
            ahead += self.checkout.folders_in(spot) if recurse else ()
