"""Credentials that somebody has left in a text, told by what their issuers make them look like.

A value is never repeated in a message: a report is read by more people than the file is. What a prefix or a frame
marks beyond doubt is told, and nothing else: a long random text may as well be a digest.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from generator.problems import Place, Problem


class Form(NamedTuple):
    """How one kind of credential looks; without one of its ``marks`` in a text, there is none to look for.

    The pattern is compiled when the first mark is met, which hardly any run does.
    """

    what: str
    marks: tuple[str, ...]
    pattern: str


#: The forms are those that the issuers publish for scanners like this one.
FORMS = (
    Form("an AWS access key", ("AKIA", "ASIA"), r"\bA[KS]IA[0-9A-Z]{16}\b"),
    Form("a GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"\bgh[pousr]_[A-Za-z0-9]{36}"),
    Form("a GitHub token", ("github_pat_",), r"\bgithub_pat_[A-Za-z0-9_]{22}"),
    Form("a GitLab token", ("glpat-", "gldt-", "glrt-"), r"\bgl(?:pat|dt|rt)-[A-Za-z0-9_-]{20}"),
    Form("a Slack token", ("xox",), r"\bxox[abeprs]-[A-Za-z0-9-]{10}"),
    Form("a Hugging Face token", ("hf_",), r"\bhf_[A-Za-z]{34}\b"),
    Form("an API key of a model's provider", ("sk-",), r"\bsk-(?:ant-|proj-|or-)[A-Za-z0-9_-]{20}"),
    Form("a Google API key", ("AIza",), r"\bAIza[A-Za-z0-9_-]{35}"),
    Form("a Vault token", ("hvs.", "hvb."), r"\bhv[sb]\.[A-Za-z0-9_-]{24}"),
    Form("an npm token", ("npm_",), r"\bnpm_[A-Za-z0-9]{36}\b"),
    Form("a PyPI token", ("pypi-AgEI",), r"\bpypi-AgEIcHlwaS5vcmc"),
    Form("a private age key", ("AGE-SECRET-KEY-",), r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}"),
    Form("a private key", ("PRIVATE KEY",), r"-----BEGIN (?:[A-Z]+ ){0,2}PRIVATE KEY(?: BLOCK)?-----"),
    Form("a signed token", ("eyJ",), r"(?a)\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10}"),
    Form("the key of a storage account", ("AccountKey=",), r"\bAccountKey=[A-Za-z0-9+/]{40}"),
    # Its mark is the rarer of the two that it has: nearly every other text holds an address.
    Form("a password in an address", ("@",), r"://[^\s:/@'\"{}$<>]{1,64}:[^\s/@'\"{}$<>*]{3,128}@[a-z0-9]"),
)


#: What manifests are full of, the rarest first; and by its mark, the rarest character of it. A text without that has
#: no mark either, and that is known sooner.
_COMMON = "zjqxkwvyfbghpmudclrsnioate.- "
_RAREST = {mark: min(mark, key=_COMMON.find) for form in FORMS for mark in form.marks}

#: In short texts they are found sooner together than one by one, and in long ones later.
_ANY_MARK = re.compile("|".join(re.escape(mark) for form in FORMS for mark in form.marks))
_SHORT = 200

#: Keys under which nobody keeps anything but a secret, in lower case and without what divides words.
_TELLING = frozenset({
    *("password", "passwd", "passphrase", "secretkey", "clientsecret", "secretaccesskey", "awssecretaccesskey"),
    *("apikey", "privatekey", "accesstoken", "authtoken", "bearertoken", "dockerconfigjson"),
})  # fmt: skip
_DIVIDERS = str.maketrans("", "", "-_. ")


def under_telling_keys(value: Any, place: Place) -> Iterator[Problem]:
    """Find texts in values for a template that stand under a key such as ``password``."""
    todo = [(value, place)]
    while todo:
        inner, where = todo.pop()
        items = inner.items() if isinstance(inner, dict) else enumerate(inner) if isinstance(inner, list) else ()
        for key, item in items:
            if isinstance(item, str) and item and str(key).lower().translate(_DIVIDERS) in _TELLING:
                message = (
                    f"a value under {key!r} is taken for a secret, and everybody who reads the repository has it; "
                    "replace it where it is used, and refer to the new one: spec.secrets"
                )
                yield Problem(where / key, message)
            todo.append((item, where / key))


def may_be_in(text: str) -> bool:
    """Tell whether there is any mark of a credential in a text."""
    if len(text) <= _SHORT:
        return _ANY_MARK.search(text) is not None
    return any(character in text and mark in text for mark, character in _RAREST.items())


def found(text: str) -> Iterator[tuple[str, int]]:
    """Yield what each credential in a text is, and at which character it begins."""
    for what, marks, pattern in FORMS:
        for mark in marks:
            if _RAREST[mark] in text and mark in text:
                yield from ((what, match.start()) for match in re.finditer(pattern, text))
                break


def problems(data: bytes, document: str) -> Iterator[Problem]:
    """Find credentials in what people write, comments too."""
    text = data.decode(errors="replace")
    for what, start in sorted(found(text), key=lambda one: one[1]):
        line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
        message = (
            f"this looks like {what}, and everybody who reads the repository has it now; have it revoked, and write "
            "where the new one is kept: spec.secrets"
        )
        yield Problem(Place(document, (), line, column), message)
