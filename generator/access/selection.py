"""Reads the selectors of an aggregation rule (``ValidateLabelSelector`` of k8s.io/apimachinery)."""

from collections.abc import Iterable
from typing import Any, cast, get_args

from generator.access.reader import Reader
from generator.access.selector import Operator, Requirement, Selector
from generator.kubernetes import names
from generator.problems import instead
from generator.yaml.scalars import shown

_OPERATORS: tuple[str, ...] = get_args(Operator)


def read_selectors(fields: Reader, value: Any) -> tuple[Selector, ...]:
    """Read ``aggregationRule``: one selector at least; an empty one selects every ClusterRole."""
    route = ("aggregationRule", "clusterRoleSelectors")
    items = fields.items(fields.mapping(value, "aggregationRule").get("clusterRoleSelectors"), *route)
    if not items:
        fields.refuse("an aggregationRule without a selector is refused; write one", *route)
    return tuple([_read_selector(fields, item, *route, index) for index, item in enumerate(items)])


def _read_selector(fields: Reader, value: Any, *route: str | int) -> Selector:
    body = fields.mapping(value, *route)
    labels = fields.labels(body.get("matchLabels"), *route, "matchLabels")
    for key, text in labels.items():
        _check(fields, names.label_key(key), key, *route, "matchLabels", key)
        _check(fields, names.label_value(text), text, *route, "matchLabels", key)
    expressions = fields.items(body.get("matchExpressions"), *route, "matchExpressions")
    return Selector(
        (
            *(Requirement(key, "In", frozenset({text})) for key, text in labels.items()),
            *_read_requirements(fields, expressions, *route, "matchExpressions"),
        )
    )


def _read_requirements(fields: Reader, items: Iterable[Any], *route: str | int) -> Iterable[Requirement]:
    for index, item in enumerate(items):
        body = fields.mapping(item, *route, index)
        key = fields.text(body.get("key"), *route, index, "key")
        operator = fields.text(body.get("operator"), *route, index, "operator")
        values = fields.texts(body.get("values"), *route, index, "values")
        _check(fields, names.label_key(key), key, *route, index, "key")
        for text in values:
            _check(fields, names.label_value(text), text, *route, index, "values")
        if operator not in _OPERATORS:
            fields.refuse(
                f"{shown(operator)} cannot stand here; {instead(operator, _OPERATORS)}", *route, index, "operator"
            )
            continue
        if bool(values) is not (operator in ("In", "NotIn")):
            right = "leave them out" if values else "write some"
            fields.refuse(
                f"{shown(operator)} {'has no' if values else 'needs'} values; {right}", *route, index, "values"
            )
        yield Requirement(key, cast("Operator", operator), frozenset(values))


def _check(fields: Reader, reason: str | None, text: str, *route: str | int) -> None:
    if reason is not None:
        fields.refuse(f"{shown(text)} {reason}", *route)
