"""Who gets rights: people, groups and service accounts, as tenant files name them."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from generator.problems import Place, Problem


class Subject(Struct, frozen=True):
    """Who gets a role: ``kind`` is User, Group or ServiceAccount.

    A service account also has a namespace, which is ``None`` where it lives in the one that it gets the role in.
    """

    kind: str
    name: str
    namespace: str | None = None


def subject(value: Mapping[str, str]) -> Subject:
    """Take a user, a group, or a service account written ``namespace/name``."""
    if "user" in value:
        return Subject("User", value["user"])
    if "group" in value:
        return Subject("Group", value["group"])
    return account(value["serviceAccount"])


def account(text: str) -> Subject:
    """Take a service account written ``namespace/name``, or ``name`` for one of the namespace in question."""
    namespace, _, name = text.rpartition("/")
    return Subject("ServiceAccount", name, namespace or None)


def check(one: Subject, origin: Place) -> Iterator[Problem]:
    """Refuse names that Kubernetes keeps for itself: they are everybody, or whole classes of machines."""
    name = one.name
    if one.kind == "ServiceAccount" or not name.startswith("system:"):
        return
    parts = name.split(":")
    if one.kind == "User" and parts[:2] == ["system", "serviceaccount"] and len(parts) == 4:  # noqa: PLR2004
        remedy = f"write serviceAccount: {parts[2]}/{parts[3]}"
    else:
        remedy = "name people, or a group of them"
    message = f"{name!r} is a name that Kubernetes keeps for itself, and stands for far more than one team; {remedy}"
    yield Problem(origin, message)
