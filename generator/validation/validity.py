"""Judge whether a manifest is valid on a cluster of a given Kubernetes version.

One schema for each kind both decides and explains, so the two cannot disagree: what Kubernetes publishes, made
strict, with the rules for names, labels and annotations added. jsonschema-rs decides, in about a microsecond;
only what it refuses is gone through again, slowly, for all its reasons. Quantities are checked where they are read.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from generator.fixed import FixedList
from generator.kubernetes import names
from generator.kubernetes.kinds import Kinds, built_in, kinds_of, known_versions, namespaced
from generator.manifest import Manifest
from generator.problems import Problem, instead

__all__ = ["Validity", "for_version", "known_versions", "namespaced"]

Decide = Callable[[Any], bool]

#: Fields of a Secret whose values no message may show.
_SECRET = ("data", "stringData")


@cache
def for_version(version: str) -> "Validity":
    """Return the judge for a Kubernetes version such as ``1.34``; raise ``ValueError`` for one without schemas."""
    return Validity(kinds_of(version))


class Validity:
    """Judges manifests for one Kubernetes version; each kind's validator is built when the kind is first met."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._decisions: dict[tuple[str, str], Decide] = {}
        # Rules that thousands of Roles share, and that were found valid: by id, and kept, so that no other has it.
        self._fixed: dict[int, FixedList] = {}

    def problems(self, manifest: Manifest) -> Iterator[Problem]:
        """Find everything for which the API server would refuse a manifest; nothing when it is valid."""
        body = manifest.body
        rules = body.get("rules")
        known = type(rules) is FixedList and id(rules) in self._fixed
        try:
            decide = self._decisions[body["apiVersion"], body["kind"]]
            valid = decide({**body, "rules": []} if known else body)
        except (KeyError, TypeError, ValueError):  # a new kind, none at all, or values that JSON does not have
            valid = self._decide(body)
        if valid and type(rules) is FixedList:
            self._fixed[id(rules)] = rules
        return iter(()) if valid else self._explain(manifest)

    def _decide(self, body: Mapping[str, Any]) -> bool:
        known = _typed(body)
        if known is None:
            return False
        decide = self._decisions.get(known)
        if decide is None:
            decide = self._decisions[known] = self._build(*known)
        try:
            return decide(body)
        except ValueError:
            return False

    def _build(self, api_version: str, kind: str) -> Decide:
        if self._is_missing(api_version, kind):
            return _refuse
        from jsonschema_rs import Draft202012Validator

        decide: Decide = Draft202012Validator(self._schema(api_version, kind), validate_formats=False).is_valid
        return decide

    def _explain(self, manifest: Manifest) -> Iterator[Problem]:
        from generator.validation.refusal import reasons

        known = _typed(manifest.body)
        found = [*self._missing(*known)] if known else []
        secret = _SECRET if "Secret" in (known or ()) else ()
        found += reasons(manifest.body, self._schema(*(known or ("", ""))), secret=secret)
        label = _label(manifest.body)
        if not found:
            raise AssertionError(f"{label} was refused without a reason")
        for reason in found:
            yield Problem(manifest.origin, f"{label}: {reason}")

    def _schema(self, api_version: str, kind: str) -> dict[str, Any]:
        """Combine a kind's own schema with what holds for every object."""
        own = self._kinds.schema(api_version, kind)
        naming = names.name_syntax(kind if built_in(api_version) else "")
        namespace = names.DNS_LABEL.schema()
        if namespaced(api_version, kind) is False:
            namespace = {"const": "", "x-otherwise": f"a {kind} lives in no namespace; drop the field"}
        return {**own, **_every_object(naming.schema(), namespace)}

    def _is_missing(self, api_version: str, kind: str) -> bool:
        return built_in(api_version) and (api_version, kind) not in self._kinds

    def _missing(self, api_version: str, kind: str) -> Iterator[str]:
        if self._is_missing(api_version, kind):
            remedy = self._remedy(api_version, kind)
            yield f"there is no {api_version} {kind} in Kubernetes {self._kinds.version}; {remedy}"

    def _remedy(self, api_version: str, kind: str) -> str:
        """Look for what was meant: the kind in another API version, on another cluster, or a kind spelled alike."""
        elsewhere = self._kinds.api_versions(kind, like=api_version)
        if elsewhere:
            return f"use {elsewhere[0]}"
        having = [version for version in known_versions() if (api_version, kind) in kinds_of(version)]
        if having:
            gone = known_versions().index(having[-1]) < known_versions().index(self._kinds.version)
            return (
                f"Kubernetes {having[-1]} was the last to have it" if gone else f"it comes with Kubernetes {having[0]}"
            )
        by_api_version = self._kinds.by_api_version()
        if api_version in by_api_version:
            return instead(kind, by_api_version[api_version])
        return instead(api_version, by_api_version)


def _every_object(name: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    """Describe what the API server asks of every object, whatever its kind."""
    return {
        "type": "object",
        "required": ["apiVersion", "kind", "metadata"],
        "properties": {
            "apiVersion": {"type": "string", "minLength": 1},
            "kind": {"type": "string", "minLength": 1},
            "metadata": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": name, "namespace": namespace},
            },
        },
    }


def _refuse(_: object) -> bool:
    return False


def _typed(body: Mapping[str, Any]) -> tuple[str, str] | None:
    """Read apiVersion and kind; ``None`` when an object does not say both."""
    api_version, kind = body.get("apiVersion"), body.get("kind")
    if isinstance(api_version, str) and isinstance(kind, str) and api_version and kind:
        return api_version, kind
    return None


def _label(body: Mapping[str, Any]) -> str:
    """Name an object in a message, as far as it has names: ``ResourceQuota vision-train/tenant``."""
    metadata = body.get("metadata")
    found = metadata if isinstance(metadata, Mapping) else {}
    path = "/".join(_text(found.get(key)) for key in ("namespace", "name") if _text(found.get(key)))
    return f"{_text(body.get('kind')) or 'an object'} {path}".rstrip()


def _text(value: object) -> str:
    """Return a text cut to a name's usual length, on one line; empty for anything else."""
    return " ".join(value[:63].split()) if isinstance(value, str) else ""
