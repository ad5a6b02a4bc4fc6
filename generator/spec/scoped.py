"""Quotas that count only some pods or claims: those of a priority class, those that name no resources, and so on.

Each is a ResourceQuota of its own in every namespace of the tenant, beside the one that holds for everything. Its name
follows from its scope, for ``spec.scopes`` cannot be changed in place: another scope is another object.
"""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from msgspec import Struct

from generator.kubernetes import quantity, quotakeys
from generator.kubernetes.quantity import Quantity
from generator.problems import Place, Problem
from generator.yaml.documents import natural_key

#: Characters of a name that people can still read; a longer one ends with a digest.
_LONGEST = 50


class ScopeExpression(Struct, frozen=True):
    """One requirement of a scope selector."""

    scope_name: str
    operator: str
    values: tuple[str, ...]


class ScopedQuota(Struct, frozen=True):
    """What pods or claims in all of these scopes may consume together, in each namespace."""

    name: str
    scopes: tuple[str, ...]
    scope_selector: tuple[ScopeExpression, ...]
    hard: Mapping[str, Quantity]
    origin: Place

    @property
    def all_scopes(self) -> tuple[str, ...]:
        """The scopes that it names, in either way."""
        return (*self.scopes, *(one.scope_name for one in self.scope_selector))

    @property
    def object_name(self) -> str:
        """The name of its object, in which the scope stands: ``tenant-priorityclass-in-batch``."""
        words = [*sorted(self.scopes)]
        words += ["-".join((one.scope_name, one.operator, *one.values)) for one in self.scope_selector]
        text = re.sub("[^a-z0-9-]", "-", "-".join(["tenant", *filter(None, [self.name]), *words]).lower()).strip("-")
        if len(text) <= _LONGEST:
            return text
        return f"{text[:_LONGEST].rstrip('-')}-{sha256(repr((words, self.name)).encode()).hexdigest()[:8]}"

    @property
    def spec(self) -> dict[str, Any]:
        """The ``spec`` of its object."""
        found: dict[str, Any] = {"hard": {key: str(amount) for key, amount in sorted(self.hard.items())}}
        if self.scope_selector:
            found["scopeSelector"] = {
                "matchExpressions": [
                    {"operator": one.operator, "scopeName": one.scope_name}
                    | ({"values": list(one.values)} if one.values else {})
                    for one in self.scope_selector
                ]
            }
        return found | ({"scopes": list(self.scopes)} if self.scopes else {})


def from_value(value: Mapping[str, Any], place: Place, index: int) -> ScopedQuota:
    """Take one item of a valid ``quota.scoped``."""
    get = value.get
    return ScopedQuota(
        name=get("name", ""),
        scopes=tuple(get("scopes", ())),
        scope_selector=tuple(
            ScopeExpression(one["scopeName"], one["operator"], tuple(one.get("values", ())))
            for one in get("scopeSelector", {}).get("matchExpressions", ())
        ),
        hard={key: quantity.parse(amount) for key, amount in value["hard"].items()},
        origin=place / natural_key(value, index),
    )


def check(given: tuple[ScopedQuota, ...]) -> Iterator[Problem]:
    """Find what the API server refuses of scopes, and keys that are never counted in them."""
    seen: dict[str, Place] = {}
    for one in given:
        first = seen.setdefault(one.object_name, one.origin)
        if first != one.origin:
            yield Problem(
                one.origin, f"scoped[{first.route[-1]}] has this scope too; give one of them a name, or write one quota"
            )
        for expression in one.scope_selector:
            if wrong := quotakeys.check_selection(expression.scope_name, expression.operator, expression.values):
                yield Problem(one.origin / "scopeSelector", wrong)
        if wrong := quotakeys.check_scopes(one.all_scopes):
            yield Problem(one.origin, wrong)
            continue
        for key, amount in one.hard.items():
            reason = quotakeys.check_key(key, one.all_scopes).message or quotakeys.check_value(key, amount)
            if reason:
                yield Problem(one.origin / "hard" / key, reason)
