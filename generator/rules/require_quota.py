"""The ResourceQuotas of each namespace together cap all of ``resources``.

Asks: does the API server count the key in a quota of this namespace, for all pods? ``cpu`` and ``requests.cpu`` are
one, so are ``memory`` and ``requests.memory``. A quota with a scope holds for some pods only; two that share all pods
between them (``Terminating`` and ``NotTerminating``) hold for all. A key that nothing ever counts caps nothing. With
``or: limits`` a cap on limits will do in the place of one on requests.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.kubernetes import quotakeys
from generator.rules.parameters import Optional, Parameter, Word, Words
from generator.rules.quotas import same, scopes_of
from generator.rules.scene import Hit, Scene, inside

_ALL_PODS: frozenset[str] = frozenset()
_HALVES = {frozenset({"Terminating"}), frozenset({"NotTerminating"})}


def _refusal(key: str) -> str | None:
    return quotakeys.check_key(key).message or None


PARAMETERS: Mapping[str, Parameter] = {"resources": Words(refusal=_refusal), "or": Optional(Word(("limits",)))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each namespace in which something is not capped."""
    for name, item in scene.namespaces:
        capped = _capped(scene, name)
        if parameters.get("or") == "limits":
            capped |= {f"requests.{key.removeprefix('limits.')}" for key in capped if key.startswith("limits.")}
        missing = [key for key in parameters["resources"] if same(key) not in capped]
        if missing:
            message = f"namespace {name} has no quota for {', '.join(missing)}"
            yield Hit(message, item.origin, namespace=name, kind="Namespace", name=name)


def _capped(scene: Scene, namespace: str) -> set[str]:
    scopes: dict[str, set[frozenset[str]]] = {}
    for item in scene.within(namespace, "", "ResourceQuota"):
        among = scopes_of(inside(item.body, "spec"))
        for key in inside(item.body, "spec", "hard"):
            if quotakeys.check_key(key, among).enforced:
                scopes.setdefault(same(key), set()).add(among)
    return {key for key, found in scopes.items() if _ALL_PODS in found or found >= _HALVES}
