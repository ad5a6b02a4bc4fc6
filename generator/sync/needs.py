"""What it takes to apply manifests: the least that an account must be given to create, change and delete them.

Server-side apply and pruning look at an object, create or patch it, and delete it (``fluxcd/pkg/ssa``). Whoever writes
or binds a role must hold all that is in it: so the rules of all roles are among what the account is given. ``escalate``
and ``bind`` would do instead, and allow anything; only a ClusterRole of the cluster's own is bound by its name. Since
the same account makes the namespaces, its rights cannot be bounded by them: admission bounds them instead.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from msgspec import Struct, field

from generator.fixed import Fixed, FixedList
from generator.kubernetes import kinds, resources
from generator.manifest import Manifest

#: An API version, and a kind of it.
Kind = tuple[str, str]

VERBS = ("get", "create", "patch", "delete")
_ROLES = frozenset({"Role", "ClusterRole"})
_WORDS = ("apiGroups", "resources", "resourceNames", "nonResourceURLs", "verbs")


class Ledger(Struct):
    """Notes what each tenant's manifests need on each cluster: a short name for it, and once what that stands for.

    Thousands of tenants need the same, so that the names are what is kept of each.
    """

    known: dict[str, str] = field(default_factory=dict)
    _noted: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    _names: dict[tuple[frozenset[tuple[str, str]], frozenset[int]], str] = field(default_factory=dict)
    _kept: list[Any] = field(default_factory=list)

    def hear(self, document: str, cluster: str, manifests: Iterable[Manifest]) -> None:
        """Take what the tenant of a document gets on a cluster."""
        given = [one.body for one in manifests]
        found = frozenset([(body["apiVersion"], body["kind"]) for body in given])
        roles = [body["rules"] for body in given if body["kind"] in _ROLES and body.get("rules")]
        roles += [body["roleRef"] for body in given if body.get("roleRef", {}).get("kind") == "ClusterRole"]
        key = (found, frozenset(map(id, roles)))
        name = self._names.get(key)
        if name is None:
            text = written(given)
            name = self._names[key] = sha256(text.encode()).hexdigest()[:16]
            self.known[name] = text
            self._kept += roles  # as long as they are there, no others have their identities
        self._noted[document][cluster] = name

    def of(self, document: str) -> Mapping[str, str]:
        """Return what a tenant needs, by cluster."""
        return self._noted.pop(document, {})


def written(bodies: Iterable[Mapping[str, Any]]) -> str:
    """Write what some objects need as a text that is the same for any order of them."""
    found: set[tuple[str, str]] = set()
    rules: set[str] = set()
    for body in bodies:
        found.add((body["apiVersion"], body["kind"]))
        if body["kind"] in _ROLES:
            rules.update(json.dumps({word: rule[word] for word in _WORDS if word in rule}) for rule in body["rules"])
        elif body["kind"] == "RoleBinding" and body["roleRef"]["kind"] == "ClusterRole":
            rules.add(json.dumps(_binding(body["roleRef"]["name"])))
    return json.dumps([sorted(found), sorted(rules)])


def _binding(name: str) -> dict[str, Any]:
    group = "rbac.authorization.k8s.io"
    return {"apiGroups": [group], "resources": ["clusterroles"], "resourceNames": [name], "verbs": ["bind"]}


def kinds_in(needs: Iterable[str]) -> set[Kind]:
    """Return the kinds of what has these needs."""
    return {(api_version, kind) for need in needs for api_version, kind in json.loads(need)[0]}


def rights(needs: Iterable[str], found: Iterable[Kind] = ()) -> FixedList:
    """Return the rules that let an account apply all that has these needs, and any other objects of these kinds."""
    verbs: dict[tuple[str, str, tuple[str, ...]], set[str]] = defaultdict(set)
    paths: dict[tuple[str, ...], set[str]] = defaultdict(set)
    given = list(dict.fromkeys(needs))
    for api_version, kind in {*found, *kinds_in(given)}:
        verbs[api_version.rpartition("/")[0], resource_of(api_version, kind), ()].update(VERBS)
    for need in given:
        for rule in map(json.loads, json.loads(need)[1]):
            if rule.get("nonResourceURLs"):
                paths[tuple(sorted(rule["nonResourceURLs"]))].update(rule["verbs"])
            names = tuple(sorted(rule.get("resourceNames", ())))
            for group in rule.get("apiGroups", ()):
                for resource in rule.get("resources", ()):
                    verbs[group, resource, names].update(rule["verbs"])
    return FixedList([*_by_resources(verbs), *_by_paths(paths)])


def _by_resources(verbs: Mapping[tuple[str, str, tuple[str, ...]], set[str]]) -> list[Fixed]:
    """Write as few rules as can be: one for all resources of a group of which the same is allowed."""
    together: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = defaultdict(list)
    for (group, resource, names), allowed in verbs.items():
        more = allowed - verbs.get((group, resource, ()), set()) if names else allowed
        if more:
            together[group, names, tuple(sorted(more))].append(resource)
    return [
        Fixed(
            {"apiGroups": [group], "resources": sorted(some)}
            | ({"resourceNames": list(names)} if names else {})
            | {"verbs": list(allowed)}
        )
        for (group, names, allowed), some in sorted(together.items(), key=lambda item: (item[0][0], sorted(item[1])))
    ]


def _by_paths(paths: Mapping[tuple[str, ...], set[str]]) -> list[Fixed]:
    return [Fixed({"nonResourceURLs": list(urls), "verbs": sorted(verbs)}) for urls, verbs in sorted(paths.items())]


def resource_of(api_version: str, kind: str) -> str:
    """Name the resource of a kind; of one that nobody knows, as Kubernetes does (``UnsafeGuessKindToResource``)."""
    custom = kinds.CUSTOM.get((api_version, kind))
    if custom is not None:
        return custom.file.partition(".")[0]
    known = resources.plural(kind) if kinds.built_in(api_version) else kind
    if known != kind:
        return known
    lower = kind.lower()
    if lower.endswith("s"):
        return f"{lower}es"
    return f"{lower[:-1]}ies" if lower.endswith("y") else f"{lower}s"
