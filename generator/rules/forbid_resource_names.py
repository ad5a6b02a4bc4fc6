"""No role names objects where a name does not do what it seems to: the parameter ``case`` says which.

``empty-name``: an empty resource name stands for the requests that name nothing. It lets create anything, list and
watch everything, and delete whole collections. A template that was given no name leaves one.
``never-matches``: a ``POST`` that creates an object and the deletion of a collection carry no name, so that no rule
with names allows them. What creates by ``PUT`` or by server-side apply does carry one.
``needs-field-selector``: a list or watch carries a name only when it asks for ``metadata.name`` by a field selector.

Subresources are created under the name of their object, so that names work there. A role counts whether it is given to
anybody or not.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.access import Rule
from generator.rules.parameters import Word
from generator.rules.scene import Hit, Scene

#: The verbs of requests that may name nothing.
_NAMELESS = ("create", "list", "watch", "deletecollection")


def _empty_name(rule: Rule) -> str:
    if "" not in rule.resource_names:
        return ""
    verbs = _NAMELESS if "*" in rule.verbs else [verb for verb in _NAMELESS if verb in rule.verbs]
    return f"has an empty name among its resourceNames, which allows {', '.join(verbs)} of any" if verbs else ""


def _never_matches(rule: Rule) -> str:
    if not rule.resource_names or "" in rule.resource_names:
        return ""
    said = []
    if "create" in rule.verbs and any("/" not in one and one != "*" for one in rule.resources):
        said.append("allows create by name, which no POST carries (only a PUT or a server-side apply does)")
    if "deletecollection" in rule.verbs:
        said.append("allows deletecollection by name, which no request carries")
    return " and ".join(said)


def _needs_field_selector(rule: Rule) -> str:
    if not any(rule.resource_names):
        return ""
    verbs = [verb for verb in ("list", "watch") if verb in rule.verbs]
    return f"allows {' and '.join(verbs)} by name, which works with a field selector only" if verbs else ""


_CASES: Mapping[str, Callable[[Rule], str]] = {
    "empty-name": _empty_name,
    "never-matches": _never_matches,
    "needs-field-selector": _needs_field_selector,
}

PARAMETERS = {"case": Word(tuple(_CASES))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each rule whose names do not do what they seem to."""
    case = _CASES[parameters["case"]]
    for roles in scene.written_roles:
        for index, rule in enumerate(roles[0].rules):
            said = case(rule)
            for role in roles if said else ():
                if scene.is_built_in(role, index):
                    continue
                names = ", ".join(map(repr, rule.resource_names))
                yield Hit(
                    f"{role.key.kind} {role.key.name} {said}, in its rule about {', '.join(rule.resources)}",
                    role.source(index),
                    namespace=role.key.namespace,
                    kind=role.key.kind,
                    name=role.key.name,
                    chain=(f"resourceNames: {names}",),
                )
