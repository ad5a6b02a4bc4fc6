"""What the site's own templates make for a tenant, checked like everything else that it gets."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from generator.manifest import Manifest
from generator.placement import namespacelabels
from generator.placement.placement import Namespace, Placement
from generator.problems import InputError, Place, Problem
from generator.spec import propagation
from generator.spec.platform import Cluster, Platform
from generator.spec.propagation import PROPAGATE, Propagation
from generator.spec.templates import Templates
from generator.validation.validity import namespaced


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield the objects of every template that comes down to the tenant, and of those that it names.

    They have the tenant's labels. Bindings are left out of a frozen namespace, in which nobody has more than a viewer's
    rights.
    """
    tenant = placement.tenant
    frozen = {namespace.name for namespace in placement.namespaces if not namespace.running}
    made = [_coming(placement, one) for one in tenant.propagate]
    for name, values in tenant.extras.items():
        origin = tenant.origin / "spec" / "extras" / name
        made.append(_rendered(placement, name, values, placement.namespaces, origin))
    for one in chain.from_iterable(made):
        if one.body["kind"] != "RoleBinding" or one.body["metadata"]["namespace"] not in frozen:
            yield one


def _coming(placement: Placement, one: Propagation) -> Iterator[Manifest]:
    """Yield what a propagation brings: to the namespaces of the tenant that asks for it, and copies to those below."""
    if one.source == placement.tenant.name:
        if placement.namespaces:  # a template is asked for namespaces, and a group of tenants has none
            yield from _rendered(placement, one.template, one.values, placement.namespaces, one.origin)
        return
    modes = placement.platform.hierarchy.modes
    seen = {
        namespace.name: (namespacelabels.seen(placement, namespace), namespacelabels.line(placement, namespace))
        for namespace in placement.namespaces
    }
    chosen = [
        namespace for namespace in placement.namespaces if propagation.comes_to(one, PROPAGATE, *seen[namespace.name])
    ]
    for manifest in _rendered(placement, one.template, one.values, chosen, one.origin) if chosen else ():
        mode = propagation.mode_of(manifest.body, modes)
        problem = _forbidden(one, manifest.body, mode, placement.platform)
        if problem is not None:
            raise InputError([problem])
        if not propagation.is_excluded(manifest.body):
            yield Manifest(propagation.copied(manifest.body, one.source), one.origin)


def _forbidden(one: Propagation, body: Mapping[str, Any], mode: str, platform: Platform) -> Problem | None:
    """Say why objects of a kind go nowhere, or not unless the file says where to."""
    kind, line = propagation.kind_of(body), platform.hierarchy.origin / "modes"
    if mode in (propagation.IGNORE, propagation.REMOVE):
        message = f"template {one.template!r} makes a {kind}, which does not propagate here ({line}); write none: true"
        return Problem(one.origin, message, others=(line,))
    if mode == propagation.ALLOW and not one.is_chosen:
        message = (
            f"template {one.template!r} makes a {kind}, which propagates only where it is told to ({line}); write "
            "select, treeSelect or all: true"
        )
        return Problem(one.origin, message, others=(line,))
    return None


def _rendered(
    placement: Placement, name: str, values: Any, namespaces: Sequence[Namespace], origin: Place
) -> Iterator[Manifest]:
    """Yield what a template makes for some of the tenant's namespaces, if the tenant may have it."""
    for body in placement.templates.render(name, _context(placement, values, namespaces), origin):
        problem = _objection(namespaces, body, name, origin)
        if problem is not None:
            raise InputError([problem])
        yield Manifest(_ours(placement, body), origin)


def _context(placement: Placement, values: Any, namespaces: Sequence[Namespace]) -> dict[str, Any]:
    tenant, cluster = placement.tenant, placement.cluster
    return {
        "values": values,
        "tenant": {"name": tenant.name, "displayName": tenant.display_name, "labels": dict(placement.labels)},
        "cluster": _cluster(cluster),
        "namespaces": [
            {"name": namespace.name, "shortName": namespace.short or "", "lifecycle": namespace.lifecycle}
            for namespace in namespaces
        ],
    }


def _cluster(cluster: Cluster) -> dict[str, Any]:
    return {
        "name": cluster.name,
        "version": cluster.version,
        "labels": dict(cluster.labels),
        "addons": sorted(cluster.addons),
        "cloud": cluster.cloud.provider if cluster.cloud else "",
    }


def _objection(namespaces: Sequence[Namespace], body: Mapping[str, Any], name: str, origin: Place) -> Problem | None:
    """Say why a tenant may not have this object: it must lie in one of these namespaces, and be no secret."""
    metadata = body.get("metadata")
    kind = body.get("kind")
    if not isinstance(metadata, dict) or not isinstance(kind, str):
        return Problem(origin, f"template {name!r} makes something without kind and metadata; make Kubernetes objects")
    if namespaced(str(body.get("apiVersion")), kind) is False:
        message = (
            f"template {name!r} makes a {kind}, which belongs to the whole cluster; use the platform file's extras"
        )
        return Problem(origin, message)
    if _holds_secret(body):
        return _secret(name, origin)
    own = [namespace.name for namespace in namespaces]
    if metadata.get("namespace") not in own:
        message = (
            f"template {name!r} makes a {kind} in namespace {metadata.get('namespace')!r}; "
            f"the tenant's are {', '.join(own) or 'none'}"
        )
        return Problem(origin, message)
    return None


def _holds_secret(body: Mapping[str, Any]) -> bool:
    return body.get("kind") == "Secret" and bool(body.get("data") or body.get("stringData"))


def _secret(name: str, origin: Place) -> Problem:
    message = f"template {name!r} makes a Secret with its content, which git keeps for ever; make a reference"
    return Problem(origin, message)


def _ours(placement: Placement, body: Mapping[str, Any]) -> dict[str, Any]:
    labels = body["metadata"].get("labels")
    merged = {**(labels if isinstance(labels, dict) else {}), **placement.labels}
    return {**body, "metadata": {**body["metadata"], "labels": dict(sorted(merged.items()))}}


def build_shared(platform: Platform, cluster: Cluster, templates: Templates) -> Iterator[Manifest]:
    """Yield the objects of the templates that the platform file names, which may belong to the whole cluster."""
    context = {
        "cluster": _cluster(cluster),
        "platform": {"name": platform.name},
    }
    for name, values in platform.extras.items():
        origin = platform.origin / "spec" / "extras" / name
        for body in templates.render(name, {**context, "values": values}, origin):
            if _holds_secret(body):
                raise InputError([_secret(name, origin)])
            yield Manifest(body, origin)
