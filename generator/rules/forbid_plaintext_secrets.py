"""No Secret holds a value that anybody who sees the file can read.

Under ``data`` values are in base64, which is a way to write bytes and hides nothing. Not readable are: a value that
SOPS has encrypted (``ENC[...]`` in an object with ``sops`` at its top), one that is put in later (``${TOKEN}`` by Flux,
``<path:...>`` by a plugin of Argo CD), and an empty one. Other kinds, such as SealedSecret and ExternalSecret, hold no
value. Values are never repeated in a message.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, inside, name_of, namespace_of

PARAMETERS: Mapping[str, Parameter] = {}

_ENCRYPTED = re.compile(r"ENC\[[A-Z0-9_]+,.+\]", re.DOTALL)
_PUT_IN_LATER = re.compile(r"\$\{\w+\}|<[\w:/#.~ |-]+>")
_SHOWN = 5


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each Secret with the keys whose values can be read."""
    for item in scene.of_kind("", "Secret"):
        keys = sorted({key for field in ("data", "stringData") for key in _readable(item, field)})
        if keys:
            more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
            where = f"{', '.join(keys[:_SHOWN])}{more}"
            part = ", although other values are encrypted" if inside(item.body, "sops") else ""
            message = f"Secret {name_of(item)} has values that can be read: {where}{part}"
            yield Hit(message, item.origin, namespace=namespace_of(item), kind="Secret", name=name_of(item))


def _readable(item: Item, field: str) -> Iterator[str]:
    """Yield the keys of values that can be read; a value of another type than text is one."""
    is_encrypted = bool(inside(item.body, "sops"))
    for key, value in inside(item.body, field).items():
        if value is None or value == "":
            continue
        text = value if isinstance(value, str) else ""
        if not ((is_encrypted and _ENCRYPTED.fullmatch(text)) or _is_put_in_later(text, field)):
            yield str(key)


def _is_put_in_later(text: str, field: str) -> bool:
    """Tell whether a value only says where the real one comes from; under ``data`` that too may be in base64."""
    if _PUT_IN_LATER.fullmatch(text):
        return True
    if field != "data":
        return False
    try:
        inner = base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return False
    return bool(_PUT_IN_LATER.fullmatch(inner))
