import json
from pathlib import Path

import pytest
from access.rbac import access, ask, manifests, rules_of

from generator.access import RoleKey, group, parse
from generator.access.defaults import EXACT, defaults

RECORDED = json.loads((Path(__file__).parent.parent / "oracles" / "rbac-defaults-1.36.json").read_text("utf-8"))


def test_the_defaults_are_those_of_a_fresh_cluster_with_the_aggregated_rules_computed():
    recorded, problems = parse(manifests(*RECORDED))
    found = access(version=EXACT)
    assert problems == ()
    assert {key: one.rules for key, one in found.roles.items()} == {one.key: one.rules for one in recorded.roles}
    assert {(one.namespace, one.name, one.role, one.subjects) for one in found.bindings} == {
        (one.namespace, one.name, one.role, one.subjects) for one in recorded.bindings
    }


@pytest.mark.parametrize(("name", "expected"), [("admin", 426), ("edit", 409), ("view", 180)])
def test_the_built_in_roles_hold_as_many_permissions_as_kubernetes_says(name, expected):
    assert len(permissions(access(version="1.36"), name)) == expected


def test_each_built_in_role_holds_more_than_the_next():
    found = access(version="1.36")
    assert permissions(found, "admin") > permissions(found, "edit") > permissions(found, "view")


def permissions(found, name):
    return {
        (api_group, resource, verb)
        for rule in rules_of(found, name)
        for api_group in rule.api_groups
        for resource in rule.resources
        for verb in rule.verbs
    }


@pytest.mark.parametrize("name", ["view", "edit", "admin"])
@pytest.mark.parametrize(("version", "expected"), [("1.25", False), ("1.33", False), ("1.34", True), ("1.37", True)])
def test_dynamic_resource_allocation_is_in_the_built_in_roles_since_it_is_on_by_default(name, version, expected):
    held = permissions(access(version=version), name)
    assert (("resource.k8s.io", "resourceclaims", "get") in held) is expected
    assert held >= {one for one in permissions(access(version="1.36"), name) if one[0] != "resource.k8s.io"}


def test_older_versions_differ_in_nothing_else():
    old, new = defaults("1.30"), defaults("1.36")
    differing = {one.key.name for one, other in zip(old.roles, new.roles, strict=True) if one != other}
    assert differing == {"system:aggregate-to-view", "system:aggregate-to-edit"}
    assert old.bindings == new.bindings


@pytest.mark.parametrize("version", ["", "1", "latest", "v1.34", "1.34.2"])
def test_what_is_no_version_is_refused(version):
    with pytest.raises(ValueError, match=r".+"):
        defaults(version)


def test_masters_may_do_everything():
    found = access(version="1.36")
    assert group("system:masters") in found.who_can(ask("fly", "carpets", group="example.com")).grants


def test_a_default_role_says_where_it_comes_from():
    (place,) = {str(one.origin) for one in defaults("1.36").roles if one.key == RoleKey("", "cluster-admin")}
    assert place == "Kubernetes 1.36#ClusterRole/cluster-admin"
