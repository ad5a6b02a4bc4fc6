"""The tree of quotas, and whether a tenant fits into it, told to people and to machines.

The JSON is what ``quota-report.schema.json`` describes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.allotment.account import Account, Balance
from generator.platform import Cluster
from generator.problems import Problem
from generator.quantity import Quantity
from generator.quotakeys import capacity
from generator.reporters import dumped, shown, spot

#: The form of the JSON; a field that is added does not change it.
VERSION = 1

#: Columns of a line, and of a key in it; three keys stand beside the names.
_WIDTH = 80
_KEY = 19
_KEYS = 3
_NAME = _WIDTH - _KEYS * _KEY
#: Levels that are indented; deeper ones would leave no room for names.
_DEEPEST = 8
#: Digits of an amount in a table.
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Tree:
    """The accounts of one cluster, by the measures that were asked for."""

    cluster: Cluster
    whole: Mapping[str, Balance]
    accounts: Sequence[Account]
    units: Sequence[str]


# -- text


def text(trees: Sequence[Tree], also: Sequence[str] = ()) -> str:
    """Write trees for people, in 80 columns: a few keys at a time; *also* are keys that are not shown."""
    blocks = ["\n".join(_table(tree, units)) for tree in trees for units in _batches(tree.units)]
    if not blocks:
        return "nobody has a quota there"
    legend = (
        "promised/held, and how much that is; 'left' is what can still be promised. Where a quota is shared or "
        "delegated, the first figure is what all could use together, if nobody adds them up."
    )
    more = f"There are also caps on {', '.join(also)}: --key KEY shows one, --key all shows all." if also else ""
    return "\n\n".join([*blocks, *map(_folded, filter(None, (legend, more)))])


def _batches(units: Sequence[str]) -> Iterator[Sequence[str]]:
    return (units[first : first + _KEYS] for first in range(0, len(units), _KEYS))


def _table(tree: Tree, units: Sequence[str]) -> Iterator[str]:
    yield _line(shown(tree.cluster.name), [_title(unit) for unit in units])
    if any(capacity(unit) in tree.whole for unit in units):
        yield _line("  the cluster", [_cell(tree.whole.get(capacity(unit)), parted=True) for unit in units])
    open_parents: list[Account] = []
    for account in tree.accounts:
        while open_parents and open_parents[-1].depth >= account.depth:
            yield from _left(open_parents.pop(), units)
        yield _line(_name(account), [_held(account, unit) for unit in units])
        open_parents.append(account)
    while open_parents:
        yield from _left(open_parents.pop(), units)


def _name(account: Account) -> str:
    node, depth = account.node, account.depth
    as_above = node.mode == (node.parent.mode if node.parent is not None else "partition")
    name = shown(node.name) if as_above or not node.divides else f"{shown(node.name)} ({node.mode})"
    return f"{_indent(depth)}{name}" if depth <= _DEEPEST else f"{_indent(_DEEPEST)}({depth}) {name}"


def _indent(depth: int) -> str:
    return "  " * (min(depth, _DEEPEST) + 1)


def _left(account: Account, units: Sequence[str]) -> Iterator[str]:
    """Yield what a parent has left, below its children."""
    if not account.parted or not account.node.children or not account.node.divides:
        return
    left = [account.balances[unit].left for unit in units]
    yield _line(f"{_indent(account.depth + 1)}left", ["" if one is None else compact(one) for one in left])


def _held(account: Account, unit: str) -> str:
    """Write what a tenant holds, and how much of it is promised, where that can differ."""
    balance = account.balances[unit]
    if account.node.children or (not account.parted and balance.reach != balance.held):
        return _cell(balance, parted=account.parted)
    return "-" if balance.held is None and not balance.own else compact(balance.held or balance.own)


def _cell(balance: Balance | None, *, parted: bool) -> str:
    if balance is None or (balance.held is None and not balance.promised):
        return "-"
    used = balance.promised if parted else balance.reach
    if balance.held is None:
        return compact(used)
    share = f" {used.milli * 100 // balance.held.milli:>4}%" if balance.held else "     "
    return f"{compact(used)}/{compact(balance.held)}{share}"


def _line(name: str, cells: Iterable[str]) -> str:
    """Write a line; a long name goes on into the first column where that leaves room, or is cut."""
    text = "".join(cell.rjust(_KEY) for cell in cells)
    room = _NAME + len(text) - len(text.lstrip()) - 1
    name = name if len(name) <= room else f"{name[: room - 3]}..."
    return (name + text[max(0, len(name) - _NAME) :].rjust(_NAME + len(text) - len(name))).rstrip()


def _title(unit: str) -> str:
    short = unit.removeprefix("requests.") if unit.startswith("requests.") and "storage" not in unit else unit
    return short if len(short) < _KEY else f"...{short[-_KEY + 4 :]}"


def compact(amount: Quantity) -> str:
    """Write an amount in few characters: exactly where that is short, or else rounded down to its largest unit."""
    exact = str(Quantity(amount.milli, amount.style))
    if len(exact) <= _DIGITS + 2:
        return exact
    units = (("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10))
    whole = amount.milli // 1000
    for suffix, size in units if amount.style.value == "binary" else (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if abs(whole) >= size:
            return f"{whole * 10 // size / 10:g}{suffix}"
    return f"{amount.milli / 1000:g}"


def _folded(text: str) -> str:
    from textwrap import fill

    return fill(text, _WIDTH)


# -- json


def as_json(trees: Sequence[Tree], *, tool_version: str) -> str:
    """Write trees for programs."""
    return dumped(_head(tool_version, "tree") | {"clusters": [_tree(tree) for tree in trees]})


def _head(tool_version: str, kind: str) -> dict[str, Any]:
    return {"version": VERSION, "tool": {"name": "tenantry", "version": tool_version}, "kind": kind}


def _tree(tree: Tree) -> dict[str, Any]:
    return {
        "name": tree.cluster.name,
        "capacity": {resource: _balance(balance) for resource, balance in tree.whole.items()},
        "tenants": [_account(account) for account in tree.accounts],
    }


def _account(account: Account) -> dict[str, Any]:
    node = account.node
    return {
        "name": node.name,
        "file": node.entry.document,
        "parent": node.parent.name if node.parent is not None else None,
        "mode": node.mode,
        "keys": {unit: _balance(balance) for unit, balance in account.balances.items()},
    }


def _balance(balance: Balance) -> dict[str, str | None]:
    return {
        "held": None if balance.held is None else str(balance.held),
        "promised": str(balance.promised),
        "own": str(balance.own),
        "reach": str(balance.reach),
        "left": None if balance.left is None else str(balance.left),
    }


def fit_as_json(problems: Sequence[Problem], trees: Sequence[Tree], *, tool_version: str) -> str:
    """Write for programs whether a tenant fits: what is in the way, and how full everything would be."""
    told = [
        {"file": one.place.document, "line": one.place.line, "field": one.field, "message": one.message}
        for one in problems
    ]
    fits = {"fits": not problems, "problems": told, "clusters": [_tree(tree) for tree in trees]}
    return dumped(_head(tool_version, "fit") | fits)


def problem_line(problem: Problem) -> str:
    """Write what is in the way for people."""
    return f"{spot(problem.place)}: {problem.field}: {problem.message}"
