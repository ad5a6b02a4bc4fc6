"""The secrets that a tenant refers to: what they are called, and where their values are kept. No value is ever here.

``external`` values lie in a vault, and an operator fetches them; ``sealed`` ones are encrypted for a controller of the
cluster; ``sops`` names a file of encrypted values that is passed on as it is.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from generator.problems import Place, Problem, instead

#: Where values can be kept.
PROVIDERS = ("aws", "gcp", "azure", "vault")
#: How often a value is fetched anew, as the API server would write it: a default that it filled in would be drift.
EVERY_HOUR = "1h0m0s"
#: What a sealed value has beside its key and its content: two bytes that say how long the key is, and a tag (AES-GCM).
_SEALED_FRAME = 2 + 16


class RemoteKey(Struct, frozen=True):
    """Where a value lies: a key of the vault, below the tenant's prefix; ``None`` means all of it, or the latest."""

    key: str
    property: str | None
    version: str | None


class External(Struct, frozen=True):
    """Values in a vault: ``data`` by the Secret's keys, or everything that ``extract`` holds where that is set.

    ``account`` ``None`` leaves it to the tenant's only account that can prove who it is.
    """

    account: str | None
    data: Mapping[str, RemoteKey]
    extract: RemoteKey | None
    refresh: str

    @property
    def remotes(self) -> list[RemoteKey]:
        """All that it takes from the vault."""
        return [*self.data.values(), *([self.extract] if self.extract is not None else [])]


class SecretRef(Struct, frozen=True):
    """A Secret of the tenant; one of ``external``, ``sealed`` and ``sops`` is not ``None``.

    Empty ``namespaces`` mean all of the tenant's; ``type`` ``None`` means Opaque.
    """

    name: str
    namespaces: tuple[str, ...]
    type: str | None
    external: External | None
    sealed: Mapping[str, str] | None
    sops: str | None
    origin: Place


class SecretStore(Struct, frozen=True):
    """Where a cluster's tenants keep their values; ``options`` are the provider's own words.

    ``key_prefix`` stands before each key that a tenant names; ``{tenant}`` in it is the tenant's name.
    """

    provider: str
    options: Mapping[str, str]
    key_prefix: str
    origin: Place

    @property
    def field(self) -> str:
        """What External Secrets calls the provider."""
        return {"gcp": "gcpsm", "azure": "azurekv"}.get(self.provider, self.provider)

    @property
    def has_folders(self) -> bool:
        """Whether keys can have slashes in them."""
        return self.provider in ("aws", "vault")

    def prefix(self, tenant: str) -> str:
        """Return what all keys of a tenant begin with."""
        return self.key_prefix.replace("{tenant}", tenant)


def store(value: Mapping[str, Any] | None, place: Place) -> SecretStore | None:
    """Take where a cluster's secrets lie."""
    if value is None:
        return None
    provider = next(name for name in PROVIDERS if name in value)
    separator = "/" if provider in ("aws", "vault") else "--"
    return SecretStore(provider, value[provider], value.get("keyPrefix", "{tenant}" + separator), place)


def from_value(value: Mapping[str, Any], place: Place) -> SecretRef:
    """Take one item of ``spec.secrets`` that the schema has found valid."""
    get = value.get
    external = get("external")
    return SecretRef(
        name=value["name"],
        namespaces=tuple(get("namespaces", ())),
        type=get("type"),
        external=_external(external) if external is not None else None,
        sealed=get("sealed"),
        sops=get("sops"),
        origin=place,
    )


def _external(value: Mapping[str, Any]) -> External:
    extract = value.get("extract")
    return External(
        account=value.get("account"),
        data={key: _remote(item) for key, item in value.get("data", {}).items()},
        extract=_remote(extract) if extract is not None else None,
        refresh=value.get("refresh", EVERY_HOUR),
    )


def _remote(value: str | Mapping[str, str]) -> RemoteKey:
    if isinstance(value, str):
        return RemoteKey(value, None, None)
    return RemoteKey(value["key"], value.get("property"), value.get("version"))


def check(refs: Sequence[SecretRef], shorts: Sequence[str | None], accounts: Sequence[str]) -> Iterator[Problem]:
    """Find what is wrong with a tenant's secrets, whatever the cluster.

    *shorts* are the tenant's namespaces, *accounts* its service accounts.
    """
    taken: dict[tuple[str, str | None], SecretRef] = {}
    for ref in refs:
        homes = ref.namespaces or shorts
        for home in homes:
            first = taken.setdefault((ref.name, home), ref)
            if first is not ref:
                message = f"{ref.name!r} is the name of an earlier secret too; a namespace has one Secret of a name"
                yield Problem(ref.origin / "name", message)
                break
        if ref.sealed is not None:
            yield from _check_sealed(ref, ref.sealed, len(homes))
        account = ref.external.account if ref.external else None
        if account is not None and account not in accounts:
            message = f"{account!r} is not a service account of this tenant; {instead(account, accounts)}"
            yield Problem(ref.origin / "external" / "account", message)


def _check_sealed(ref: SecretRef, sealed: Mapping[str, str], homes: int) -> Iterator[Problem]:
    if homes > 1:
        message = (
            f"a sealed value opens in one namespace only, and {ref.name} is for {homes}; seal it for each, as an item "
            "of its own that names its one namespace"
        )
        yield Problem(ref.origin / "namespaces", message)
    for key, value in sealed.items():
        if not _is_sealed(value):
            message = "this is not what kubeseal prints, and may be the value itself; write kubeseal --raw's output"
            yield Problem(ref.origin / "sealed" / key, message)


def _is_sealed(value: str) -> bool:
    """Tell whether a text has the frame that kubeseal gives: the length of a key, the key, a value with its tag."""
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    length = int.from_bytes(data[:2], "big")
    return length in (256, 384, 512, 1024) and len(data) >= _SEALED_FRAME + length
