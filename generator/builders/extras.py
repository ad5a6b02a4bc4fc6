"""What the site's own templates make for a tenant, checked like everything else that it gets."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.manifest import Manifest
from generator.placement import Placement
from generator.platform import Cluster, Platform
from generator.problems import InputError, Place, Problem
from generator.templates import Templates
from generator.validity import namespaced


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield the objects of every template that the tenant names, with the tenant's labels on them.

    Bindings are left out of a frozen namespace, in which nobody has more than a viewer's rights.
    """
    tenant = placement.tenant
    frozen = {namespace.name for namespace in placement.namespaces if not namespace.running}
    for name, values in tenant.extras.items():
        origin = tenant.origin / "spec" / "extras" / name
        for body in placement.templates.render(name, _context(placement, values), origin):
            problem = _objection(placement, body, name, origin)
            if problem is not None:
                raise InputError([problem])
            if body["kind"] != "RoleBinding" or body["metadata"]["namespace"] not in frozen:
                yield Manifest(_ours(placement, body), origin)


def _context(placement: Placement, values: Any) -> dict[str, Any]:
    tenant, cluster = placement.tenant, placement.cluster
    return {
        "values": values,
        "tenant": {"name": tenant.name, "displayName": tenant.display_name, "labels": dict(placement.labels)},
        "cluster": _cluster(cluster),
        "namespaces": [
            {"name": namespace.name, "shortName": namespace.short or "", "lifecycle": namespace.lifecycle}
            for namespace in placement.namespaces
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


def _objection(placement: Placement, body: Mapping[str, Any], name: str, origin: Place) -> Problem | None:
    """Say why a tenant may not have this object: it must lie in one of its namespaces, and be no secret."""
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
    own = [namespace.name for namespace in placement.namespaces]
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
