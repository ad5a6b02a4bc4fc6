"""The site's own Jinja2 templates: text in ``tenants/templates/`` -> the bodies of Kubernetes objects.

Templates run in Jinja2's sandbox, without loops over more than a fixed range, and an undefined name is an error
and not an empty text. They see values, never the program. What comes out is read by the strict reader, as a
tenant file is.
"""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from generator.problems import InputError, Place, Problem, instead
from generator.yaml.documents import parse_all
from generator.yaml.quoting import line

#: Where templates lie, below the repository's root; a template is called by its file's name without the ending.
FOLDER = "tenants/templates"
ENDING = ".yaml.j2"
#: What ends a value inside brackets.
_IN_FLOW = frozenset(",[]{}")

_NOT_ASCII = re.compile(r"[^ -~]")
#: What Jinja2 calls the file of a template that it was given as a text.
_TEMPLATE = "<template>"


class Templates(Struct, frozen=True, eq=False):
    """All templates of a site, by name; each is compiled when it is first rendered."""

    texts: Mapping[str, str]
    _compiled: dict[str, Any] = field(default_factory=dict)

    def render(self, name: str, context: Mapping[str, Any], origin: Place) -> list[Mapping[str, Any]]:
        """Render a template for the one who asks at *origin*; raise :class:`InputError` for what is wrong."""
        if name not in self.texts:
            message = f"{name!r} is not a template in {FOLDER}/; {instead(name, self.texts)}"
            raise InputError([Problem(origin, message)])
        text = self._run(name, context, origin)
        documents = parse_all(text.encode(), path(name))
        problems = [_blamed(problem, name, origin) for document in documents for problem in document.problems]
        if problems:
            raise InputError(problems)
        return [document.value for document in documents if isinstance(document.value, dict)]

    def _run(self, name: str, context: Mapping[str, Any], origin: Place) -> str:
        from jinja2 import TemplateError

        blunders = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
        try:
            template = self._compiled.get(name)
            if template is None:
                template = self._compiled[name] = _environment().from_string(self.texts[name])
            text: str = template.render(context)
        except (TemplateError, *blunders) as error:
            raise InputError([_failed(error, name, origin)]) from error
        return text


def path(name: str) -> str:
    """Return the file of a template, below the repository's root."""
    return f"{FOLDER}/{name}{ENDING}"


def _environment() -> Any:
    """Make the sandbox. Its filters write values so that they cannot break out of the YAML around them."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["yaml"] = _yaml
    del environment.filters["random"], environment.globals["lipsum"]  # the same input gives the same bytes
    return environment


class _Quoted(str):
    """A text that the ``yaml`` filter has made; it stands for one value wherever it stands."""

    __slots__ = ()


def _safe(value: Any) -> Any:
    """Let a value into the text only where it stays one value: others could bring objects of their own with them."""
    from jinja2 import Undefined

    if callable(value) and not isinstance(value, Undefined):
        raise TypeError("what stands here is a function, and not what it returns; add ()")
    if type(value) is str and value and (line(value) != value or not _IN_FLOW.isdisjoint(value)):
        raise TypeError("a text that YAML could take for something else stands here bare; write {{ ... | yaml }}")
    return value


def _yaml(value: Any) -> str:
    """Write a value as JSON: that is YAML, on one line, and quotes whatever a reader could mistake.

    What is not ASCII is escaped as YAML has it, for JSON's pairs of surrogates are no character to YAML.
    """
    import json

    from jinja2 import Undefined

    if isinstance(value, Undefined):
        return str(value)
    return _Quoted(_NOT_ASCII.sub(lambda found: f"\\U{ord(found[0]):08x}", json.dumps(value, ensure_ascii=False)))


def _failed(error: Exception, name: str, origin: Place) -> Problem:
    """Point at a template that cannot be read; where it fails on values, name its line to whoever gave them."""
    from jinja2 import TemplateSyntaxError

    message = str(error) or type(error).__name__
    if isinstance(error, TemplateSyntaxError):
        return Problem(Place(path(name), (), error.lineno, 1), (error.message or message).rstrip("."))
    line = _line(error)
    where = f" in line {line}" if line else ""
    return Problem(origin, f"template {name!r} fails{where}: {message.rstrip('.')}")


def _line(error: Exception) -> int:
    """Return the line of the template in which an error arose, 0 for none; Jinja2 writes it into the traceback."""
    line, step = 0, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == _TEMPLATE:
            line = step.tb_lineno
        step = step.tb_next
    return line


def _blamed(problem: Problem, name: str, origin: Place) -> Problem:
    """Say of a problem in a template's output whose values brought it about."""
    where = f"line {problem.place.line} of what template {name!r} makes"
    return Problem(origin, f"{where}: {problem.message}")
