"""What the schemas of tenantry's own documents mean by ``format``.

Each check takes a text and returns ``None``, or a reason that reads on after it.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from warnings import catch_warnings, simplefilter

from generator.kubernetes import names, quantity, quotakeys, selectors

_PORT = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/(TCP|UDP|SCTP))?")
_MAX_PORT = 65535
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+", re.ASCII)
_GOOGLE_ACCOUNT = re.compile(
    r"[a-z][-a-z0-9]{4,28}[a-z0-9]@[a-z][-a-z0-9.:]*\.iam\.gserviceaccount\.com"
    r"|[0-9]+-compute@developer\.gserviceaccount\.com|[a-z][-a-z0-9.:]*@appspot\.gserviceaccount\.com"
)
_SECRET_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@lru_cache(maxsize=4096)
def cidr(text: str) -> str | None:
    """Check a range of addresses; the host part must be zero, as NetworkPolicy asks.

    Python also takes a netmask for a prefix, no prefix at all, and IPv6 zones, which Kubernetes does not.
    """
    address, _, prefix = text.partition("/")
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        network = None
    if network is None or "%" in address:
        return "is not a range of addresses; write one such as 10.0.0.0/8"
    if prefix != str(network.prefixlen):
        return f"is no range of addresses; write {network}"
    if ipaddress.ip_address(address) != network.network_address:
        return f"has bits set beyond its prefix; write {network}"
    return None


def port(text: str) -> str | None:
    """Check ``443``, ``53/UDP`` or ``8000-8100/TCP`` written as a text."""
    match = _PORT.fullmatch(text)
    if match is None:
        return "is not a port; write 443, 53/UDP or 8000-8100/TCP"
    first, last = int(match[1]), int(match[2] or match[1])
    if not 1 <= first <= last <= _MAX_PORT:
        return f"is not a range of ports; the first must be 1 or more, the last {_MAX_PORT} or less, and not before it"
    return None


def a_quantity(text: str) -> str | None:
    """Check a Kubernetes quantity that is not negative."""
    try:
        amount = quantity.parse(text)
    except quantity.QuantityError as error:
        return error.reason
    return "is negative; write 0 or more" if amount < quantity.ZERO else None


def quota_key(text: str) -> str | None:
    """Check a ResourceQuota key that Kubernetes accepts and enforces."""
    return quotakeys.check_key(text).reason or None


def a_date(text: str) -> str | None:
    """Check a day written YYYY-MM-DD."""
    try:
        written = date.fromisoformat(text).isoformat()
    except ValueError:
        return 'is not a day; write it as "2027-03-31"'
    return None if written == text else f'is not how a day is written here; write "{written}"'


def role_arn(text: str) -> str | None:
    """Check the ARN of an AWS IAM role."""
    if _ROLE_ARN.fullmatch(text):
        return None
    return "is not the ARN of an IAM role; write one such as arn:aws:iam::123456789012:role/vision"


def google_account(text: str) -> str | None:
    """Check the address of a Google service account: one that somebody made, or one that Google makes."""
    if _GOOGLE_ACCOUNT.fullmatch(text):
        return None
    return "is not a Google service account; write one such as vision@example-prod.iam.gserviceaccount.com"


def uuid(text: str) -> str | None:
    """Check a UUID, by which Azure names clients and tenants."""
    return None if _UUID.fullmatch(text) else "is not a UUID; write one such as 00000000-0000-0000-0000-000000000000"


def regex(text: str) -> str | None:
    """Check a regular expression."""
    try:
        with catch_warnings():
            simplefilter("ignore")  # a warning is about another Python than this
            re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is not a regular expression: {error}"
    return None


def secret_key(text: str) -> str | None:
    """Check a key of a Secret (``IsConfigMapKey`` in k8s.io/apimachinery)."""
    if text in (".", "..") or not _SECRET_KEY.fullmatch(text):
        return "is not a key of a Secret; write letters, digits, '-', '_' and '.', 253 at most"
    return None


def namespace_naming(text: str) -> str | None:
    """Check the rule that names the namespaces of a tenant: both names must be in it, or names collide."""
    missing = [word for word in ("{tenant}", "{namespace}") if word not in text]
    if missing:
        return f'has no {" and no ".join(missing)}; write one such as "{{tenant}}-{{namespace}}"'
    return _naming(text.replace("{tenant}", "t").replace("{namespace}", "n"))


def single_naming(text: str) -> str | None:
    """Check the rule that names the only namespace of a tenant."""
    if "{tenant}" not in text:
        return 'has no {tenant}; write one such as "{tenant}"'
    return _naming(text.replace("{tenant}", "t"))


def _naming(filled: str) -> str | None:
    return "makes no name of a namespace; use lower-case letters, digits and '-'" if names.dns_label(filled) else None


def duration(text: str) -> str | None:
    """Check a time as Go writes it, in units that Flux and Argo CD take: ``90s``, ``10m``, ``1h30m``."""
    if re.fullmatch("([0-9]+(h|m|s))+", text) and re.search("[1-9]", text):
        return None
    return "is not a time; write one such as 10m or 1h"


def git_url(text: str) -> str | None:
    """Check the address of a git repository: over TLS or SSH, and with nothing in it that is secret."""
    scheme, _, rest = text.partition("://")
    if not rest and re.fullmatch(r"[-\w.]+@[-\w.]+:[^\s:]+", text):
        return f"is the short form for SSH, which Flux does not know; write ssh://{text.replace(':', '/', 1)}"
    if scheme == "http":
        return f"is not encrypted, so that anybody on the way can change what is applied; write https://{rest}"
    if scheme not in ("https", "ssh") or not re.fullmatch(r"([^/\s@]+@)?[-\w.]+(:[0-9]+)?/[^\s?#]+", rest):
        return "is not the address of a git repository; write one such as https://git.example.com/team/repository.git"
    return _without_password(rest, name_allowed=scheme == "ssh")


def oci_url(text: str) -> str | None:
    """Check the address of an artifact in a registry, whose tag or digest has a field of its own."""
    rest = text.removeprefix("oci://")
    if rest == text or not re.fullmatch(r"[-\w.]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+([:@]\S+)?", rest):
        return "is not the address of an artifact; write one such as oci://registry.example.com/team/artifact"
    host, _, path = rest.partition("/")
    plain = re.split("[:@]", path, maxsplit=1)[0]
    return None if plain == path else f"names a revision too; write oci://{host}/{plain}, and the revision in its field"


def _without_password(rest: str, *, name_allowed: bool) -> str | None:
    user = rest.partition("/")[0].rpartition("@")[0]
    if ":" in user or (user and not name_allowed):
        return "holds credentials, which do not belong into git; drop them, and name a Secret"
    return None


def folder(text: str) -> str | None:
    """Check a folder of a repository: from its root, and within it."""
    parts = text.strip("/").split("/")
    if text.startswith("/") or any(part in ("", ".", "..") for part in parts) or re.search(r"[\s\\]", text):
        return "is not a folder of a repository; write it from the root, such as deploy/production"
    return None


FORMATS: Mapping[str, Callable[[str], str | None]] = {
    "cidr": cidr,
    "date": a_date,
    "dns-label": names.dns_label,
    "dns-subdomain": names.dns_subdomain,
    "duration": duration,
    "folder": folder,
    "git-url": git_url,
    "label-key": names.label_key,
    "label-selector": selectors.refuse,
    "label-value": names.label_value,
    "namespace-naming": namespace_naming,
    "oci-url": oci_url,
    "port": port,
    "quantity": a_quantity,
    "quota-key": quota_key,
    "regex": regex,
    "secret-key": secret_key,
    "single-naming": single_naming,
    "tree-selector": selectors.refuse_tree,
}
