"""Show where the time of a render goes: cProfile of one run in this process, by own time.

    python hotspots.py --tenants 1000 --top 25

The profiler makes small functions look dearer than they are: it is for finding, and run.py is for measuring.
"""

import argparse
import cProfile
import pstats
import shutil
import tempfile
from pathlib import Path

import workload
from workload import Shape

from generator.pipeline import Options, render


def main() -> None:
    """Profile what the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tenants", type=int, default=1000)
    parser.add_argument("--split", choices=["tenant", "concern"], default="tenant")
    parser.add_argument("--extras", action="store_true")
    parser.add_argument("--again", action="store_true", help="profile a second run, in which nothing has changed")
    parser.add_argument("--top", type=int, default=25)
    parser.add_argument("--sort", choices=["tottime", "cumtime"], default="tottime")
    given = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="tenantry-hotspots-"))
    try:
        repository = root / "repository"
        workload.write(repository, Shape(given.tenants, split=given.split, extras=given.extras))
        options = Options(jobs=1)
        if given.again:
            render(repository, options)
        profile = cProfile.Profile()
        outcome = profile.runcall(render, repository, options)
        print(f"{outcome.tenants} tenants, {outcome.files} files, {len(outcome.problems)} problems")
        pstats.Stats(profile).strip_dirs().sort_stats(given.sort).print_stats(given.top)
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
