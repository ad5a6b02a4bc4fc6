"""No role has words that no request matches.

The API server takes nearly any word, and compares it as it is: ``pods/*`` is the literal name of a subresource,
``core`` and ``apps/v1`` are no API groups, ``Pod`` and ``pod`` are no resources, ``read`` is no verb, and no object is
called ``app-*``. The role then allows less than its author means and its reviewers read. What Kubernetes itself has is
known: its groups, resources, subresources and verbs, old ones from 1.25 on among them. Of custom resources only the
form is known, and verbs are free there, since whoever serves them may ask RBAC about any. A server of somebody's own
may also ask about a word that we tell of; waive it, or give it a group of its own.

A resource counts if one of the rule's groups has it: roles list groups and resources side by side. A word is told once,
with what was probably meant, and not with what follows from it. A role counts whether it is given to anybody or not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from generator.access import Rule
from generator.kubernetes import resources
from generator.kubernetes.kinds import BUILT_IN_GROUPS
from generator.problems import nearest
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene

PARAMETERS: Mapping[str, Parameter] = {}

_VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
#: What Kubernetes asks RBAC about beside what requests do, and the form of such verbs.
_OTHER_VERBS = frozenset({"use", "bind", "escalate", "impersonate", "approve", "sign", "attest", "proxy"})
_VERB_FORMS = ("impersonate:", "impersonate-on:", "associated-node:", "arbitrary-node:")
#: The verb by which a kubelet asks about an audience of tokens, which stands in the place of the resource.
_AUDIENCE = "request-serviceaccounts-token-audience"
_HTTP_VERBS = ("get", "head", "post", "put", "patch", "delete", "options", "connect", "trace")
#: Words that people take for verbs, and what they mean by them.
_MEANT = {
    **dict.fromkeys(("read", "view", "readonly", "read-only"), "get, list, watch"),
    **dict.fromkeys(("write", "edit", "modify", "manage"), "create, update, patch"),
    **dict.fromkeys(("post", "add", "insert"), "create"),
    **dict.fromkeys(("put", "replace"), "update"),
    **dict.fromkeys(("remove", "destroy"), "delete"),
    **dict.fromkeys(("exec", "attach", "portforward"), "create on pods/exec, pods/attach or pods/portforward"),
}
#: What may have a star in its name: signers of a domain, anybody, nodes to be impersonated, and the objects of RBAC.
_STARRED_GROUPS = frozenset({"authentication.k8s.io", "certificates.k8s.io", "rbac.authorization.k8s.io"})
_STARRED = frozenset({"groups", "users"})
#: What the verbs for resources are called for paths.
_FOR_PATHS = {"list": "get", "watch": "get", "create": "post", "update": "put", "deletecollection": "delete"}


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each rule with such words."""
    for roles in scene.written_roles:
        for index, rule in enumerate(roles[0].rules):
            said = [*_of_paths(rule)] if rule.urls else [*_of_resources(rule)]
            for role in roles if said else ():
                if scene.is_built_in(role, index):
                    continue
                yield Hit(
                    f"{role.key.kind} {role.key.name} has words that no request matches: {'; '.join(said)}",
                    role.source(index),
                    namespace=role.key.namespace,
                    kind=role.key.kind,
                    name=role.key.name,
                )


def _of_paths(rule: Rule) -> Iterator[str]:
    for url in rule.urls:
        if url != "*" and not url.startswith("/"):
            yield f"the path {url!r}, write /{url}"
        elif "*" in url.rstrip("*"):
            yield f"the path {url!r}, where a star before the end stands for itself"
    for verb in rule.verbs:
        if verb != "*" and verb not in _HTTP_VERBS:
            lower = verb.lower()
            meant = _FOR_PATHS.get(lower, lower if lower in _HTTP_VERBS else nearest(lower, _HTTP_VERBS))
            yield f"the verb {verb!r} on a path, {_instead(meant, 'write an HTTP method in lower case')}"


def _of_resources(rule: Rule) -> Iterator[str]:
    groups = [_group(word) for word in rule.api_groups]
    yield from (said for _, said in groups if said)
    meant = [right for right, _ in groups]
    if _AUDIENCE not in rule.verbs:
        yield from _resources(rule, meant)
        yield from _names(rule, meant)
    yield from _verbs(rule.verbs, is_ours=_are_ours(meant))


def _names(rule: Rule, groups: Sequence[str]) -> Iterator[str]:
    """Say which names no object of Kubernetes can have; whoever serves custom ones may ask about any name."""
    if not _are_ours(groups) or not _STARRED_GROUPS.isdisjoint(groups) or not _STARRED.isdisjoint(rule.resources):
        return
    for name in rule.resource_names:
        if "*" in name:
            yield f"the name {name!r}, where the star stands for itself; name the objects, or leave resourceNames out"


def _group(word: str) -> tuple[str, str]:
    """Return the API group that a word means, and what is wrong with it; nothing where it may be one."""
    if word == "*" or word in BUILT_IN_GROUPS:
        return word, ""
    meant, why = _meant_group(word)
    return meant, f"the API group {word!r}, {why}" if why else ""


def _meant_group(word: str) -> tuple[str, str]:
    name, slash, _ = word.lower().partition("/")
    if name in ("core", "v1"):
        return "", 'write ""'
    if "*" in word:
        return word, "where the star stands for itself; name the groups"
    if name != word:
        return name, f"write {name} (RBAC knows no versions)" if slash else f"write {name}"
    longer = next((group for group in sorted(BUILT_IN_GROUPS) if group.startswith(f"{word}.")), None)
    if longer or "." in word:
        return longer or word, f"write {longer}" if longer else ""
    return _dotless(word)


def _dotless(word: str) -> tuple[str, str]:
    """Return what is meant by a group without a dot that Kubernetes does not have; custom ones have a dot."""
    meant = nearest(word, BUILT_IN_GROUPS - {""})
    homes = resources.groups_of(resources.plural(word))
    if homes and meant is None:
        return homes[0], "which is a resource; write it in resources"
    return meant or word, _instead(meant, "custom ones have a dot")


def _are_ours(groups: Sequence[str]) -> bool:
    """Tell whether all that groups have is known."""
    return all(map(resources.known, groups))


def _resources(rule: Rule, groups: Sequence[str]) -> Iterator[str]:
    is_ours = _are_ours(groups)
    is_any = set(groups) == {"*"}
    has_verb = any(verb == "*" or _is_verb(verb) for verb in rule.verbs)
    for word in rule.resources:
        said = _of_form(word) or (is_ours and _unknown(word, groups))
        if not said and is_any and "/" not in word:
            said = _of_any(word, has_verb=has_verb)
        if said:
            yield f"the resource {word!r}, {said}"


def _of_form(word: str) -> str:
    """Say what no resource can be called; nothing where one can."""
    base, slash, below = word.partition("/")
    if base == "userextras" or word == "*":
        return ""
    name, dot, group = base.partition(".")
    if dot:
        return f"write {name}{slash}{below}, and {group} in apiGroups"
    if base != base.lower():
        return f"write {resources.plural(base).lower()}{slash}{below.lower()}"
    return _of_stars(base, slash, below)


def _of_stars(base: str, slash: str, below: str) -> str:
    if slash and below in ("", "*"):
        named = next((f"{base}/{one}" for one in sorted(_below(base))), f"{base}/status")
        return f"where the star stands for itself; name the subresources, such as {named}, or write {base}"
    if "*" in (base if base != "*" else below):
        return "where the star stands for itself; name the resources"
    if "/" in below:
        return f"where only one subresource can stand; write {base}/{below.rpartition('/')[2]}"
    return "" if base else "write a resource"


def _below(resource: str) -> set[str]:
    return {one for group in resources.groups_of(resource) for one in resources.subresources(group, resource)}


def _unknown(word: str, groups: Sequence[str]) -> str:
    """Say what is none of the resources of Kubernetes' own groups; nothing where it is one."""
    base, slash, below = word.partition("/")
    if base in ("*", "userextras"):
        return ""
    having = [group for group in groups if base in resources.known(group)]
    if not having:
        return _misnamed(base, slash + below, groups)
    known = {one for group in having for one in resources.subresources(group, base)}
    if not slash or below in known:
        return ""
    near = nearest(below, known)
    return f"did you mean {base}/{near}?" if near else f"which {base} do not have"


def _misnamed(base: str, rest: str, groups: Sequence[str]) -> str:
    meant = resources.plural(base)
    homes = resources.groups_of(meant)
    if meant != base and homes:
        there = "" if any(group in homes for group in groups) else f", and {_named(homes)} in apiGroups"
        return f"write {meant}{rest}{there}"
    if homes:
        return f"which {_named(groups)} does not have; write {_named(homes)} in apiGroups"
    if base in BUILT_IN_GROUPS:
        return "which is an API group; write it in apiGroups"
    near = nearest(base, {one for group in groups for one in resources.known(group)})
    return _instead(near and near + rest, f"which {_named(groups)} does not have")


def _of_any(word: str, *, has_verb: bool) -> str:
    """Say what is no resource though any group may have it: what means one of Kubernetes' own, or a group."""
    meant = resources.plural(word)
    if meant != word and not resources.groups_of(word):
        return f"write {meant}"
    return "which is an API group; write it in apiGroups" if word in BUILT_IN_GROUPS and not has_verb else ""


def _verbs(words: Iterable[str], *, is_ours: bool) -> Iterator[str]:
    for word in words:
        if word == "*" or _is_verb(word):
            continue
        lower = word.lower()
        if _is_verb(lower):
            yield f"the verb {word!r}, write {lower}"
        elif "*" in word:
            yield f"the verb {word!r}, where the star stands for itself; name the verbs"
        elif homes := resources.groups_of(lower):
            yield f"the verb {word!r}, which is a resource; write it in resources, and {_named(homes)} in apiGroups"
        elif is_ours:
            yield f"the verb {word!r}, {_instead(_MEANT.get(lower) or nearest(lower, _VERBS), 'name the verbs')}"


def _is_verb(word: str) -> bool:
    return word in _VERBS or word in _OTHER_VERBS or word == _AUDIENCE or word.startswith(_VERB_FORMS)


def _named(groups: Iterable[str]) -> str:
    return " or ".join(group or '""' for group in groups)


def _instead(meant: str | None, otherwise: str) -> str:
    return f"write {meant}" if meant else otherwise
