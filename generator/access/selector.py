"""Label selectors, by which a ClusterRole gathers others (``LabelSelectorAsSelector`` of k8s.io/apimachinery)."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Operator = Literal["In", "NotIn", "Exists", "DoesNotExist"]


class Requirement(Struct, frozen=True):
    """What one label must be like."""

    key: str
    operator: Operator
    values: frozenset[str] = frozenset()

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Tell whether *labels* are so. ``NotIn`` holds for objects that lack the label, as in Kubernetes."""
        if self.operator == "Exists":
            return self.key in labels
        if self.operator == "DoesNotExist":
            return self.key not in labels
        return (labels.get(self.key) in self.values) is (self.operator == "In")


class Selector(Struct, frozen=True):
    """All requirements together; without any it selects every object."""

    requirements: tuple[Requirement, ...] = ()

    def selects(self, labels: Mapping[str, str]) -> bool:
        """Tell whether an object with *labels* is selected."""
        return all(requirement.holds(labels) for requirement in self.requirements)
