"""A pod's spec, as far as admission looks at it: who asks for what, and in which quotas' scopes it is."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Literal

from msgspec import Struct, field

from generator.admission.amounts import Amounts, items, mapping
from generator.admission.decoding import Reader
from generator.admission.refusal import Refusal

#: Which of a container's or pod's two kinds of amounts.
Field = Literal["requests", "limits"]
_LISTS = ("containers", "initContainers")
#: What is looked at beside the containers, and of a container.
_FIELDS = ("resources", "activeDeadlineSeconds", "overhead", "priorityClassName", "affinity")
_CONTAINER_FIELDS = ("name", "resources", "restartPolicy")


class Role(Enum):
    """When a container runs: beside others, before them, or from before them on (``restartPolicy: Always``)."""

    MAIN = "main"
    INIT = "init"
    SIDECAR = "sidecar"


class Container(Struct, frozen=True):
    """What one container asks for. ``place`` is its place below the pod's spec: ``initContainers[0]``."""

    name: str
    place: str
    role: Role = Role.MAIN
    requests: Amounts = field(default_factory=dict)
    limits: Amounts = field(default_factory=dict)

    def amounts(self, kind: Field) -> Amounts:
        """Return the container's amounts of one kind."""
        return self.requests if kind == "requests" else self.limits

    @property
    def resources(self) -> dict[str, dict[str, str]]:
        """The container's ``resources`` as the API server stores them, without what is empty."""
        given = {"limits": self.limits, "requests": self.requests}
        return {key: {name: str(amount) for name, amount in one.items()} for key, one in given.items() if one}


class Pod(Struct, frozen=True):
    """What a pod asks for.

    ``requests`` and ``limits`` are those of the pod as a whole (``spec.resources``). ``ends`` says that it has a
    deadline of its own; ``reaches_out``, that its affinity looks at pods of other namespaces.
    """

    containers: tuple[Container, ...]
    requests: Amounts = field(default_factory=dict)
    limits: Amounts = field(default_factory=dict)
    overhead: Amounts = field(default_factory=dict)
    ends: bool = False
    priority_class: str = ""
    reaches_out: bool = False

    def amounts(self, kind: Field) -> Amounts:
        """Return the amounts of one kind that the pod as a whole names."""
        return self.requests if kind == "requests" else self.limits


def read(spec: object) -> tuple[Pod, tuple[Refusal, ...]]:
    """Take a pod's spec apart; return also all that the API server could not decode, which the pod then lacks."""
    reader = Reader([])
    given = reader.mapping(spec, "spec")
    resources = reader.mapping(given.get("resources"), "spec.resources")
    deadline = reader.number(given.get("activeDeadlineSeconds"), "spec.activeDeadlineSeconds")
    pod = Pod(
        containers=tuple(one for key in _LISTS for one in _containers(reader, given.get(key), key)),
        requests=reader.amounts(resources.get("requests"), "spec.resources.requests"),
        limits=reader.amounts(resources.get("limits"), "spec.resources.limits"),
        overhead=reader.amounts(given.get("overhead"), "spec.overhead"),
        ends=deadline is not None and deadline >= 0,
        priority_class=reader.text(given.get("priorityClassName"), "spec.priorityClassName"),
        reaches_out=any(_reaches_out(term) for term in _affinity_terms(given.get("affinity"))),
    )
    return pod, tuple(reader.refusals)


def narrowed(spec: object) -> object:
    """Return as much of a pod's spec as :func:`read` looks at: thousands of pods differ in nothing else.

    What is no mapping stays as it is, for it cannot be decoded.
    """
    if not isinstance(spec, (dict, Mapping)):  # a dict, nearly always, and that is known sooner
        return spec
    lists = {key: spec[key] for key in _LISTS if key in spec}
    return {
        **{key: spec[key] for key in _FIELDS if key in spec},
        **{key: [*map(_narrowed, one)] if isinstance(one, list) else one for key, one in lists.items()},
    }


def _narrowed(container: object) -> object:
    if not isinstance(container, (dict, Mapping)):
        return container
    return {key: container[key] for key in _CONTAINER_FIELDS if key in container}


def _containers(reader: Reader, value: object, key: str) -> Iterator[Container]:
    for index, one in enumerate(reader.items(value, f"spec.{key}")):
        place = f"{key}[{index}]"
        yield _container(reader, reader.mapping(one, f"spec.{place}"), place)


def _container(reader: Reader, given: Mapping[str, Any], place: str) -> Container:
    name = reader.text(given.get("name"), f"spec.{place}.name")
    below = f"spec.{place}.resources"
    resources = reader.mapping(given.get("resources"), below)
    role = Role.MAIN
    if place.startswith("init"):
        role = Role.SIDECAR if given.get("restartPolicy") == "Always" else Role.INIT
    return Container(
        name=name,
        place=place,
        role=role,
        requests=reader.amounts(resources.get("requests"), f"{below}.requests", name),
        limits=reader.amounts(resources.get("limits"), f"{below}.limits", name),
    )


def _affinity_terms(affinity: object) -> Iterator[Mapping[str, Any]]:
    for kind in ("podAffinity", "podAntiAffinity"):
        given = mapping(mapping(affinity).get(kind))
        for term in items(given.get("requiredDuringSchedulingIgnoredDuringExecution")):
            yield mapping(term)
        for weighted in items(given.get("preferredDuringSchedulingIgnoredDuringExecution")):
            yield mapping(mapping(weighted).get("podAffinityTerm"))


def _reaches_out(term: Mapping[str, Any]) -> bool:
    return bool(term.get("namespaces")) or term.get("namespaceSelector") is not None
