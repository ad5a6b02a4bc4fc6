"""All functions that a template can name: Go's own, Sprig 3.2.3's, and the launcher's.

The law: a function is pure, and charges what it makes before it makes it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from generator.gotemplate.functions import (
    builtin,
    dicts,
    encoding,
    expressions,
    launcher,
    lists,
    numbers,
    reflection,
    refused,
    strings,
)
from generator.gotemplate.functions.function import Callee
from generator.gotemplate.functions.refused import REFUSED, UNSUPPORTED

MODULES = (builtin, strings, lists, dicts, numbers, reflection, encoding, expressions, launcher, refused)

#: By name. Sprig's ``slice`` stands in the place of Go's.
FUNCTIONS: Mapping[str, Callee] = MappingProxyType(
    {callee.name: callee for module in MODULES for callee in module.FUNCTIONS}
)

__all__ = ["FUNCTIONS", "MODULES", "REFUSED", "UNSUPPORTED", "Callee"]
