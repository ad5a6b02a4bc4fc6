"""What a tenant says of its quota, as one short text, and what it has to know of the quotas above and below it.

The directory holds what all tenants say. As texts, ten thousand quotas cost next to nothing where nobody asks for
them; those that are asked for are read once for each text, for thousands of tenants say the same.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from generator.kubernetes import quantity
from generator.kubernetes.quantity import Quantity
from generator.spec.settings import Amounts

#: One letter for each of the keys that most quotas have: ten thousand of them are read in every run. No key is one.
_LETTERS = dict(zip(
    (
        "requests.cpu", "requests.memory", "limits.cpu", "limits.memory", "requests.nvidia.com/gpu", "requests.storage",
        "pods", "count/jobs.batch", "services.loadbalancers", "services.nodeports", "persistentvolumeclaims",
    ),
    "CMcmGSPJLNV",
    strict=True,
))  # fmt: skip
_KEYS = {letter: key for key, letter in _LETTERS.items()}

#: Modes in which each namespace may use up to the least that a tenant above it has.
LEAST = frozenset({"shared", "delegated"})


class Allowance(NamedTuple):
    """What one file says; ``None`` in ``hard`` where it has no ``spec.quota``, and in ``parts`` where one is open.

    ``mode``, ``to`` (who enforces the sum) and ``overcommit`` are empty where they are left to others; ``parts``
    are those of the namespaces, in their order.
    """

    mode: str
    to: str
    overcommit: str
    hard: Amounts | None
    parts: tuple[Amounts | None, ...]


class Share(NamedTuple):
    """What a tenant has to know of the quotas around its own, as plain values that are cheap to send.

    ``mode`` and ``to`` are its own or inherited; ``bound`` is the least that those above have of each key, as texts,
    where that is what counts; ``given`` is, by cluster, what its children have of its quota, in thousandths of each
    measure. ``apex`` is the namespace above it where HNC adds up, empty where there is none.
    """

    mode: str = ""
    to: str = ""
    bound: tuple[tuple[str, str], ...] = ()
    given: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()
    apex: str = ""

    def given_on(self, cluster: str) -> Amounts:
        """Return what children have of the quota on a cluster, by measure."""
        pairs = next((pairs for name, pairs in self.given if name == cluster), ())
        return {unit: Quantity(milli) for unit, milli in pairs}

    def most_given(self) -> Amounts:
        """Return the most that children have of the quota on any cluster, by measure."""
        most: dict[str, Quantity] = {}
        for cluster, _ in self.given:
            for unit, amount in self.given_on(cluster).items():
                most[unit] = max(most.get(unit, amount), amount)
        return most

    @property
    def bounds(self) -> Amounts:
        """The least that those above have, by key."""
        return {key: quantity.parse(amount) for key, amount in self.bound}


#: That of a tenant which nobody is above or below.
ALONE = Share()


def pack(spec: Mapping[str, Any]) -> str:
    """Write what a valid ``spec`` says of its quota; empty where it says nothing."""
    quota = spec.get("quota")
    parts = [_pairs(item["quota"]) if "quota" in item else "-" for item in spec.get("namespaces") or ()]
    named = "|".join(parts) if any(part != "-" for part in parts) else ""
    if quota is None:
        return f";{named}" if named else ""
    get = quota.get
    head = f"{get('mode', '')},{get('to', '')},{get('maxOvercommit', '')},{_pairs(get('hard', {}))}"
    return f"{head};{named}" if named else head


def _pairs(hard: Mapping[str, Any]) -> str:
    return ",".join(f"{_LETTERS.get(key, key)}={amount}" for key, amount in hard.items())


@lru_cache(maxsize=4096)
def unpack(text: str) -> Allowance:
    """Read what :func:`pack` has written."""
    head, _, named = text.partition(";")
    parts = tuple(None if part == "-" else _read(part.split(",")) for part in named.split("|")) if named else ()
    if not head:
        return Allowance("", "", "", None, parts)
    mode, to, overcommit, *hard = head.split(",")
    return Allowance(mode, to, overcommit, _read(hard), parts)


def _read(pairs: Iterable[str]) -> Amounts:
    split = (pair.partition("=") for pair in pairs if pair)
    return {_KEYS.get(key, key): quantity.parse(amount) for key, _, amount in split}
