"""How Kubernetes lets things be named.

Each check returns ``None`` when a text is fine, and otherwise a reason that reads on after the text:
``'Vision_Train'`` + ``is not a DNS label (...); write 'vision-train'``. The rules are those of
``k8s.io/apimachinery/pkg/util/validation`` and ``pkg/api/validation/path``, which the API server applies.
"""

import re
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import Any

from msgspec import Struct


class Syntax(Struct, frozen=True, dict=True):
    r"""A rule for names. Every pattern must match the whole text; a length is written as a repetition.

    What is ``foreign`` to a syntax becomes a dash in the spelling that a reason proposes.
    The patterns avoid what Python's and Rust's engines read differently (``$``, ``\w``, look-around), because
    a JSON Schema made from them decides in the one and this class in the other.
    """

    what: str
    allows: str
    patterns: tuple[str, ...]
    foreign: str
    lower: bool = False

    def refuse(self, text: str) -> str | None:
        """Say why *text* does not follow this syntax and what would; ``None`` when it does."""
        for match in self._matchers:
            if match(text) is None:
                break
        else:
            return None
        near = self._near(text)
        return f"is not {self.what} ({self.allows})" + (f"; write {near!r}" if near else "")

    def schema(self) -> dict[str, Any]:
        """Return a JSON Schema that holds for the same texts; ``x-syntax`` leads back here for the reason."""
        patterns = [{"pattern": f"^(?:{pattern})$"} for pattern in self.patterns]
        return {"type": "string", "x-syntax": self.what, "allOf": patterns}

    @cached_property
    def _matchers(self) -> tuple[Callable[[str], re.Match[str] | None], ...]:
        return tuple(re.compile(pattern).fullmatch for pattern in self.patterns)

    def _near(self, text: str) -> str | None:
        """Spell *text* so that it follows the syntax. A text that is too long is not cut: who knows what to drop."""
        near = re.sub(self.foreign, "-", text.lower() if self.lower else text).strip("-._")
        return near if near and all(match(near) for match in self._matchers) else None


_SUBDOMAIN = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*"
_WORD = r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_ENDS = "a letter or digit at both ends"

DNS_LABEL = Syntax(
    what="a DNS label",
    allows=f"1 to 63 of a-z, 0-9 and '-', {_ENDS}",
    patterns=(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?",),
    foreign="[^a-z0-9]+",
    lower=True,
)
DNS_SUBDOMAIN = Syntax(
    what="a DNS subdomain",
    allows=f"1 to 253 of a-z, 0-9, '-' and '.', {_ENDS} of each part",
    patterns=(_SUBDOMAIN, r"[-a-z0-9.]{1,253}"),
    foreign="[^a-z0-9.]+",
    lower=True,
)
LABEL_VALUE = Syntax(
    what="a label value",
    allows=f"at most 63 of letters, digits, '-', '_' and '.', {_ENDS}",
    patterns=(rf"(?:{_WORD})?",),
    foreign="[^A-Za-z0-9._]+",
)
LABEL_KEY = Syntax(
    what="a label key",
    allows=f"a DNS subdomain and '/' if any, then 1 to 63 of letters, digits, '-', '_' and '.', {_ENDS}",
    patterns=(rf"(?:{_SUBDOMAIN}/)?{_WORD}", r"(?:[-a-z0-9.]{1,253}/)?[-A-Za-z0-9_.]{1,63}"),
    foreign="[^A-Za-z0-9._/]+",
)
#: The API server lower-cases an annotation's key before it looks at it (``ValidateAnnotations``).
ANNOTATION_KEY = Syntax(
    what="an annotation key",
    allows=LABEL_KEY.allows,
    patterns=(
        rf"(?:{_SUBDOMAIN.replace('a-z', 'A-Za-z')}/)?{_WORD}",
        r"(?:[-A-Za-z0-9.]{1,253}/)?[-A-Za-z0-9_.]{1,63}",
    ),
    foreign=LABEL_KEY.foreign,
)
#: The text becomes a part of a URL's path; nothing else is asked of it (``IsValidPathSegmentName``).
PATH_SEGMENT = Syntax(
    what="a path segment",
    allows="anything without '/' and '%' but '.' and '..'",
    patterns=(r"\.{0,2}[^./%][^/%]*|\.{3}[^/%]*",),
    foreign="[/%]+",
)

#: By the name that a schema's ``x-syntax`` has for them.
SYNTAXES: Mapping[str, Syntax] = {
    syntax.what: syntax for syntax in (DNS_LABEL, DNS_SUBDOMAIN, LABEL_VALUE, LABEL_KEY, ANNOTATION_KEY, PATH_SEGMENT)
}

#: Kinds whose names do not follow the rule for nearly all: a DNS subdomain. A Service's name must begin with
#: a letter too unless the feature gate RelaxedServiceNameValidation (since 1.34) is on, which is not ours to know.
OBJECT_NAMES: Mapping[str, Syntax] = {
    "Namespace": DNS_LABEL,
    "Service": DNS_LABEL,
    "StatefulSet": DNS_LABEL,
    "Role": PATH_SEGMENT,
    "RoleBinding": PATH_SEGMENT,
    "ClusterRole": PATH_SEGMENT,
    "ClusterRoleBinding": PATH_SEGMENT,
    "CertificateSigningRequest": PATH_SEGMENT,
    "ClusterTrustBundle": PATH_SEGMENT,
    "IPAddress": PATH_SEGMENT,
}


@lru_cache(4096)  # whoever reads manifests meets few names again and again
def dns_label(text: str) -> str | None:
    """Check a label of RFC 1123: a namespace's name, a part of a host name."""
    return DNS_LABEL.refuse(text)


def dns_subdomain(text: str) -> str | None:
    """Check a subdomain of RFC 1123, as most objects' names are. Its parts have no length of their own."""
    return DNS_SUBDOMAIN.refuse(text)


def label_key(text: str) -> str | None:
    """Check the key of a label: a name, with or without a prefix and a slash."""
    return LABEL_KEY.refuse(text)


def label_value(text: str) -> str | None:
    """Check the value of a label; it may be empty."""
    return LABEL_VALUE.refuse(text)


def annotation_key(text: str) -> str | None:
    """Check the key of an annotation; its value may be any text."""
    return ANNOTATION_KEY.refuse(text)


@lru_cache(4096)
def path_segment(text: str) -> str | None:
    """Check the name of a role or role binding, which may be nearly anything."""
    return PATH_SEGMENT.refuse(text)


def object_name(kind: str, text: str) -> str | None:
    """Check ``metadata.name`` of an object of *kind*; kinds we do not know are named as custom resources are."""
    return name_syntax(kind).refuse(text)


def name_syntax(kind: str) -> Syntax:
    """Return the rule for the names of objects of *kind*."""
    return OBJECT_NAMES.get(kind, DNS_SUBDOMAIN)
