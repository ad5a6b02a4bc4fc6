"""No folder that a Kustomization of Flux applies holds one of ``cases``, as far as the folder is among the files read.

``moved-namespaces``: ``targetNamespace``, or ``namespace`` in a kustomization.yaml, moves the objects of several
namespaces into one, or renames a Namespace. ``remote-bases``: a kustomization.yaml builds from another repository.
``substitutions``: ``postBuild`` replaces ``${NAME}`` in an object by nothing, or fails, for nobody gives it a value
and the object is not annotated ``kustomize.toolkit.fluxcd.io/substitute: disabled``. ``own-account``: the account that
it applies by, or a binding of it, is among what it prunes, so that it may go first (flux2#997). ``strays``: YAML that
is no object, by which the whole build fails. ``late-roles``: a Role and a binding of it are applied at once as an
account that may not do everything, nor bind the Role by its name: the binding is refused while the Role is not there.
This is asked where kustomize-controller, or a patch of Flux's controllers, is among the manifests, for
``--custom-apply-stage-kinds`` brings Roles first.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.access.request import ResourceRequest
from generator.access.subject import Subject, implicit_groups, service_account
from generator.checkout import Spot
from generator.rules import bundles, controllers, everything
from generator.rules.bundles import BoundRole, Build
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, inside
from generator.rules.syncs import BUILD, hit, mappings, shown, text, texts

_RBAC = "rbac.authorization.k8s.io"
_STAGES = "--custom-apply-stage-kinds"
_REMOTE = re.compile(r"[a-z+]+://|git@|[^/?]+\.[a-z]+/[^/]+/|.*[?&](ref|version)=", re.IGNORECASE)


# -- namespaces


def _moved(scene: Scene) -> Iterator[Hit]:
    known: dict[tuple[int, str], list[str]] = {}  # thousands may apply one folder
    for item, build in bundles.of_flux(scene):
        target = text(item, "spec", "targetNamespace")
        if target and (id(build), target) not in known:
            known[id(build), target] = [*_moving(build, target)]
        yield from (hit(item, what) for what in known.get((id(build), target), ()))
    for item, build in _kustomizations(scene):
        namespace = item.body.get("namespace")
        if isinstance(namespace, str) and namespace:
            yield from (_named(item, what) for what in _moving(build, namespace))


def _moving(build: Build, target: str) -> Iterator[str]:
    renamed = sorted({one.name for one in build.spaces} - {target})
    if renamed:
        yield f"renames Namespace {shown(renamed)} to {target}"
    if len(build.homes) > 1:
        yield f"moves the objects of namespaces {shown(sorted(build.homes))} together into {target}"


def _kustomizations(scene: Scene) -> Iterator[tuple[Item, Build]]:
    """Yield each kustomization.yaml with what it builds."""
    if scene.checkout is None:
        return
    for item in scene.of_kind(BUILD, "Kustomization"):
        spot = scene.checkout.spots.get(item.file)
        if spot is not None:
            yield item, bundles.builds(scene).built(Spot(spot.root, posixpath.dirname(spot.path)))


def _named(item: Item, what: str) -> Hit:
    """Tell of a kustomization.yaml, which has no name but its file's."""
    name = item.file or "kustomization.yaml"
    return Hit(f"{name} {what}", item.origin, kind=item.kind, name=name)


# -- builds


def _remote(scene: Scene) -> Iterator[Hit]:
    for kind in ("Kustomization", "Component"):
        for item in scene.of_kind(BUILD, kind):
            named = [one for key in ("resources", "bases", "components") for one in texts(item.body, key)]
            found = [one for one in named if _REMOTE.match(one) and not _is_here(scene, item, one)]
            if found:
                yield _named(item, f"builds from {shown(found)}, which nobody here reviews")


def _is_here(scene: Scene, item: Item, entry: str) -> bool:
    """Tell whether what looks like an address is a folder or a file beside a kustomization.yaml."""
    spot = scene.checkout.spots.get(item.file) if scene.checkout is not None else None
    if spot is None or scene.checkout is None:
        return False
    found = Spot(spot.root, posixpath.dirname(spot.path)).at(entry)
    return found in scene.checkout.names or scene.checkout.is_folder(found)


def _strays(scene: Scene) -> Iterator[Hit]:
    for item, build in bundles.of_flux(scene):
        if build.strays:
            yield hit(item, f"cannot be built, for there is YAML that is no object in {shown(list(build.strays))}")


# -- substitution


def _substitutions(scene: Scene) -> Iterator[Hit]:
    lacking: dict[tuple[int, frozenset[str]], str] = {}  # thousands may apply one folder
    for item, build in bundles.of_flux(scene):
        post = inside(item.body, "spec", "postBuild")
        sources = [*mappings(post, "substituteFrom")]
        if not sources and not inside(post, "substitute"):
            continue
        given, is_whole = _given(scene, item, sources)
        key = (id(build), frozenset(given | inside(post, "substitute").keys()))
        if key not in lacking:
            names = sorted(build.variables.keys() - key[1])
            lacking[key] = shown([f"${{{name}}} in {build.variables[name]}" for name in names])
        if lacking[key]:
            what = f"replaces {lacking[key]}, to which nobody gives a value"
            yield hit(item, what, "certain" if is_whole else "likely")


def _given(scene: Scene, item: Item, sources: list[Mapping[str, Any]]) -> tuple[set[str], bool]:
    """Return the names that ConfigMaps and Secrets give values to, and whether all of these are there."""
    known: set[str] = set()
    is_whole = True
    for source in sources:
        kind, name = source.get("kind"), source.get("name")
        found = [one for one in scene.within(item.namespace, "", str(kind)) if one.name == name]
        is_whole = is_whole and bool(found)
        known.update(key for one in found for field in ("data", "stringData") for key in inside(one.body, field))
    return known, is_whole


# -- accounts


def _own_account(scene: Scene) -> Iterator[Hit]:
    for item, build in bundles.of_flux(scene):
        account = text(item, "spec", "serviceAccountName")
        prunes = inside(item.body, "spec").get("prune") is True
        if not account or not prunes:
            continue
        target = text(item, "spec", "targetNamespace")
        own = [what for what, home in build.accounts.get(account, ()) if (target or home) == item.namespace]
        if own:
            yield hit(item, f"applies as {account}, and prunes {shown(own)}, without which it can delete nothing")


def _late_roles(scene: Scene) -> Iterator[Hit]:
    stages = [controllers.value_of(flags, _STAGES) for flags in _flags(scene)]
    if not stages or any("/role" in stage for stage in stages):
        return
    for item, build in bundles.of_flux(scene):
        name = text(item, "spec", "serviceAccountName")
        account = service_account(item.namespace, name)
        if not name or name in controllers.NAMES or account in everything.holders(scene):
            continue  # controllers come with everything, whether that stands here or not
        late = [one.binding for one in build.bound_roles if not _may_bind(scene, account, one)]
        if late:
            yield hit(item, f"applies as {name} RoleBinding {shown(late)} at once with its Role")


def _flags(scene: Scene) -> Iterator[frozenset[str]]:
    for one in controllers.installations(scene):
        if "kustomize-controller" in one.flags:
            yield one.flags["kustomize-controller"]
    if any(controllers.patched(scene, name) for name in controllers.NAMES):  # how they are started is said here
        yield controllers.patched(scene, "kustomize-controller")


def _may_bind(scene: Scene, account: Subject, one: BoundRole) -> bool:
    """Tell whether an account may give a role by its name, for then the API server does not look at the role."""
    request = ResourceRequest("bind", _RBAC, "roles", "", one.role, one.namespace)
    return bool(scene.access.decide(account.username, implicit_groups(account), request))


_CASES: Mapping[str, Callable[[Scene], Iterator[Hit]]] = {
    "moved-namespaces": _moved,
    "remote-bases": _remote,
    "substitutions": _substitutions,
    "own-account": _own_account,
    "strays": _strays,
    "late-roles": _late_roles,
}

PARAMETERS = {"cases": Words(tuple(_CASES))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each Kustomization, and each kustomization.yaml, that applies what it should not."""
    for case in parameters["cases"]:
        yield from _CASES[case](scene)
