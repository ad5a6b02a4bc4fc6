"""Make a forest of tenants with quotas, six levels deep, in memory; with ``--prove``, prove that it fits.

    python forest.py 10000 --prove

What the proof costs is the difference between the two: nothing is read or rendered.
"""

import argparse
from collections.abc import Iterator
from random import Random
from typing import Any

from generator.allotment import around, overdraft
from generator.allotment.ledger import Ledger
from generator.organisation.directory import Directory, entry
from generator.spec.platform import from_document
from generator.yaml.documents import Document

DEPTH = 6
#: So many times what a tenant has is what the one above it has: enough for all its children.
STEP = 10_000

PLATFORM = {
    "metadata": {"name": "benchmark"},
    "spec": {"clusters": [{"name": "main", "version": "1.34", "capacity": {"cpu": "1E", "memory": "8Ei"}}]},
}


def specs(count: int, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield tenants with their ``spec``, parents first."""
    random = Random(seed)  # noqa: S311 - the same figures each time, and no secrets
    levels: list[list[str]] = [[] for _ in range(DEPTH)]
    for number in range(count):
        depth = min(number, random.randrange(DEPTH))
        while depth and not levels[depth - 1]:
            depth -= 1
        name = f"team-{number:05}"
        levels[depth].append(name)
        spec: dict[str, Any] = {"parent": random.choice(levels[depth - 1])} if depth else {}
        scale = STEP ** (DEPTH - 1 - depth) if depth < DEPTH - 1 else 1
        hard = {"pods": 30, "requests.cpu": 8, "requests.memory": 32, "limits.cpu": 16, "count/jobs.batch": 50}
        spec["quota"] = {"hard": {key: str(amount * scale) for key, amount in hard.items()}}
        spec["quota"]["hard"] |= {"requests.nvidia.com/gpu": 0, "services.nodeports": 0, "secrets": str(9 * scale)}
        yield name, spec | ({"namespaces": []} if depth < DEPTH - 1 else {})


def main() -> None:
    """Take the size from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("tenants", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--prove", action="store_true")
    given = parser.parse_args()
    made = specs(given.tenants, given.seed)
    entries = [entry({"metadata": {"name": name}, "spec": spec}, f"tenants/{name}.yaml") for name, spec in made]
    directory = Directory(entries, from_document(Document("tenants/platform.yaml", PLATFORM)))
    if given.prove:
        ledger = Ledger(directory)
        problems = list(overdraft.check(ledger))
        shares = [around.share(ledger, name) for name in directory.entries]
        print(f"{len(shares)} tenants, {len(problems)} problems")
        if problems:
            raise SystemExit(problems[0].message)


if __name__ == "__main__":
    main()
