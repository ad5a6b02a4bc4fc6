"""What the launcher adds to Sprig: ``include``, ``toYaml``, ``groups`` and ``exec``.

``exec`` never runs anything: whoever renders says what the program would have returned, so that a caller can look at
both outcomes. ``groups`` asks no directory: the groups are those that the caller declares.
"""

from typing import Any

from generator.gotemplate import yamltext
from generator.gotemplate.functions.function import Callee, Run, function
from generator.gotemplate.values import ExecResult, Strings, whole


def _include(run: Run, name: str, data: Any) -> str:
    return run.include(name, data)


def _to_yaml(run: Run, value: Any) -> str:
    return yamltext.write(value, run.budget)


def _groups(run: Run, *_: Any) -> Strings:
    return Strings(run.groups)


def _exec(run: Run, *words: str) -> ExecResult:
    result = run.on_exec(words)
    message = None if result.Err is None else whole(result.Err)
    return ExecResult(result.ExitCode, message, whole(result.Stdout), whole(result.Stderr))


FUNCTIONS: tuple[Callee, ...] = (
    function("include", "string any", _include),
    function("toYaml", "any", _to_yaml),
    function("groups", "any...", _groups),
    function("exec", "string string...", _exec),
)
