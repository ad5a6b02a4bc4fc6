"""The tree of quotas, and whether a tenant fits into it, told to people and to machines.

The JSON is what ``quota-report.schema.json`` describes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from generator.allotment.account import Account, Balance
from generator.kubernetes.quantity import ZERO, Quantity, Style
from generator.kubernetes.quotakeys import capacity
from generator.problems import Problem
from generator.reporters import dumped, shown, spot
from generator.spec.platform import Cluster

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
#: The largest share that is written out, in percent.
_MOST = 9999
_BINARY = tuple(
    (suffix, 1024**power) for power, suffix in ((6, "Ei"), (5, "Pi"), (4, "Ti"), (3, "Gi"), (2, "Mi"), (1, "Ki"))
)
_DECIMAL = tuple(
    (suffix, 1000**power) for power, suffix in ((6, "E"), (5, "P"), (4, "T"), (3, "G"), (2, "M"), (1, "k"))
)


class Tree(Struct, frozen=True):
    """The accounts of one cluster, by the measures that were asked for."""

    cluster: Cluster
    whole: Mapping[str, Balance]
    accounts: Sequence[Account]
    units: Sequence[str]

    def has(self, unit: str) -> bool:
        """Tell whether a tenant here has anything of a measure."""
        balances = (account.balances[unit] for account in self.accounts)
        return any(one.held is not None or one.promised for one in balances)


# -- text


def text(trees: Sequence[Tree]) -> str:
    """Write trees for people, in 80 columns, a few keys at a time; nothing where there is none."""
    blocks = ["\n".join(_table(tree, units)) for tree in trees for units in _batches(tree.units)]
    return "\n\n".join([*blocks, folded(_LEGEND)]) if blocks else ""


#: How to read a table.
_LEGEND = (
    "promised/held, and how much that is. The rows below a tenant add up to what it has promised, each child with what "
    "it holds; 'left' is what can still be promised. Where a quota is shared or delegated, the first figure is what "
    "all could use together, if nobody adds them up."
)


def _batches(units: Sequence[str]) -> Iterator[Sequence[str]]:
    return (units[first : first + _KEYS] for first in range(0, len(units), _KEYS))


def _table(tree: Tree, units: Sequence[str]) -> Iterator[str]:
    yield _line(shown(tree.cluster.name), [_title(unit) for unit in units])
    if any(capacity(unit) in tree.whole for unit in units):
        yield _line("  the cluster", [_cell(tree.whole.get(capacity(unit)), parted=True) for unit in units])
    below = _below(tree.accounts)
    open_parents: list[Account] = []
    for account in tree.accounts:
        while open_parents and open_parents[-1].depth >= account.depth:
            yield from _ending(open_parents.pop(), units, below)
        yield _line(_name(account), [_held(account, unit) for unit in units])
        if account.node.children:
            indent = _indent(account.depth + 1)
            yield from _filled(f"{indent}own namespaces", [_own(account, unit) for unit in units])
        open_parents.append(account)
    while open_parents:
        yield from _ending(open_parents.pop(), units, below)


def _below(accounts: Iterable[Account]) -> dict[str, list[Account]]:
    """Return the children of each parent that are shown."""
    found: dict[str, list[Account]] = {}
    for account in accounts:
        if account.node.parent is not None:
            found.setdefault(account.node.parent.name, []).append(account)
    return found


def _name(account: Account) -> str:
    node, depth = account.node, account.depth
    as_above = node.mode == (node.parent.mode if node.parent is not None else "partition")
    name = shown(node.name) if as_above or not node.divides else f"{shown(node.name)} ({node.mode})"
    return f"{_indent(depth)}{name}" if depth <= _DEEPEST else f"{_indent(_DEEPEST)}({depth}) {name}"


def _indent(depth: int) -> str:
    return "  " * (min(depth, _DEEPEST) + 1)


def _ending(account: Account, units: Sequence[str], below: Mapping[str, Sequence[Account]]) -> Iterator[str]:
    """Yield what belongs below the children of a parent: those that are not shown, and what it has left."""
    if not account.node.children:
        return
    indent, children = _indent(account.depth + 1), below.get(account.node.name, ())
    yield from _filled(f"{indent}other tenants", [_others(account, unit, children) for unit in units])
    if account.parted and account.node.divides:
        left = [account.balances[unit].left for unit in units]
        if any(one is not None for one in left):
            yield _line(f"{indent}left", ["" if one is None else compact(one) for one in left])


def _filled(name: str, amounts: Sequence[Quantity]) -> Iterator[str]:
    """Yield a line, unless there is nothing in it."""
    if any(amounts):
        yield _line(name, [compact(amount) if amount else "-" for amount in amounts])


def _sums(account: Account) -> bool:
    """Tell whether the figures of a tenant are what can be reached, and not what is promised."""
    node = account.node
    return not account.parted if node.divides else bool(node.bound)


def _figure(account: Account, unit: str) -> Quantity:
    """Return what the rows below a parent come to."""
    balance = account.balances[unit]
    if _sums(account):
        return balance.reach
    return balance.promised if account.node.divides else balance.counted


def _own(account: Account, unit: str) -> Quantity:
    balance = account.balances[unit]
    return balance.own_reach if _sums(account) else balance.own


def _others(account: Account, unit: str, children: Iterable[Account]) -> Quantity:
    """Return what the children come to that are not shown; of what a controller adds up nobody knows whose it is."""
    figure = _figure(account, unit)
    if account.node.mode == "delegated" and _sums(account):
        return ZERO
    parts = (child.balances[unit].reach if _sums(account) else child.balances[unit].counted for child in children)
    return figure - sum(parts, _own(account, unit))


def _held(account: Account, unit: str) -> str:
    """Write what a tenant holds, and how much of it is promised, where that can differ."""
    balance = account.balances[unit]
    if account.node.children and not account.node.divides:
        total = _figure(account, unit)
        return compact(total) if total or balance.held is not None else "-"
    if account.node.children or (not account.parted and balance.reach != balance.held):
        return _cell(balance, parted=account.parted)
    return "-" if balance.held is None and not balance.own else compact(balance.held or balance.own)


def _cell(balance: Balance | None, *, parted: bool) -> str:
    if balance is None or (balance.held is None and not balance.promised):
        return "-"
    used = balance.promised if parted else balance.reach
    if balance.held is None:
        return compact(used)
    percent = used.milli * 100 // balance.held.milli if balance.held else None
    share = "     " if percent is None else f" {percent:>4}%" if percent <= _MOST else f" >{_MOST}%"
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
    sign, size = "-" if amount.milli < 0 else "", abs(amount.milli)
    for suffix, unit in _BINARY if amount.style is Style.BINARY else _DECIMAL:
        tenths = size // (unit * 100)
        if tenths >= 10**_DIGITS * 10:
            digits = str(size // 1000)
            return f"{sign}{digits[0]}e{len(digits) - 1}"
        if tenths >= 10:  # noqa: PLR2004 - one of the unit
            return f"{sign}{tenths // 10}{f'.{tenths % 10}' if tenths % 10 else ''}{suffix}"
    return f"{amount.milli / 1000:g}"


def folded(text: str) -> str:
    """Break a text into the lines of a terminal."""
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
        "ownReach": str(balance.own_reach),
        "counted": str(balance.counted),
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
    return shown(f"{spot(problem.place)}: {problem.field}: {problem.message}")
