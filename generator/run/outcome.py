"""What a run is asked for, and what it found and did."""

from msgspec import Struct, field

from generator import repository
from generator.deletion.losses import Losses
from generator.finding import Finding, Policy
from generator.problems import Problem
from generator.run.meter import Meter
from generator.run.shard import Change


class Options(Struct, frozen=True):
    """How to run. ``tenants`` and ``clusters`` narrow what is built; empty means all.

    ``showing`` is how many changed files are kept to be shown. ``jobs`` is the number of processes; ``None``
    leaves it to the machine. ``meter`` is kept up to date with how far the run has come. ``policies`` are what the
    manifests are judged by. ``today`` is ``YYYY-MM-DD``, for what is kept until a day; ``since`` is what has vanished
    since the revision that a change starts from.
    """

    write: bool = True
    tenants: frozenset[str] = frozenset()
    clusters: frozenset[str] = frozenset()
    jobs: int | None = None
    use_index: bool = True
    showing: int = 0
    meter: Meter | None = None
    policies: tuple[Policy, ...] = ()
    today: str = ""
    since: Losses | None = None

    @property
    def narrowed(self) -> bool:
        """Whether only a part is built."""
        return bool(self.tenants or self.clusters)


class Outcome(Struct):
    """What a run found and did. ``changes`` and ``deleted`` are what it wrote, or what it would have written.

    ``findings`` are what policies find in it; ``refused`` what they were not asked about, since the API server would
    refuse it.
    """

    tenants: int = 0
    files: int = 0
    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        """The problems that stop a run, each once, on however many clusters it is; the others stop nothing."""
        return [*dict.fromkeys(problem for problem in self.problems if not problem.warning)]

    @property
    def input_errors(self) -> list[Problem]:
        """The errors in what people write, as against files under ``rendered/`` that are not as they should be."""
        return [error for error in self.errors if error.place.document.partition("/")[0] != repository.RENDERED]

    @property
    def current(self) -> bool:
        """Whether ``rendered/`` is what the tenant files ask for."""
        return not (self.changes or self.deleted or self.errors)
