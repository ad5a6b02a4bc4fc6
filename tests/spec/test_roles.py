import pytest
from tenancy import CLUSTER, orders, platform_of, told

from generator.organisation.tree import BUILT_IN_ROLES
from generator.spec import roles, tenantroles

HERE = "tenants/platform.yaml#spec/roles"
JOBS = "{apiGroups: [batch], resources: [jobs], verbs: [create]}"
FLOWS = "{apiGroups: [argoproj.io], resources: [workflows], verbs: [get]}"


def platform(**definitions):
    lines = [f"  {name}: {{{text}}}" for name, text in definitions.items()]
    return platform_of("\n".join([CLUSTER, "roles:", *lines]) if lines else CLUSTER)


def rule(group, resources, *verbs):
    return {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}


def granted(name, **definitions):
    """Return every (group, resource, verb) of a role."""
    return {
        (group, resource, verb)
        for one in roles.table(platform(**definitions))[name]
        for group in one["apiGroups"]
        for resource in one["resources"]
        for verb in one["verbs"]
    }


def test_every_platform_has_the_roles_that_tenants_may_name():
    assert tuple(roles.table(platform())) == tuple(tenantroles.BUILT_IN) == BUILT_IN_ROLES


def test_each_built_in_role_may_do_what_the_one_before_may_and_more():
    viewer, editor, admin = (granted(name) for name in BUILT_IN_ROLES)
    assert viewer < editor < admin


def test_built_in_roles_name_every_verb_and_resource():
    words = {word for grant in granted("admin") for word in grant}
    assert "*" not in words


def test_a_viewer_reads_and_does_nothing_else():
    assert {verb for _, _, verb in granted("viewer")} == {"get", "list", "watch"}


@pytest.mark.parametrize("name", BUILT_IN_ROLES)
def test_built_in_roles_leave_out_what_those_of_kubernetes_leak(name):
    found = granted(name)
    written = {(group, resource) for group, resource, verb in found if verb not in tenantroles.READ}
    read = {(group, resource) for group, resource, _ in found}
    assert ("", "secrets") not in read
    assert not {resource for _, resource in read} & {"serviceaccounts/token", "nodes", "pods/attach", "pods/proxy"}
    assert not {group for group, _ in read} & {"rbac.authorization.k8s.io", "admissionregistration.k8s.io"}
    assert not {verb for _, _, verb in found} & {"impersonate", "bind", "escalate", "approve", "sign"}
    assert not written & {
        *{("", "resourcequotas"), ("", "limitranges"), ("", "namespaces"), ("", "serviceaccounts"), ("", "endpoints")},
        *{("networking.k8s.io", "networkpolicies"), ("apps", "daemonsets"), ("discovery.k8s.io", "endpointslices")},
    }


def test_only_admins_reach_into_running_pods():
    commands = {("", "pods/exec", "create"), ("", "pods/portforward", "create")}
    assert [commands <= granted(name) for name in BUILT_IN_ROLES] == [False, False, True]
    assert not commands & granted("editor")


def test_a_role_of_the_platform_has_its_own_rules_alone():
    assert roles.table(platform(submitter=f"rules: [{FLOWS}, {JOBS}]"))["submitter"] == [
        rule("argoproj.io", ["workflows"], "get"),
        rule("batch", ["jobs"], "create"),
    ]


def test_a_role_has_the_rules_of_the_one_it_extends_and_then_its_own():
    definitions = {
        "labeller": f"extends: viewer, rules: [{JOBS}]",
        "chief": f"extends: labeller, rules: [{FLOWS}]",
    }
    jobs, flows = rule("batch", ["jobs"], "create"), rule("argoproj.io", ["workflows"], "get")
    for order in orders(definitions):
        table = roles.table(platform(**order))
        assert table["labeller"] == [*tenantroles.BUILT_IN["viewer"], jobs]
        assert table["chief"] == [*tenantroles.BUILT_IN["viewer"], jobs, flows]


def test_a_role_that_replaces_a_built_in_one_may_extend_it_and_others_extend_the_new_one():
    table = roles.table(platform(viewer=f"extends: viewer, rules: [{FLOWS}]", labeller="extends: viewer, rules: []"))
    assert (
        table["viewer"]
        == table["labeller"]
        == [*tenantroles.BUILT_IN["viewer"], rule("argoproj.io", ["workflows"], "get")]
    )


def test_built_in_roles_do_not_take_up_what_the_platform_changes_of_one():
    table = roles.table(platform(viewer="rules: []"))
    assert table["viewer"] == []
    assert table["editor"] == list(tenantroles.BUILT_IN["editor"])


@pytest.mark.parametrize(
    ("name", "definitions", "includes"),
    [
        ("editor", {}, True),
        ("viewer", {"viewer": "rules: []"}, True),
        ("labeller", {"labeller": "extends: viewer, rules: []"}, True),
        ("chief", {"labeller": "extends: editor, rules: []", "chief": "extends: labeller, rules: []"}, True),
        ("submitter", {"submitter": "rules: []"}, False),
        ("chief", {"submitter": "rules: []", "chief": "extends: submitter, rules: []"}, False),
        ("editor", {"editor": "rules: []"}, False),
        ("editor", {"editor": "extends: editor, rules: []"}, True),
    ],
)
def test_a_role_knows_whether_it_includes_the_viewers(name, definitions, includes):
    assert roles.includes_viewer(name, platform(**definitions)) is includes


@pytest.mark.parametrize(
    "definitions",
    [
        {},
        {"labeller": "extends: viewer, rules: []"},
        {"viewer": "extends: viewer, rules: []", "labeller": "extends: viewer, rules: []"},
        {"viewer": "extends: editor, rules: []"},
        {"a": "extends: b, rules: []", "b": "extends: c, rules: []", "c": "rules: []"},
    ],
)
def test_roles_that_end_somewhere_are_fine_in_any_order(definitions):
    for order in orders(definitions):
        assert told(roles.check(platform(**order))) == []


def test_a_role_that_extends_nothing_there_is_is_told():
    assert told(roles.check(platform(labeller="extends: viewr, rules: []"))) == [
        f"{HERE}/labeller/extends: 'viewr' is not a role; did you mean 'viewer'?"
    ]


CIRCLE = "the roles extend one another in a circle: {}; one must extend another, or none"


@pytest.mark.parametrize(
    ("definitions", "problems"),
    [
        ({"a": "extends: a, rules: []"}, {"a": "a -> a"}),
        ({"a": "extends: b, rules: []", "b": "extends: a, rules: []"}, {"a": "a -> b -> a", "b": "b -> a -> b"}),
        (
            {"a": "extends: b, rules: []", "b": "extends: c, rules: []", "c": "extends: a, rules: []"},
            {"a": "a -> b -> c -> a", "b": "b -> c -> a -> b", "c": "c -> a -> b -> c"},
        ),
        (
            {"viewer": "extends: editor, rules: []", "editor": "extends: viewer, rules: []"},
            {"viewer": "viewer -> editor -> viewer", "editor": "editor -> viewer -> editor"},
        ),
    ],
)
def test_roles_that_extend_one_another_in_a_circle_are_told(definitions, problems):
    wanted = sorted(f"{HERE}/{name}/extends: {CIRCLE.format(line)}" for name, line in problems.items())
    for order in orders(definitions):
        assert sorted(told(roles.check(platform(**order)))) == wanted
