"""What jobs of the Posit Job Launcher ask of Kubernetes: of the default, the largest and each sized one.

Amounts are as the object templates write them: megabytes are ``M``, 10^6 bytes, which a quota in ``Mi`` counts as
less; GPUs are limits only, where Kubernetes takes them for requests too. What is 0 or not set asks for nothing: for
CPUs and memory, that is no limit, which a quota refuses unless a LimitRange fills it in.
"""

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, Decimal

from msgspec import Struct

from generator.kubernetes import quantity
from generator.kubernetes.quantity import Quantity
from generator.launcher import options
from generator.launcher.sizes import Size

#: Kind of the amount -> the resource, its option and that of the share which is reserved.
_SHARED = (("cpu", "cpus", "cpu-request-ratio"), ("memory", "mem-mb", "memory-request-ratio"))
_DEVICES = (("nvidia.com/gpu", "nvidia-gpus"), ("amd.com/gpu", "amd-gpus"))


class Demand(Struct, frozen=True):
    """What one job's container asks for; a resource that is missing is not limited, or not reserved."""

    name: str
    limits: Mapping[str, Quantity]
    requests: Mapping[str, Quantity]


def demands(values: Mapping[str, str], sizes: Iterable[Size] = ()) -> tuple[Demand, ...]:
    """Return the default job, the largest, and one of each size that somebody with these *values* may choose."""
    chosen = options.items(values.get("resource-profiles", ""))
    sized = [_sized(size, values) for size in sizes if size.name in chosen]
    return (_job("by default", values, "default-", values), _job("at most", values, "max-", values), *sized)


def _sized(size: Size, values: Mapping[str, str]) -> Demand:
    return _job(f"of size {size.name}", {key: one.text for key, one in size.settings.items()}, "", values)


def _job(name: str, amounts: Mapping[str, str], prefix: str, values: Mapping[str, str]) -> Demand:
    limits: dict[str, Quantity] = {}
    requests: dict[str, Quantity] = {}
    for resource, key, ratio in _SHARED:
        limit = _number(amounts.get(f"{prefix}{key}"))
        asked = _number(amounts.get(f"{prefix}{key}-request"))
        if limit:
            limits[resource] = _amount(resource, limit)
        reserved = asked or limit * (_number(values.get(ratio)) or 1)
        if reserved:
            requests[resource] = _amount(resource, reserved)
    for resource, key in _DEVICES:
        devices = _number(amounts.get(f"{prefix}{key}"))
        if devices:
            limits[resource] = requests[resource] = quantity.parse(str(devices))
    return Demand(name, limits, requests)


def _number(text: str | None) -> Decimal:
    """Read a number; 0 where there is none, or one that is told of as a mistake."""
    return Decimal(text) if text and options.is_number(text) else Decimal(0)


def _amount(resource: str, number: Decimal) -> Quantity:
    """Round up to what is counted: thousandths of a CPU, whole megabytes."""
    if resource == "memory":
        return quantity.parse(f"{number.to_integral_value(ROUND_CEILING)}M")
    return quantity.parse(f"{(number * 1000).to_integral_value(ROUND_CEILING)}m")
