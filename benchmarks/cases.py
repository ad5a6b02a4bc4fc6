"""The cases that are measured: what is prepared (not measured), what is run, and what it may take."""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import foreign
import peers
import process
import workload
from process import Cost
from workload import Shape

#: The smallest program that click can make.
_EMPTY_CLICK = "import click; click.group(name='empty')(lambda: None)(['--help'], prog_name='empty')"
_TENANTRY = (sys.executable, "-c", "import sys; from generator.cli import program; sys.argv[0] = 'tenantry'; program()")
_READER = (sys.executable, str(Path(__file__).with_name("foreign.py")))
_FOREST = (sys.executable, str(Path(__file__).with_name("forest.py")))
_PEERS = (sys.executable, str(Path(__file__).with_name("peers.py")))
#: Longer than the program distrusts files that are as young as its index.
_SETTLING = 0.05
#: Tenants that are divided into shards for Flux.
SYNCED = 2_000
#: Tenants of the forest whose quotas are proved to fit.
FOREST = 10_000
#: Objects that nobody rendered: what a large cluster has, and a quarter of it.
FOREIGN = (4_500, 18_000)


@dataclass(frozen=True, slots=True)
class Case:
    """One row. ``limit`` is in seconds of wall time, ``most`` in megabytes a process; ``None`` asks for nothing."""

    name: str
    size: int
    measure: Callable[[], Cost]
    limit: float | None = None
    most: float | None = None


@dataclass(slots=True)
class Bench:
    """A folder for everything, and a copy of the program, which work on it meanwhile does not change."""

    scratch: Path
    environment: dict[str, str] = field(init=False)
    _thrown: int = 0
    _times: int = 0

    def __post_init__(self) -> None:
        package = Path(find_spec("generator").origin).parent  # type: ignore[union-attr,arg-type]  # it is installed
        copied = self.scratch / "program"
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(package, copied / "generator", ignore=ignore)
        if not (package / "policies").is_dir():
            shutil.copytree(package.parent / "policies", copied / "policies", ignore=ignore)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        # Installed programs have their bytecode; so have these, from their second run on.
        self.environment = {**kept, "PYTHONPATH": str(copied), "PYTHONPYCACHEPREFIX": str(self.scratch / "bytecode")}
        peers.write_model(self.scratch / "model")
        self.tenantry(self.scratch / "model", "render")

    def warm(self) -> None:
        """Run what is small once, so that all bytecode is there; the model's rendering is that of the program."""
        self.plain(sys.executable, "-c", "pass")
        self.plain(sys.executable, "-c", _EMPTY_CLICK)
        # The model's amounts can be found again in its text; no cluster has as much, and a policy says so.
        self._run(self.scratch / "model", (*_TENANTRY, "check", "--no-index"), ends=(0, 1))
        for name in ("jinja2-load", "load-dump", "copy"):
            self.peer(self.scratch / "model", name)
        self.clear(self.scratch / "model", peers.OUTPUT)

    def tenantry(self, root: Path, *arguments: str) -> Cost:
        """Run the program in a repository."""
        return self._run(root, (*_TENANTRY, *arguments))

    def _run(self, root: Path, command: Sequence[str], ends: Sequence[int] = (0,)) -> Cost:
        return process.run(command, root, self.environment, ends)

    def repository(self, shape: Shape) -> Path:
        """Return the repository of a shape, made when it is first asked for."""
        parts = [shape.split, "extras" if shape.extras else "plain", str(shape.tenants), f"{shape.parents:g}"]
        root = self.scratch / "-".join(parts)
        if not root.exists():
            workload.write(root, shape)
        return root

    def foreign(self, objects: int) -> Path:
        """Return a folder of manifests as anybody has them, made when it is first asked for."""
        root = self.scratch / f"foreign-{objects}"
        if not root.exists():
            foreign.write(root, objects)
        return root

    # -- what is prepared

    def clear(self, root: Path, *names: str) -> None:
        """Set folders aside: creating files is slow for a while where many have just been deleted."""
        for name in names:
            if (root / name).exists():
                self._thrown += 1
                (root / name).rename(self.scratch / f"thrown-{self._thrown}")

    def settle(self, root: Path) -> None:
        """Leave everything rendered, with an index that is trusted."""
        self.tenantry(root, "render")
        time.sleep(_SETTLING)
        self.tenantry(root, "render")

    # -- what is measured

    def cold(self, root: Path, *options: str) -> Cost:
        """Render everything for the first time."""
        self.clear(root, "rendered", ".tenantry")
        return self.tenantry(root, "render", *options)

    def unchanged(self, root: Path) -> Cost:
        """Render when there is nothing to do."""
        self.settle(root)
        return self.tenantry(root, "render")

    def one_changed(self, root: Path) -> Cost:
        """Render after an edit of one tenant."""
        self.settle(root)
        self._times += 1
        workload.change(root, 0, self._times)
        return self.tenantry(root, "render")

    def fresh(self, root: Path) -> Cost:
        """Check a checkout in which everything is as it should be, and nothing is known of it."""
        self.settle(root)
        return self.tenantry(root, "check", "--no-index")

    def whole_day(self, root: Path) -> Cost:
        """Render everything for the first time, then check it as CI does."""
        return self.cold(root) + self.tenantry(root, "check", "--no-index")

    def peer(self, root: Path, name: str) -> Cost:
        """Run a peer on the rendered repository."""
        self.settle(root)
        self.clear(root, peers.OUTPUT)
        return self._run(root, (*_PEERS, name, str(root), str(self.scratch / "model")))

    def lint(self, root: Path) -> Cost:
        """Judge manifests that nobody rendered; there are findings."""
        return self._run(root.parent, (*_TENANTRY, "lint", root.name), ends=(0, 1))

    def who_can(self, root: Path) -> Cost:
        """Ask who may read Secrets."""
        question = ("access", "who-can", "get", "secrets", "--manifests", root.name)
        return self._run(root.parent, (*_TENANTRY, *question))

    def read(self, root: Path) -> Cost:
        """Read the same manifests, and do nothing with them."""
        return self._run(root.parent, (*_READER, root.name, "--read"))

    def build(self, root: Path) -> Cost:
        """Have kustomize build the shard that lists most, as Flux does for each one after every commit."""
        self.settle(root)
        shards = (root / "rendered" / "main" / "sync").glob("*/kustomization.yaml")
        fullest = max(shards, key=lambda path: path.stat().st_size).parent
        return self._run(root, ("kubectl", "kustomize", "--load-restrictor", "LoadRestrictionsNone", str(fullest)))

    def plain(self, *command: str) -> Cost:
        """Run a command that needs no repository."""
        return self._run(self.scratch, command)


def all_cases(bench: Bench, sizes: Sequence[int], largest_peer: int) -> Iterator[Case]:
    """Yield every case, in the order of a round; peers up to *largest_peer* tenants, for they are slow."""
    yield Case("python -c pass", 0, partial(bench.plain, sys.executable, "-c", "pass"))
    yield Case("empty click --help", 0, partial(bench.plain, sys.executable, "-c", _EMPTY_CLICK))
    yield Case("tenantry --help", 0, partial(bench.plain, *_TENANTRY, "--help"))
    small = bench.repository(Shape(20, split="concern"))
    yield Case("render + check", 20, partial(bench.whole_day, small), 0.3)
    for size in sizes:
        yield from _of_size(bench, size)
        names = ("copy", *(("jinja2", "jinja2-load", "load-dump") if size <= largest_peer else ()))
        for name in names:
            yield Case(name, size, partial(bench.peer, bench.repository(Shape(size)), name))
    if shutil.which("kubectl"):
        synced = bench.repository(Shape(SYNCED, split="concern", parents=0))
        yield Case("kustomize: fullest shard", SYNCED, partial(bench.build, synced), 2)
    else:
        print("kubectl is not here: no shard is built as Flux builds it", file=sys.stderr)
    yield Case("quotas: made", FOREST, partial(bench.plain, *_FOREST, str(FOREST)))
    yield Case("quotas: proved", FOREST, partial(bench.plain, *_FOREST, str(FOREST), "--prove"))
    for objects in FOREIGN:
        folder = bench.foreign(objects)
        yield Case("foreign: read", objects, partial(bench.read, folder))
        yield Case("foreign: lint", objects, partial(bench.lint, folder))
        yield Case("foreign: who-can", objects, partial(bench.who_can, folder))


def _of_size(bench: Bench, size: int) -> Iterator[Case]:
    root = bench.repository(Shape(size))
    concern = bench.repository(Shape(size, split="concern"))
    extras = bench.repository(Shape(size, extras=True))
    limits = {("cold", 1_000): 0.6, ("cold", 10_000): 4, ("cold, by concern", 10_000): 8}
    limits |= {("unchanged", 10_000): 0.3, ("one changed", 10_000): 0.35}
    limits |= {("fresh check", 1_000): 1, ("fresh check", 10_000): 8}
    measures = {
        "cold": partial(bench.cold, root),
        "cold, one process": partial(bench.cold, root, "--jobs", "1"),
        "unchanged": partial(bench.unchanged, root),
        "one changed": partial(bench.one_changed, root),
        "fresh check": partial(bench.fresh, root),
        "cold, by concern": partial(bench.cold, concern),
        "cold, extras": partial(bench.cold, extras),
    }
    for name, measure in measures.items():
        most = 300 if name == "fresh check" else 120
        yield Case(name, size, measure, limits.get((name, size)), most if size == 10_000 else None)


def describe(root: Path) -> str:
    """Say how large a tenant's file and its output are, on average."""
    tenants = [file.read_bytes() for file in (root / "tenants").glob("team-*.yaml")]
    rendered = [file.read_bytes() for file in (root / "rendered").rglob("*.yaml")]
    figures = {
        "lines in": sum(text.count(b"\n") for text in tenants),
        "bytes in": sum(map(len, tenants)),
        "objects": sum(text.count(b"\nkind: ") for text in rendered),
        "lines out": sum(text.count(b"\n") for text in rendered),
        "bytes out": sum(map(len, rendered)),
    }
    return json.dumps({name: round(figure / len(tenants), 1) for name, figure in figures.items()})
