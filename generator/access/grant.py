"""What an answer is made of: rules that subjects hold, and the bindings by which they hold them."""

from collections.abc import Mapping

from msgspec import Struct

from generator.access.objects import Binding, Role
from generator.access.rule import Rule
from generator.access.subject import (
    ANONYMOUS,
    AUTHENTICATED,
    SERVICE_ACCOUNTS,
    UNAUTHENTICATED,
    Subject,
    group,
    user,
)

#: Holders that stand for more people than a reader may think, and for whom.
BROAD: Mapping[Subject, str] = {
    group(AUTHENTICATED): "everybody who has logged in, and every service account",
    group(SERVICE_ACCOUNTS): "every service account",
    group(UNAUTHENTICATED): "everybody who has not logged in",
    user(ANONYMOUS): "everybody who has not logged in",
}


class Grant(Struct, frozen=True):
    """One rule that a subject holds: through which binding, and which of the role's rules.

    The rules of an aggregated role are counted as the controller lists them.
    """

    subject: Subject
    binding: Binding
    role: Role
    index: int

    @property
    def rule(self) -> Rule:
        """The rule itself."""
        return self.role.rules[self.index]

    @property
    def scope(self) -> str:
        """The namespace in which the rule holds; empty for the whole cluster."""
        return self.binding.namespace

    @property
    def reason(self) -> str:
        """The words of the audit annotation ``authorization.k8s.io/reason``, after ``RBAC: allowed by``."""
        binding, who = self.binding, self.subject
        name = f"{binding.name}/{binding.namespace}" if binding.namespace else binding.name
        whom = f"{who.name}/{who.namespace}" if who.namespace else who.name
        return f'{binding.kind} "{name}" of {self.role.key.kind} "{self.role.key.name}" to {who.kind} "{whom}"'


class Holders(Struct, frozen=True):
    """Who may do something, and why: each subject with its grants, in order."""

    grants: Mapping[Subject, tuple[Grant, ...]]

    @property
    def broad(self) -> Mapping[Subject, str]:
        """Those among the holders that stand for everybody of a sort, and for whom they stand."""
        return {subject: meaning for subject, meaning in BROAD.items() if subject in self.grants}
