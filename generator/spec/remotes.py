"""Repositories elsewhere that a sync engine reads: where they are, which revision of them, and what opens them.

Platform and tenant files name them alike. Nothing here is ever opened: what is written goes into manifests, and the
engine on the cluster does the rest. No field holds a credential; ``secret`` names the Secret that does.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from generator.problems import Place, Problem

#: The ways to name a revision, of which a repository has one: of git, and of an OCI registry.
GIT_REVISIONS = ("branch", "tag", "semver", "commit")
OCI_REVISIONS = ("tag", "semver", "digest")


class Verification(Struct, frozen=True):
    """How signatures are checked: of git by ``mode``, of an artifact by ``provider``.

    ``secret`` names the Secret with the public keys, ``None`` for signatures without keys: those of ``identities``,
    pairs of issuer and subject.
    """

    mode: str
    provider: str
    secret: str | None
    identities: tuple[tuple[str, str], ...]


class Remote(Struct, frozen=True):
    """A git repository, or (``is_oci``) an artifact in a registry.

    ``revisions`` are ways to name one and what each names: ``("branch", "main")``. ``path`` is the folder in it, empty
    for its root. ``secret`` ``None`` opens it without credentials, and ``verify`` ``None`` believes what it finds.
    """

    url: str
    is_oci: bool
    revisions: tuple[tuple[str, str], ...]
    path: str
    secret: str | None
    verify: Verification | None
    origin: Place

    @property
    def revision(self) -> tuple[str, str]:
        """The way that its revision is named, and the name; the usual branch or tag where none is."""
        if self.revisions:
            return self.revisions[0]
        return ("tag", "latest") if self.is_oci else ("branch", "main")

    def within(self, path: str) -> str:
        """Return a path in the repository, from its root, of what lies at *path* below the folder."""
        return f"{self.path}/{path}" if self.path else path


def remote(value: Mapping[str, Any], place: Place) -> Remote:
    """Take a repository out of a valid value: the fields of git at its own level, or those of a registry under oci."""
    oci = value.get("oci")
    given = value if oci is None else oci
    names = GIT_REVISIONS if oci is None else OCI_REVISIONS
    return Remote(
        url=given["url"],
        is_oci=oci is not None,
        revisions=tuple((name, given[name]) for name in names if name in given),
        path=value.get("path", "").strip("/"),
        secret=value.get("secret"),
        verify=_verification(given.get("verify")),
        origin=place,
    )


def _verification(value: Mapping[str, Any] | None) -> Verification | None:
    if value is None:
        return None
    get = value.get
    identities = tuple((one["issuer"], one["subject"]) for one in get("identities", ()))
    return Verification(get("mode", "HEAD"), get("provider", "cosign"), get("secret"), identities)


def check(given: Remote) -> Iterator[Problem]:
    """Find what the schema cannot see: a revision that is named in two ways."""
    names = [name for name, _ in given.revisions]
    if len(names) > 1:
        place = given.origin / "oci" if given.is_oci else given.origin
        yield Problem(place, f"{' and '.join(names)} each name a revision, and one is followed; keep one of them")
