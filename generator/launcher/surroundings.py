"""What a tenant declares of the things that templates may refer to, as far as checks need to know it."""

from msgspec import Struct


class Surroundings(Struct, frozen=True):
    """What surrounds the sessions of one tenant. ``None`` means that it is not known, and that nothing is said of it.

    *version* is the product's version of the templates; *kubernetes* that of the cluster. *accounts* are the service
    accounts that sessions may run as, *launcher* the one that must never be among them. *registries* are prefixes of
    images. *identities* are annotations and labels, keys and values, that may give sessions a cloud identity.
    *programs* are those that ``exec`` may name. *groups* is what ``groups`` answers. *pod_security* is the level of the
    namespace. *mesh* tells whether the mesh puts sidecars into its pods. *expiry* is how long the launcher keeps jobs,
    in seconds. *through_helm* tells that the templates are shipped in a chart.
    """

    version: str = "2.5.0"
    kubernetes: str = "1.36"
    accounts: frozenset[str] | None = None
    launcher: str = "job-launcher"
    registries: tuple[str, ...] | None = None
    secrets: frozenset[str] | None = None
    pull_secrets: frozenset[str] | None = None
    claims: frozenset[str] | None = None
    config_maps: frozenset[str] | None = None
    identities: frozenset[tuple[str, str]] = frozenset()
    capabilities: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()
    groups: tuple[str, ...] = ("users", "admin-grp")
    pod_security: str = "restricted"
    quota: bool = True
    mesh: bool = False
    expiry: int = 86_400
    through_helm: bool = False
