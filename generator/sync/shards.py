"""Divide tenants into shards that are applied together, so that a new tenant moves few others, and none at risk.

A shard is all tenants whose names' hashes begin with the same bits, and its own name says with which. So a shard that
is there before and after a change has the same tenants, but for those that have come or gone: whoever moves leaves a
shard that goes as a whole for one that is new. Only a shard that overflows is divided, and only two that fit into one
are joined.

Tenants that are leaving are not counted. So shards are joined when a tenant begins to leave, and its removal, later,
moves nobody: the shard that has to delete what it had is still there.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from hashlib import sha256

#: In front of the bits, and alone where one shard holds all.
PREFIX = "tenants"
#: Of a hash.
_BITS = 256


def divide(tenants: Iterable[str], most: int, leaving: AbstractSet[str] = frozenset()) -> Mapping[str, tuple[str, ...]]:
    """Return the tenants of each shard, in the order of their names: at most *most* beside those *leaving*.

    With these it has at most twice as many, so that a shard can be applied though a whole cluster is given up.
    """
    hashed = sorted((_hash(name), name) for name in set(tenants))
    return dict(sorted((_name(bits), tuple(sorted(names))) for bits, names in _leaves(hashed, most, leaving)))


def _leaves(hashed: list[tuple[int, str]], most: int, leaving: AbstractSet[str]) -> Iterator[tuple[str, list[str]]]:
    """Walk the trie from its root to where few enough tenants share a prefix."""
    waiting = [("", hashed)]
    while waiting:
        bits, some = waiting.pop()
        if len(some) > 2 * most or (len(some) > most and sum(name not in leaving for _, name in some) > most):
            middle = int(f"{bits}1", 2) << (_BITS - len(bits) - 1)  # the first hash that goes on with a one
            cut = bisect_left(some, (middle, ""))
            waiting += [(f"{bits}0", some[:cut]), (f"{bits}1", some[cut:])]
        elif some:
            yield bits, [name for _, name in some]


def _hash(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest(), "big")


def _name(bits: str) -> str:
    return f"{PREFIX}-{bits}" if bits else PREFIX
