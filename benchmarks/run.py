"""Measure tenantry as people run it: whole programs, in interleaved rounds.

    python run.py --sizes 1000,10000 --rounds 3

See README.md for what the cases are and what the figures mean.
"""

import argparse
import json
import math
import os
import platform
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from cases import FOREIGN, Bench, Case, all_cases, describe
from process import Cost
from workload import Shape

#: A row: what was asked for, and what each round has cost.
Row = tuple[Case, list[Cost]]

#: What a program may take at a size, as a multiple of the one that it is compared with.
_RATIOS = {("tenantry --help", 0): 1.5, ("foreign: lint", max(FOREIGN)): 1.5}

_HEADS = ("case", "size", "wall", "least", "CPU", "peak MB", "limit", "")


def main() -> None:
    """Measure what the command line asks for, print it, and keep it where asked to."""
    given = _arguments()
    scratch = Path(tempfile.mkdtemp(prefix="tenantry-benchmark-", dir=given.scratch))
    try:
        _measure(Bench(scratch), given)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    numbers = lambda text: [int(part) for part in text.split(",")]  # noqa: E731 - argparse calls it
    parser.add_argument("--sizes", type=numbers, default=[100, 1_000, 10_000], help="numbers of tenants")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cases", default="", help="parts of the names of cases, with commas between; all if empty")
    parser.add_argument("--peers-up-to", type=int, default=1_000, help="the most tenants that peers are measured with")
    parser.add_argument("--scratch", type=Path, help="the folder to work in; on the disk that counts")
    parser.add_argument("--json", type=Path, help="the file to write all figures to")
    return parser.parse_args()


def _measure(bench: Bench, given: argparse.Namespace) -> None:
    wanted = [part for part in given.cases.split(",") if part]
    cases = [
        case
        for case in all_cases(bench, given.sizes, given.peers_up_to)
        if not wanted or any(part in case.name for part in wanted)
    ]
    bench.warm()
    rows: list[Row] = [(case, []) for case in cases]
    for number in range(given.rounds):
        for case, costs in rows:
            _progress(f"round {number + 1} of {given.rounds}: {case.name} {case.size or ''}")
            costs.append(case.measure())
    _progress("")
    machine = _machine()
    print(f"{machine['cpu']}, {machine['cores']} cores, {machine['python']}, {machine['date']}, {given.rounds} rounds")
    _print_table(rows)
    _print_ratios(rows)
    for extras in (False, True):
        root = bench.repository(Shape(given.sizes[-1], extras=extras))
        if (root / "rendered").exists():
            print(f"a tenant of {root.name}: {describe(root)}")
    if given.json:
        given.json.write_text(json.dumps({"machine": machine, "cases": [_plain(row) for row in rows]}, indent=1) + "\n")


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _machine() -> dict[str, str]:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return {
        "cpu": names[0] if names else platform.processor() or platform.machine(),
        "cores": str(os.cpu_count()),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "date": datetime.now(UTC).date().isoformat(),
    }


def _middle(costs: Sequence[Cost]) -> Cost:
    return Cost(*(median(figures) for figures in zip(*((c.wall, c.cpu, c.peak) for c in costs), strict=True)))


def _print_table(rows: Sequence[Row]) -> None:
    print("| " + " | ".join(_HEADS) + " |")
    print("|---|" + "--:|" * 6 + "---|")
    for case, costs in rows:
        cost = _middle(costs)
        least = min(c.wall for c in costs)
        limits = [f"{case.limit} s"] if case.limit is not None else []
        limits += [f"{case.most:.0f} MB"] if case.most is not None else []
        figures = f"{cost.wall:.3f} | {least:.3f} | {cost.cpu:.3f} | {cost.peak:.0f}"
        print(f"| {case.name} | {case.size or ''} | {figures} | {', '.join(limits)} | {_verdict(case, cost)} |")


def _verdict(case: Case, cost: Cost) -> str:
    over = [f"{cost.wall / case.limit:.2f}x"] if case.limit is not None and cost.wall > case.limit else []
    over += ["memory"] if case.most is not None and cost.peak > case.most else []
    if over:
        return "over: " + ", ".join(over)
    return "ok" if case.limit is not None or case.most is not None else ""


def _print_ratios(rows: Sequence[Row]) -> None:
    """Print how start-up and peers compare, and how cost grows; ratios are medians over rounds, of CPU seconds."""
    by_key: Mapping[tuple[str, int], list[Cost]] = {(case.name, case.size): costs for case, costs in rows}
    pairs = [("tenantry --help", "empty click --help", 0, 0)]
    sizes = sorted({case.size for case, _ in rows})
    pairs += [(peer, "cold", size, size) for peer in ("copy", "jinja2", "jinja2-load", "load-dump") for size in sizes]
    pairs += [(f"foreign: {name}", "foreign: read", size, size) for name in ("lint", "who-can") for size in sizes]
    for upper, lower, size, other in pairs:
        above, below = by_key.get((upper, size)), by_key.get((lower, other))
        if above and below:
            ratio = median(a.cpu / b.cpu for a, b in zip(above, below, strict=True))
            limit = _RATIOS.get((upper, size))
            verdict = "" if limit is None else f", {'ok' if ratio <= limit else 'over'}: limit {limit}"
            print(f"{upper} / {lower}{f' at {size}' if size else ''}: {ratio:.2f} (CPU){verdict}")
    growth: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for case, costs in rows:
        if case.size:
            growth[case.name].append((case.size, _middle(costs).cpu))
    for name, points in growth.items():
        if len(points) > 1:
            each = ", ".join(f"{cpu / size * 1e6:.0f} at {size}" for size, cpu in points)
            (small, little), (large, much) = points[-2:]
            exponent = math.log(much / little) / math.log(large / small)
            unit = "an object" if name.startswith("foreign") else "a tenant"
            print(f"{name}: CPU microseconds {unit}: {each}; exponent {exponent:.2f}")


def _plain(row: Row) -> dict[str, object]:
    case, costs = row
    rounds = [{"wall": cost.wall, "cpu": cost.cpu, "peak": cost.peak} for cost in costs]
    return {"case": case.name, "tenants": case.size, "limit": case.limit, "most": case.most, "rounds": rounds}


if __name__ == "__main__":
    main()
