"""What subjects may do in effect: the roles and bindings of a cluster, indexed so that any question is quick.

A ClusterRoleBinding holds for every namespace, for cluster-scoped objects and for URLs; a RoleBinding only for
requests in its own namespace (``RulesFor`` in ``pkg/registry/rbac/validation/rule.go``). The group ``system:masters``
needs no binding: the API server lets it do everything before it asks RBAC, and so it is not reported here beyond
what is bound to it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from generator.access.aggregation import aggregate
from generator.access.defaults import defaults
from generator.access.grant import Grant, Holders
from generator.access.layers import layered, united
from generator.access.lists import Item
from generator.access.matching import allows
from generator.access.objects import Binding, Objects, Role, RoleKey
from generator.access.parse import parse
from generator.access.request import Request, ResourceRequest
from generator.access.subject import Subject, group, implicit_groups, user
from generator.manifest import Manifest
from generator.problems import Problem


def effective(
    manifests: Iterable[Manifest | Item | Problem],
    *,
    version: str | None = None,
    snapshot: Iterable[Manifest | Item] = (),
    namespace: str = "",
) -> "Access":
    """Compute who may do what in a cluster to which *manifests* are applied.

    *version* adds the roles and bindings that a cluster of that Kubernetes version starts with; ``None`` adds none.
    *snapshot* holds the cluster's own roles, whose labels may add to ``view``, ``edit`` and ``admin``: they take the
    place of defaults, and manifests take theirs. *namespace* is where objects without one go.
    """
    written, problems = parse(manifests, namespace)
    written, doubled = united(written)
    found, unreadable = parse(snapshot)
    found, _ = united(found)
    base = defaults(version) if version is not None else Objects()
    warnings = tuple(_overwritten(written.roles))
    return Access(layered(base, found, written), (*unreadable, *problems, *doubled, *warnings))


class Access:
    """Answers who may do what, from the objects of a cluster.

    ``problems`` are what the API server would refuse, and what was left out for that. ``dangling`` are bindings to
    a role that is not there: they grant nothing until somebody makes a role of that name.
    """

    def __init__(self, objects: Objects, problems: tuple[Problem, ...] = ()) -> None:
        roles, too_much = aggregate(objects.roles)
        self.problems = (*problems, *too_much)
        self.roles: Mapping[RoleKey, Role] = {role.key: role for role in sorted(roles, key=lambda role: role.key)}
        order = sorted(objects.bindings, key=lambda binding: (binding.namespace, binding.name))
        self.bindings: tuple[Binding, ...] = tuple(order)
        self.dangling = tuple([binding for binding in order if binding.role not in self.roles])
        self._in_scope: dict[str, list[Binding]] = defaultdict(list)
        self._of: dict[Subject, dict[str, list[Binding]]] = {}
        for binding in order:
            if binding.role in self.roles:
                self._in_scope[binding.namespace].append(binding)
                for subject in binding.subjects:
                    self._of.setdefault(subject, {}).setdefault(binding.namespace, []).append(binding)

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """All who are bound to a role that is there."""
        return tuple(sorted(self._of))

    def decide(self, username: str, groups: Iterable[str], request: Request) -> tuple[Grant, ...]:
        """Return every grant that allows *request*; nothing is a denial.

        As in a SubjectAccessReview, *groups* are all that count: see :func:`implicit_groups` for those that
        authentication adds.
        """
        matching = _Matching(request)
        return tuple(
            [
                Grant(subject, binding, role, index)
                for subject in dict.fromkeys((user(username), *map(group, groups)))
                for scope in _scopes(request)
                for binding in self._of.get(subject, {}).get(scope, ())
                for role in (self.roles[binding.role],)
                for index in matching.of(role)
            ]
        )

    def grants_of(self, subject: Subject, groups: Iterable[str] = ()) -> tuple[Grant, ...]:
        """Return all that a user or service account holds, in person and through groups; of a group, what it gives.

        The groups are those that authentication adds, and *groups*, which only the identity provider knows.
        """
        holders = dict.fromkeys((subject, *map(group, (*groups, *implicit_groups(subject)))))
        return tuple(
            [
                Grant(holder, binding, self.roles[binding.role], index)
                for holder in holders
                for bindings in self._of.get(holder, {}).values()
                for binding in bindings
                for index in range(len(self.roles[binding.role].rules))
            ]
        )

    def who_can(self, request: Request) -> Holders:
        """Return all who may make *request*. Groups are not taken apart: who is in them is not in any manifest."""
        matching = _Matching(request)
        found: dict[Subject, list[Grant]] = defaultdict(list)
        for scope in _scopes(request):
            for binding in self._in_scope.get(scope, ()):
                role = self.roles[binding.role]
                for index in matching.of(role):
                    for subject in binding.subjects:
                        found[subject].append(Grant(subject, binding, role, index))
        return Holders({subject: tuple(found[subject]) for subject in sorted(found)})


class _Matching:
    """The rules that allow one request, found once for each list of rules that roles share."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._known: dict[int, tuple[int, ...]] = {}

    def of(self, role: Role) -> tuple[int, ...]:
        """Return the indices of the rules of *role* that allow the request."""
        known = self._known.get(id(role.rules))
        if known is None:
            known = tuple([index for index, rule in enumerate(role.rules) if allows(rule, self._request)])
            self._known[id(role.rules)] = known
        return known


def _scopes(request: Request) -> tuple[str, ...]:
    """Name the scopes whose bindings count for *request*; the empty one is the cluster."""
    return ("", request.namespace) if isinstance(request, ResourceRequest) and request.namespace else ("",)


def _overwritten(roles: Iterable[Role]) -> Iterator[Problem]:
    for role in roles:
        if role.selectors is not None and role.rules:
            message = f"the rules of ClusterRole {role.key.name} are overwritten by its aggregationRule; leave them out"
            yield Problem(role.origin, message, warning=True)
