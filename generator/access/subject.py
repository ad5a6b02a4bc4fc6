"""Who can hold access: users, groups and service accounts, each with one spelling."""

from functools import lru_cache
from typing import Literal, NamedTuple

Kind = Literal["User", "Group", "ServiceAccount"]

_SERVICE_ACCOUNT = "system:serviceaccount:"
ANONYMOUS = "system:anonymous"
AUTHENTICATED = "system:authenticated"
UNAUTHENTICATED = "system:unauthenticated"
SERVICE_ACCOUNTS = "system:serviceaccounts"

#: The API server allows this group everything before it asks RBAC, whatever is bound to it.
MASTERS = "system:masters"


class Subject(NamedTuple):
    """Somebody who can be bound to a role. Make one with :func:`user`, :func:`group` or :func:`service_account`.

    Only a service account has a namespace. No name is a wildcard: ``*`` is the user or group of that name.
    """

    kind: Kind
    name: str
    namespace: str = ""

    @property
    def username(self) -> str:
        """The name under which a user or service account sends requests."""
        if self.kind == "ServiceAccount":
            return f"{_SERVICE_ACCOUNT}{self.namespace}:{self.name}"
        return self.name

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


def user(name: str) -> Subject:
    """Make the subject that sends requests as *name*: a service account where the name is one's.

    Kubernetes compares user names, so that a User ``system:serviceaccount:ci:runner`` and the ServiceAccount
    ``ci/runner`` are the same.
    """
    if name.startswith(_SERVICE_ACCOUNT):
        namespace, colon, account = name[len(_SERVICE_ACCOUNT) :].partition(":")
        if namespace and colon:
            return Subject("ServiceAccount", account, namespace)
    return Subject("User", name)


def service_account(namespace: str, name: str) -> Subject:
    """Make the subject for a service account."""
    if namespace and ":" not in namespace:
        return Subject("ServiceAccount", name, namespace)
    return user(f"{_SERVICE_ACCOUNT}{namespace}:{name}")


@lru_cache(4096)  # everybody is in the same few groups
def group(name: str) -> Subject:
    """Make the subject for a group; who is in it, the identity provider says."""
    return Subject("Group", name)


def implicit_groups(subject: Subject) -> tuple[str, ...]:
    """Return the groups that authentication puts a user or service account into; a group itself is in none."""
    if subject.kind == "Group":
        return ()
    if subject.kind == "ServiceAccount":
        return (SERVICE_ACCOUNTS, f"{SERVICE_ACCOUNTS}:{subject.namespace}", AUTHENTICATED)
    return (UNAUTHENTICATED,) if subject.name == ANONYMOUS else (AUTHENTICATED,)
