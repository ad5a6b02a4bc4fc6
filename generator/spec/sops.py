"""Secrets that SOPS has encrypted, as files in git that are passed on byte for byte.

Not a byte may change on the way: the file's code covers every value in it. What stands in clear text (kind, name,
namespace, labels) is what review, policies and Flux go by, and so it has to agree with who asks for the file.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec import Struct

from generator.manifest import TENANT_LABEL
from generator.problems import Place, Problem
from generator.yaml.documents import parse

#: Where such files lie, below the repository's root, in a folder for each tenant.
FOLDER = "tenants/secrets"

#: The fields of a Secret that hold its values.
FIELDS = ("data", "stringData")
_ENCRYPTED = re.compile(r"ENC\[[A-Z0-9_]+,data:.*,iv:.+,tag:.+,type:.+\]", re.DOTALL)


class SopsFile(Struct, frozen=True):
    """A sound file: its bytes, which are what is rendered, and what they say."""

    data: bytes
    value: Mapping[str, Any]


def read(data: bytes, document: str) -> tuple[SopsFile | None, tuple[Problem, ...]]:
    """Read a file; ``None`` and problems where it may not lie in git."""
    found = parse(data, document)
    problems = found.problems or tuple(_check(found.value, Place(document)))
    value: Any = found.value
    return (None, problems) if problems else (SopsFile(data, value), ())


def path(tenant: str, name: str) -> str:
    """Return where a tenant's file lies, below the root."""
    return f"{FOLDER}/{tenant}/{name}"


def _check(value: Any, place: Place) -> Iterator[Problem]:
    """Find what keeps a document from being a Secret whose values nobody can read; values are never repeated."""
    if not isinstance(value, dict) or (value.get("apiVersion"), value.get("kind")) != ("v1", "Secret"):
        yield Problem(place, "this is not a v1 Secret with its kind in clear text; encrypt with encrypted_regex")
        return
    sops = value.get("sops")
    if not isinstance(sops, dict) or not isinstance(sops.get("mac"), str):
        yield Problem(place, "SOPS has not encrypted this file; run: sops encrypt --in-place, and revoke what it holds")
        return
    if sops.get("mac_only_encrypted"):
        message = "the file's code must cover its name and namespace too, or it could be moved; leave this out"
        yield Problem(place / "sops" / "mac_only_encrypted", message)
    for field in FIELDS:
        yield from _check_values(value.get(field), place / field)
    if not any(value.get(field) for field in FIELDS):
        yield Problem(place, "there is no value in this Secret; put some under stringData, and encrypt it")


def _check_values(values: Any, place: Place) -> Iterator[Problem]:
    for key, item in values.items() if isinstance(values, dict) else ():
        if not (isinstance(item, str) and _ENCRYPTED.fullmatch(item)):
            message = "this value is not encrypted, and everybody who reads the repository has it now; revoke it"
            yield Problem(place / str(key), message)


def check_use(value: Mapping[str, Any], tenant: str, name: str, namespaces: Collection[str]) -> str | None:
    """Say why a sound file may not be what a tenant asks for by *name*, if so; *namespaces* are the tenant's."""
    metadata = value.get("metadata")
    given = metadata if isinstance(metadata, dict) else {}
    labels = given.get("labels")
    if given.get("name") != name:
        return f"is a Secret called {given.get('name')!r}, and not {name!r}; write its name"
    if given.get("namespace") not in namespaces:
        return f"is for namespace {given.get('namespace')!r}; the tenant's are {', '.join(namespaces) or 'none'}"
    if not isinstance(labels, dict) or labels.get(TENANT_LABEL) != tenant:
        return (
            f"does not say in clear text whose it is; give it the label {TENANT_LABEL}: {tenant}, and encrypt it anew"
        )
    return None
