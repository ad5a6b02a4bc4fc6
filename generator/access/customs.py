"""Custom resources through which somebody gets pods, or the identity of a service account or of a controller.

They come as data, in files of one format: the list that ships with the program, and what a site adds to it. Which
grants of them matter is the business of whoever asks what a grant leads to.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from msgspec import Struct

from generator.problems import Place

#: ``creates-pods``: a controller makes pods from it. ``names-account``: it chooses the service account that acts.
#: ``acts-as-controller``: a controller does things for it, as itself or as an account that it chooses.
#: ``changes-pods``: what it says is put into the pods of others.
Effect = Literal["creates-pods", "names-account", "acts-as-controller", "changes-pods"]


class CustomResource(Struct, frozen=True):
    """What it does to be able to write one; ``by`` is the controller that makes it so, as people know it."""

    group: str
    resource: str
    scope: Literal["Namespaced", "Cluster"]
    effects: tuple[Effect, ...]
    by: str
    origin: Place

    @property
    def full(self) -> str:
        """The name that is one in the whole cluster: ``notebooks.kubeflow.org``."""
        return f"{self.resource}.{self.group}"

    @property
    def gives_accounts(self) -> bool:
        """Whether it leads to service accounts: by its pods, or by naming one."""
        return "creates-pods" in self.effects or "names-account" in self.effects


def from_value(value: Mapping[str, Any], document: str) -> tuple[CustomResource, ...]:
    """Take the resources of a value that its schema has found valid, in the order of the file."""
    place = Place(document, ("resources",))
    return tuple(
        CustomResource(
            item["group"], item["resource"], item["scope"], tuple(item["effects"]), item["by"], place / index
        )
        for index, item in enumerate(value["resources"])
    )


def united(shipped: Iterable[CustomResource], own: Iterable[CustomResource]) -> tuple[CustomResource, ...]:
    """Add a site's own resources to those that ship; one of its own takes the place of a shipped one of that name.

    The answer is sorted by group and resource. Of two entries for the same, the later one counts.
    """
    by_name = {(one.group, one.resource): one for one in (*shipped, *own)}
    return tuple(by_name[name] for name in sorted(by_name))
