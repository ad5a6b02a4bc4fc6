import json

import pytest

from generator import shipped
from generator.kubernetes import kinds, resources

RULES = [rule for body in json.loads(shipped.default_roles("1.36")) for rule in body.get("rules") or ()]
#: Kinds that are written into a subresource of something else, or into nothing at all.
NO_RESOURCES = {("autoscaling", "Scale"), ("policy", "Eviction"), ("authentication.k8s.io", "TokenRequest")}
#: Asked about for devices and evictions that are still to come; nothing is known of the group.
UNKNOWN_GROUPS = {"lifecycle.k8s.io"}


def kinds_by_group():
    for version in kinds.known_versions():
        for api_version, found in kinds.kinds_of(version).by_api_version().items():
            group = api_version.rpartition("/")[0]
            yield from ((group, kind) for kind in found if (group, kind) not in NO_RESOURCES)


def test_every_kind_of_every_version_has_its_resource_where_it_is():
    found = {
        (group, kind)
        for group, kind in kinds_by_group()
        if group not in UNKNOWN_GROUPS and resources.plural(kind) not in resources.known(group)
    }
    assert found == set()


def test_both_tables_agree_on_what_lives_in_no_namespace():
    apart = [
        (group, kind)
        for group, kind in kinds_by_group()
        if group not in UNKNOWN_GROUPS
        and resources.is_cluster_scoped(resources.plural(kind), group) is not (kind in kinds.CLUSTER_SCOPED)
    ]
    assert apart == []


def test_kubernetes_own_roles_name_nothing_that_is_not_known():
    unknown = set()
    for rule in RULES:
        for group in rule.get("apiGroups", ()):
            for resource in rule.get("resources", ()) if resources.known(group) else ():
                base, slash, below = resource.partition("/")
                known = base in resources.known(group) and (not slash or below in resources.subresources(group, base))
                if base != "*" and not known:
                    unknown.add((group, resource))
    assert unknown == set()


@pytest.mark.parametrize(
    ("resource", "groups"),
    [("pods", ("",)), ("events", ("", "events.k8s.io")), ("deployments", ("apps",)), ("widgets", ())],
)
def test_a_resource_is_in_the_groups_that_have_it_today(resource, groups):
    assert resources.groups_of(resource) == groups


def test_custom_groups_are_not_known():
    assert resources.known("example.com") == frozenset()


@pytest.mark.parametrize(
    ("group", "resource", "below", "there"),
    [
        ("", "pods", "exec", True),
        ("", "pods", "resize", True),
        ("", "pods", "logs", False),
        ("apps", "deployments", "scale", True),
        ("extensions", "deployments", "scale", True),
        ("batch", "jobs", "scale", False),
        ("", "configmaps", "finalizers", True),
        ("", "configmaps", "status", False),
    ],
)
def test_subresources_are_those_of_discovery(group, resource, below, there):
    assert (below in resources.subresources(group, resource)) is there
