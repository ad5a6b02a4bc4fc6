"""Manifests to roles and bindings, with the API server's defaults, and problems for what it would refuse.

The source is ``pkg/apis/rbac/validation/validation.go`` and ``pkg/apis/rbac/v1/defaults.go`` of Kubernetes 1.36. What
is refused can never exist in a cluster and grants nothing, so that nothing else is left out: whatever looks wrong but
is accepted (an unknown verb, ``pods/*``) is kept as it is written.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from generator.access.lists import Item, flatten
from generator.access.objects import GROUP, Binding, Objects, Role, RoleKey
from generator.access.reader import Reader, described
from generator.access.references import read_role_ref, read_subject
from generator.access.rule import Rule
from generator.access.selection import read_selectors
from generator.kubernetes import names
from generator.manifest import Manifest
from generator.problems import Problem
from generator.yaml.scalars import shown

#: The kinds that are read, and whether they live in a namespace.
KINDS = {"Role": True, "ClusterRole": False, "RoleBinding": True, "ClusterRoleBinding": False}
_REMOVED = ("/v1alpha1", "/v1beta1")
_PROTECTION = "rbac.authorization.kubernetes.io/autoupdate"


def parse(manifests: Iterable[Manifest | Item | Problem], namespace: str = "") -> tuple[Objects, tuple[Problem, ...]]:
    """Read the RBAC objects among *manifests*; all else is passed over. Bad input gives problems, never an error.

    *namespace* is where objects without one go (``kubectl -n``); without it, such an object is a problem.
    """
    return _Parser(namespace).read(manifests)


def interned(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return the one object that stands for these rules, as long as it is remembered, whoever reads them.

    What is worked out for a list of rules is then found again by which object it is.
    """
    if len(_INTERNED) >= _REMEMBERED:
        _INTERNED.clear()
    return _INTERNED.setdefault(rules, rules)


_INTERNED: dict[tuple[Rule, ...], tuple[Rule, ...]] = {}
#: Distinct lists of rules that are remembered.
_REMEMBERED = 10_000
#: Rules of a list that is known again by its text, which is a third of reading it.
_SHORT = 20


class _Parser:
    """Reads one set of manifests; keeps each list of rules once, by what it says."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._roles: list[Role] = []
        self._bindings: list[Binding] = []
        self._problems: list[Problem] = []
        self._rules: dict[Rule, Rule] = {}
        # Lists that many roles share as one object: by id, and kept, so that no other has it.
        self._shared: dict[tuple[int, bool], tuple[object, tuple[Rule, ...]]] = {}
        # Short lists that thousands of roles write alike: by what they say.
        self._alike: dict[tuple[str, bool], tuple[Rule, ...]] = {}

    def read(self, manifests: Iterable[Manifest | Item | Problem]) -> tuple[Objects, tuple[Problem, ...]]:
        for item in flatten(manifests):
            if isinstance(item, Problem):
                self._problems.append(item)
            elif item.kind in KINDS:
                self._read(item)
        return Objects(tuple(self._roles), tuple(self._bindings)), tuple(self._problems)

    def _read(self, item: Item) -> None:
        api_group, _, version = item.api_version.rpartition("/")
        if api_group not in ("", GROUP):
            return  # another API's kind of that name
        fields = Reader(item.origin)
        if (api_group, version) != (GROUP, "v1"):
            fields.refuse(f"{_version(item)}; write {GROUP}/v1", "apiVersion")
        metadata = fields.mapping(item.body.get("metadata"), "metadata")
        namespace, name = self._read_name(fields, item.kind, metadata)
        annotations = fields.labels(metadata.get("annotations"), "metadata", "annotations")
        protected = annotations.get(_PROTECTION) == "false"
        if item.kind.endswith("Binding"):
            self._read_binding(fields, item.body, namespace, name, protected=protected)
        else:
            labels = fields.labels(metadata.get("labels"), "metadata", "labels")
            self._read_role(fields, item.body, RoleKey(namespace, name), labels, protected=protected)
        self._problems += fields.problems

    def _read_name(self, fields: Reader, kind: str, metadata: Mapping[str, Any]) -> tuple[str, str]:
        """Read where the object lives and what it is called; a namespace on a cluster's object is ignored."""
        name, written = fields.each(metadata, ("name", "namespace"), "metadata")
        reason = names.path_segment(name) if name else "is no name; write one"
        if reason is not None:
            fields.refuse(f"{shown(name)} {reason}", "metadata", "name")
        if not KINDS[kind]:
            return "", name
        namespace = written or self._namespace
        reason = names.dns_label(namespace) if namespace else f"is no namespace; write the one of this {kind}"
        if reason is not None:
            fields.refuse(f"{shown(namespace)} {reason}", "metadata", "namespace")
        return namespace, name

    def _read_role(
        self, fields: Reader, body: Mapping[str, Any], key: RoleKey, labels: dict[str, str], *, protected: bool
    ) -> None:
        rules = self._read_rules(fields, body.get("rules"), in_namespace=bool(key.namespace))
        selectors = None
        if not key.namespace and body.get("aggregationRule") is not None:
            selectors = read_selectors(fields, body["aggregationRule"])
        if not fields.refused:
            self._roles.append(Role(key, rules, fields.origin, labels, selectors, protected=protected))

    def _read_rules(self, fields: Reader, value: Any, *, in_namespace: bool) -> tuple[Rule, ...]:
        known = self._shared.get((id(value), in_namespace))
        if known is not None:
            return known[1]
        said = (repr(value), in_namespace) if isinstance(value, list) and len(value) <= _SHORT else None
        rules = self._alike.get(said) if said is not None else None
        if rules is not None:
            return rules
        before = len(fields.problems)
        items = fields.items(value, "rules")
        rules = tuple([self._read_rule(fields, item, i, in_namespace=in_namespace) for i, item in enumerate(items)])
        rules = interned(rules)
        if len(fields.problems) == before:
            self._shared[id(value), in_namespace] = (value, rules)
            if said is not None:
                self._alike[said] = rules
        return rules

    def _read_rule(self, fields: Reader, value: Any, index: int, *, in_namespace: bool) -> Rule:
        before = len(fields.problems)
        body = fields.mapping(value, "rules", index)
        rule = Rule(
            verbs=fields.texts(body.get("verbs"), "rules", index, "verbs"),
            api_groups=fields.texts(body.get("apiGroups"), "rules", index, "apiGroups"),
            resources=fields.texts(body.get("resources"), "rules", index, "resources"),
            resource_names=fields.texts(body.get("resourceNames"), "rules", index, "resourceNames"),
            urls=fields.texts(body.get("nonResourceURLs"), "rules", index, "nonResourceURLs"),
        )
        if len(fields.problems) == before:
            for message in _refusals(rule, in_namespace=in_namespace):
                fields.refuse(message, "rules", index)
        return self._rules.setdefault(rule, rule)

    def _read_binding(
        self, fields: Reader, body: Mapping[str, Any], namespace: str, name: str, *, protected: bool
    ) -> None:
        role = read_role_ref(fields, body.get("roleRef"), namespace)
        items = fields.items(body.get("subjects"), "subjects")
        subjects = [read_subject(fields, item, index, namespace) for index, item in enumerate(items)]
        if not fields.refused:
            self._bindings.append(
                Binding(namespace, name, role, tuple(dict.fromkeys(subjects)), fields.origin, protected)
            )


def _version(item: Item) -> str:
    """Say what is wrong with the version of an object that has another than it needs."""
    if item.api_version:
        since = " since Kubernetes 1.22" if item.api_version.endswith(_REMOVED) else ""
        return f"{shown(item.api_version)} has no {item.kind}{since}"
    return f"{described(item.body.get('apiVersion'))} is not the version of any {item.kind}"


def _refusals(rule: Rule, *, in_namespace: bool) -> Iterable[str]:
    if not rule.verbs:
        yield "a rule without verbs is refused; write the verbs"
    if not rule.urls:
        if not rule.api_groups:
            yield "a rule about resources must name their apiGroups; write [''] for the core group"
        if not rule.resources:
            yield "a rule must name resources or nonResourceURLs; write one of them"
        return
    if in_namespace:
        yield "a Role cannot allow nonResourceURLs, which are in no namespace; write a ClusterRole"
    if rule.api_groups or rule.resources or rule.resource_names:
        yield "a rule cannot be about resources and nonResourceURLs; write two rules"
