"""RBAC's objects as values: roles and bindings, each with the place that asked for it.

An empty namespace says that an object is the cluster's: a ClusterRole, a ClusterRoleBinding.
"""

from collections.abc import Mapping

from msgspec import Struct, field

from generator.access.rule import Rule
from generator.access.selector import Selector
from generator.access.subject import Subject
from generator.problems import Place

#: The API group of all of them.
GROUP = "rbac.authorization.k8s.io"


class RoleKey(Struct, frozen=True, order=True):
    """Which role: a namespace's Role, or without a namespace a ClusterRole."""

    namespace: str
    name: str

    @property
    def kind(self) -> str:
        """``Role`` or ``ClusterRole``."""
        return "Role" if self.namespace else "ClusterRole"


class Role(Struct, frozen=True):
    """A Role or ClusterRole. Equal lists of rules are one tuple, however many roles have them.

    ``selectors`` are those of an aggregation rule; ``None`` is a role without one. Once roles are aggregated,
    ``sources`` names the place that each rule of such a role comes from; it is empty where all come from ``origin``.
    A ``protected`` role or binding has the annotation that keeps the API server from putting back its own defaults.
    """

    key: RoleKey
    rules: tuple[Rule, ...]
    origin: Place
    labels: Mapping[str, str] = field(default_factory=dict)
    selectors: tuple[Selector, ...] | None = None
    sources: tuple[Place, ...] = ()
    protected: bool = False

    def __hash__(self) -> int:  # labels have none
        return hash((self.key, self.origin))

    def source(self, index: int) -> Place:
        """Return the place of the role that wrote rule *index*."""
        return self.sources[index] if self.sources else self.origin


class Binding(Struct, frozen=True):
    """A RoleBinding or ClusterRoleBinding: subjects, each once, and the role that they get."""

    namespace: str
    name: str
    role: RoleKey
    subjects: tuple[Subject, ...]
    origin: Place
    protected: bool = False

    @property
    def kind(self) -> str:
        """``RoleBinding`` or ``ClusterRoleBinding``."""
        return "RoleBinding" if self.namespace else "ClusterRoleBinding"


class Objects(Struct, frozen=True):
    """The roles and bindings of some manifests, or of a cluster."""

    roles: tuple[Role, ...] = ()
    bindings: tuple[Binding, ...] = ()
