"""Boxes of permissions in sentences: ``all verbs but get, list on secrets in the core group``."""

import re
from collections.abc import Iterable

from generator.access.algebra_boxes import Box, PathBox, Target, spelled, verb_order
from generator.access.algebra_diagrams import EVERYTHING, Words
from generator.access.rule import ALL

#: Words that stand for themselves. Others are quoted, so that no name can add a sentence of its own.
_PLAIN = re.compile(r"[\w.:/*@+~-]+", re.ASCII)


def sentence(box: Box) -> str:
    """Say what a box allows."""
    targets = ", ".join(sorted(map(_target, box.targets)))
    return f"{_verbs(box.verbs)} on {targets} in {_groups(box.groups)}{_names(box.names)}"


def path_sentence(box: PathBox) -> str:
    """Say what a box allows on paths that belong to no object."""
    where = "all paths" if box.paths == {ALL} else "the paths " + _words(sorted(box.paths))
    return f"{_verbs(box.verbs)} on {where}{_but(sorted(box.excepted))}"


def _verbs(verbs: Words) -> str:
    listed = sorted(verbs.listed, key=verb_order)
    return f"all verbs{_but(listed)}" if verbs.all_but else _words(listed)


def _groups(groups: Words) -> str:
    named = sorted(groups.listed)
    listed = ", ".join("the core group" if not group else _word(group) for group in named)
    if groups.all_but:
        return f"all API groups but {listed}" if named else "all API groups"
    return listed


def _names(names: Words) -> str:
    if names == EVERYTHING:
        return ""
    listed = sorted(filter(None, names.listed))
    nameless = "" in names
    if names.all_but:
        named = f"with any name{_but(listed)}"
    elif listed:
        named = f"named {_words(listed)}"
    else:
        return ", without a name"
    return f", {named} or none" if nameless else f", {named}"


def _target(target: Target) -> str:
    written = spelled(target)
    if written is not None:
        return "all resources" if written == ALL else _word(written)
    resources = sorted(target.resources.listed)
    where = f"all resources{_but(resources)}" if target.resources.all_but else _words(resources)
    subresources = sorted(filter(None, target.subresources.listed))
    if not target.subresources.all_but:
        return f"{_words(subresources)} of {where}" if subresources else f"{where} (no subresources)"
    if "" in target.subresources:
        return f"{where} (with all subresources{_but(subresources)})"
    return f"all subresources{_but(subresources)} of {where}"


def _but(words: Iterable[str]) -> str:
    listed = _words(words)
    return f" but {listed}" if listed else ""


def _words(words: Iterable[str]) -> str:
    return ", ".join(map(_word, words))


def _word(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else repr(word)
