"""The namespace that a launcher makes jobs in, as far as it decides which of them run."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from generator import podsecurity
from generator.admission import Plugin, Refusal
from generator.manifest import Manifest
from generator.podsecurity import Standard
from generator.problems import Place, dotted

_KINDS: Mapping[Plugin, str] = {Plugin.LIMIT_RANGER: "LimitRange", Plugin.RESOURCE_QUOTA: "ResourceQuota"}


class Ground(Struct, frozen=True):
    """A namespace of a cluster of this Kubernetes version, with what bounds its pods by name.

    ``registries`` are the prefixes that images may have; ``None`` means that nobody says. ``bounds`` are the places
    that say so beside the platform.
    """

    namespace: str
    version: str
    standard: Standard
    limit_ranges: Mapping[str, Manifest]
    quotas: Mapping[str, Manifest]
    registries: tuple[str, ...] | None = None
    bounds: tuple[Place, ...] = ()

    def specs(self, plugin: Plugin) -> dict[str, Any]:
        """Return the specs of all LimitRanges, or of all quotas, by name."""
        return {name: one.body.get("spec") for name, one in self._held(plugin).items()}

    def name(self, one: Refusal) -> str:
        """Name the object that refuses, by its own name too where there are several of its kind."""
        own = f" {one.source}" if len(self._held(one.plugin)) > 1 else ""
        return f"the {_KINDS[one.plugin]}{own} of {self.namespace}"

    def field(self, one: Refusal, origin: Place) -> str:
        """Name the field that decides what the object allows, for a reader of the file of *origin*."""
        place = self._held(one.plugin)[one.source].origin
        where = "" if place.document == origin.document else f" in {place.document}"
        if place.route[-1:] == ("limits",):
            kind = "pod" if one.subject == "Pod" else "container"
            return f"{dotted((*place.route, kind, one.rule.value, one.resource))}{where}"
        if place.route[-1:] == ("quota",):
            # a namespace names its part directly
            hard = () if "namespaces" in place.route else ("hard",)
            return f"{dotted((*place.route, *hard, one.resource))}{where}"
        return f"{one.resource} in {_KINDS[one.plugin]} {one.source} of {dotted(place.route)}{where}"

    def _held(self, plugin: Plugin) -> Mapping[str, Manifest]:
        return self.limit_ranges if plugin is Plugin.LIMIT_RANGER else self.quotas


def ground(
    namespace: str,
    version: str,
    manifests: Iterable[Manifest],
    registries: tuple[str, ...] | None = None,
    bounds: tuple[Place, ...] = (),
) -> Ground:
    """Find what bounds the pods of a namespace among the manifests that are applied with it."""
    found: dict[str, dict[str, Manifest]] = {kind: {} for kind in ("Namespace", *_KINDS.values())}
    for one in manifests:
        metadata, kind = one.body["metadata"], one.body["kind"]
        home = metadata["name"] if kind == "Namespace" else metadata.get("namespace")
        if kind in found and home == namespace and one.body["apiVersion"] == "v1":
            found[kind][metadata["name"]] = one
    labels = found["Namespace"][namespace].body["metadata"].get("labels") if found["Namespace"] else None
    standard = podsecurity.enforced(labels or {})
    return Ground(namespace, version, standard, found["LimitRange"], found["ResourceQuota"], registries, bounds)
