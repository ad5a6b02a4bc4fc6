"""Sprig's functions that write values as texts and back: JSON, base 64 and 32, sums, paths."""

import base64
import re
import zlib
from collections.abc import Callable
from hashlib import sha1, sha256
from typing import Any

from generator.gotemplate import jsontext
from generator.gotemplate.errors import Failure
from generator.gotemplate.functions.function import Callee, Run, function

_BASE_64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_BASE_32 = re.compile(r"(?:[A-Z2-7]{8})*(?:[A-Z2-7]{2}={6}|[A-Z2-7]{4}={4}|[A-Z2-7]{5}={3}|[A-Z2-7]{7}=)?")


def _from_json(run: Run, text: str) -> Any:
    try:
        return jsontext.read(text, run.budget)
    except Failure:
        return None


def _lenient(html: bool, indent: str) -> Callable[..., str]:  # noqa: FBT001 - named by its one caller
    """Write JSON, and an empty text for what has none, as the functions without ``must`` do."""

    def write(run: Run, value: Any) -> str:
        try:
            return jsontext.write(value, run.budget, html=html, indent=indent)
        except Failure:
            run.budget.step(0)  # a budget that is used up is no matter of JSON
            run.budget.text(0)
            return ""

    return write


def _strict(html: bool, indent: str) -> Callable[..., str]:  # noqa: FBT001 - named by its one caller
    return lambda run, value: jsontext.write(value, run.budget, html=html, indent=indent)


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _decoded(text: str, pattern: re.Pattern[str], decode: Callable[[str], bytes], name: str) -> str:
    """Decode, or return a message as the value, as Sprig does."""
    plain = text.replace("\n", "").replace("\r", "")
    if not pattern.fullmatch(plain):
        wrong = next((at for at, char in enumerate(plain) if not re.match(r"[A-Za-z0-9+/]", char)), len(plain) // 4 * 4)
        wrong = wrong // 8 * 8 if name == "base32" else wrong
        return f"illegal {name} data at input byte {wrong}"
    return decode(plain).decode("utf-8", "surrogateescape")


def _base(_: Run, path: str) -> str:
    stripped = path.rstrip("/")
    return ("/" if path else ".") if not stripped else stripped.rsplit("/", 1)[-1]


def _clean(_: Run, path: str) -> str:
    rooted = path.startswith("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in {"", "."} and not (part == ".." and rooted):
            parts.append(part)
    return ("/" if rooted else "") + "/".join(parts) or "."


def _dir(run: Run, path: str) -> str:
    return _clean(run, path[: path.rfind("/") + 1])


def _ext(_: Run, path: str) -> str:
    last = path.rsplit("/", 1)[-1]
    return last[last.rfind(".") :] if "." in last else ""


_PATHS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("base", _base),
    ("clean", _clean),
    ("dir", _dir),
    ("ext", _ext),
    ("isAbs", lambda _, path: path.startswith("/")),
)

FUNCTIONS: tuple[Callee, ...] = (
    function("fromJson", "string", _from_json),
    function("mustFromJson", "string", lambda run, text: jsontext.read(text, run.budget)),
    function("toJson", "any", _lenient(True, "")),
    function("mustToJson", "any", _strict(True, "")),
    function("toPrettyJson", "any", _lenient(True, "  ")),
    function("mustToPrettyJson", "any", _strict(True, "  ")),
    function("toRawJson", "any", _strict(False, "")),
    function("mustToRawJson", "any", _strict(False, "")),
    function("b64enc", "string", lambda _, text: base64.b64encode(_octets(text)).decode()),
    function("b64dec", "string", lambda _, text: _decoded(text, _BASE_64, base64.b64decode, "base64")),
    function("b32enc", "string", lambda _, text: base64.b32encode(_octets(text)).decode()),
    function("b32dec", "string", lambda _, text: _decoded(text, _BASE_32, base64.b32decode, "base32")),
    function("sha1sum", "string", lambda _, text: sha1(_octets(text), usedforsecurity=False).hexdigest()),
    function("sha256sum", "string", lambda _, text: sha256(_octets(text)).hexdigest()),
    function("adler32sum", "string", lambda _, text: str(zlib.adler32(_octets(text)))),
    *(function(name, "string", run) for name, run in _PATHS),
    *(function(f"os{name[0].upper()}{name[1:]}", "string", run) for name, run in _PATHS),
)
