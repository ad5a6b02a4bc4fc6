"""A page of the documentation as a program: its files are written and its commands run, one after another.

A block of YAML whose first line is a comment with a path is a file. In a block ``console``, what follows a line that
begins with ``$`` is what that command prints; an exit code other than 0 stands in brackets at the end. A comment such
as ``<!-- today: 2026-12-01 -->`` sets the day.
"""

import re
import shlex
import subprocess
from dataclasses import dataclass

from repositories import write

_BLOCK = re.compile(
    r"^<!-- today: (?P<day>\S+) -->$|^```(?P<language>yaml|console)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_PATH = re.compile(r"# (\S+/\S+\.yaml)\n")
IDENTITY = ("-c", "user.name=ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")


@dataclass
class Story:
    """A page that is being run in a folder. ``tenantry`` runs the command line; ``day`` is today."""

    root: object
    tenantry: object
    committed: object
    day: str = ""

    def told(self, page):
        """Run a page; return it with what the commands really print."""
        return _BLOCK.sub(self._block, page)

    def _block(self, match):
        if match["day"]:
            self.day = match["day"]
        elif match["language"] == "yaml" and (path := _PATH.match(match["text"])):
            write(self.root, path[1], match["text"])
        elif match["language"] == "console":
            commands = [line for line in match["text"].splitlines() if line.startswith("$ ")]
            return "```console\n" + "".join(f"{line}\n{self._output(line[2:])}" for line in commands) + "```"
        return match[0]

    def _output(self, line):
        program, *arguments = shlex.split(line)
        if program == "tenantry":
            code, out, err = self.tenantry(*arguments)
        else:
            assert program == "git", f"a page runs nothing but tenantry and git: {line}"
            run = subprocess.run(
                ["git", *IDENTITY, *arguments], cwd=self.root, capture_output=True, text=True, check=False
            )
            code, out, err = run.returncode, run.stdout, run.stderr
            if arguments[0] in ("commit", "merge"):
                self.committed()
        return f"{out}{err}" + (f"[exit code {code}]\n" if code else "")
