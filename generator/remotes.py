"""Repositories elsewhere that a sync engine reads: where they are, which revision of them, and what opens them.

Platform and tenant files name them alike. Nothing here is ever opened: what is written goes into manifests, and the
engine on the cluster does the rest. No field holds a credential; ``secret`` names the Secret that does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.problems import Place

#: The ways to name a revision, of which a repository has one: of git, and of an OCI registry.
GIT_REVISIONS = ("branch", "tag", "semver", "commit")
OCI_REVISIONS = ("tag", "semver", "digest")
_FALLBACK = {False: ("branch", "main"), True: ("tag", "latest")}


@dataclass(frozen=True, slots=True)
class Remote:
    """A git repository, or (``is_oci``) an artifact in a registry.

    ``revision`` is a way to name one and what it names: ``("branch", "main")``. ``path`` is the folder in it, empty for
    its root. ``secret`` ``None`` opens it without credentials.
    """

    url: str
    is_oci: bool
    revision: tuple[str, str]
    path: str
    secret: str | None
    origin: Place

    def within(self, path: str) -> str:
        """Return a path in the repository, from its root, of what lies at *path* below the folder."""
        return f"{self.path}/{path}" if self.path else path


def remote(value: Mapping[str, Any], place: Place) -> Remote:
    """Take a repository out of a valid value: the fields of git at its own level, or those of a registry under oci."""
    oci = value.get("oci")
    given = value if oci is None else oci
    names = GIT_REVISIONS if oci is None else OCI_REVISIONS
    written = next(((name, given[name]) for name in names if name in given), None)
    return Remote(
        url=given["url"],
        is_oci=oci is not None,
        revision=written or _FALLBACK[oci is not None],
        path=value.get("path", "").strip("/"),
        secret=value.get("secret"),
        origin=place,
    )
