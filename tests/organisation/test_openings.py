import pytest
from tenancy import platform_of, vision

from generator.organisation import openings, tree


def beyond(inner, outer, way="egress"):
    """Tell whether the opening *inner* is more than the openings *outer* are."""
    own = vision(f"network: {{{way}: [{inner}]}}").settings
    whole = tree.resolve(vision(f"network: {{{way}: [{outer}]}}"), [], platform_of()).settings
    return [one.what for one in openings.beyond(own, whole)] != []


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ("{dns: true}", "{dns: true}"),
        ("{tenant: a}", "{tenant: a}"),
        ("{tenant: a, ports: [80]}", "{tenant: a}"),
        ("{tenant: a, ports: [80]}", "{tenant: a, ports: [80, 443]}"),
        ("{tenant: a, ports: [8001, 8005]}", '{tenant: a, ports: ["8000-8010"]}'),
        ('{tenant: a, ports: ["8000-8005"]}', '{tenant: a, ports: ["8000-8010"]}'),
        ("{tenant: a, ports: [80]}", "{admitted: true}"),
        ("{cidr: 10.1.0.0/16}", "{cidr: 10.0.0.0/8}"),
        ("{cidr: 10.1.0.0/16}", "{cidr: 10.0.0.0/8, except: [10.2.0.0/16]}"),
        ("{cidr: 10.0.0.0/8, except: [10.0.0.0/9]}", "{cidr: 10.0.0.0/8, except: [10.2.0.0/16]}"),
        ("{cidr: 10.1.0.0/16}", "{dns: true}, {cidr: 10.0.0.0/8}"),
        ('{cidr: "fd00:1::/32"}', '{cidr: "fd00::/8"}'),
        ("{namespace: a}", "{namespace: a}"),
    ],
)
def test_a_part_of_what_is_open_is_not_beyond_it(inner, outer):
    assert not beyond(inner, outer)


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ("{dns: true}", ""),
        ("{dns: true}", "{admitted: true}"),
        ("{admitted: true}", "{dns: true}"),
        ("{tenant: a}", "{tenant: b}"),
        ("{tenant: a}", "{namespace: a}"),
        ("{tenant: a}", "{tenant: a, ports: [80]}"),
        ('{tenant: a, ports: ["80/UDP"]}', "{tenant: a, ports: [80]}"),
        ('{tenant: a, ports: ["79-80"]}', "{tenant: a, ports: [80]}"),
        ("{cidr: 10.0.0.0/8}", "{cidr: 10.1.0.0/16}"),
        ("{cidr: 10.0.0.0/8}", "{cidr: 10.0.0.0/8, except: [10.2.0.0/16]}"),
        ("{cidr: 10.0.0.0/8, except: [10.2.1.0/24]}", "{cidr: 10.0.0.0/8, except: [10.2.0.0/16]}"),
        ("{cidr: 10.0.0.0/8}", '{cidr: "::/0"}'),
        ("{cidr: 10.0.0.0/8}", "{namespace: a}"),
    ],
)
def test_more_than_what_is_open_is_beyond_it(inner, outer):
    assert beyond(inner, outer)


def test_where_nobody_lists_egress_it_is_dns_and_whoever_lets_one_in():
    whole = tree.resolve(vision(), [], platform_of()).settings
    spec = "network: {egress: [{dns: true}, {admitted: true}, {tenant: a}, {cidr: 10.0.0.0/8}]}"
    assert [one.what for one in openings.beyond(vision(spec).settings, whole)] == ["the opening for 10.0.0.0/8"]


def test_an_opening_for_some_namespaces_holds_in_these():
    assert not beyond("{cidr: 10.0.0.0/8, namespaces: [a]}", "{cidr: 10.0.0.0/8, namespaces: [a, b]}")
    assert beyond("{cidr: 10.0.0.0/8}", "{cidr: 10.0.0.0/8, namespaces: [a]}")
    assert beyond("{cidr: 10.0.0.0/8, namespaces: [c]}", "{cidr: 10.0.0.0/8, namespaces: [a]}")


@pytest.mark.parametrize(
    ("inner", "outer", "more"),
    [
        ("{tenant: a, methods: [GET]}", "{tenant: a}", False),
        (
            "{tenant: a, methods: [GET], paths: [/x], ports: [80]}",
            "{tenant: a, methods: [GET, POST], paths: [/x, /y], ports: [80]}",
            False,
        ),
        ("{tenant: a}", "{tenant: a, methods: [GET]}", True),
        ("{tenant: a, paths: [/x/y]}", "{tenant: a, paths: [/x]}", True),
        ("{tenant: a, ports: [81]}", "{tenant: a, ports: [80]}", True),
        ("{tenant: a}", "{namespace: a}", True),
    ],
)
def test_a_caller_of_the_mesh_may_do_no_more_than_the_one_above(inner, outer, more):
    own, whole = vision(f"mesh: {{ingress: [{inner}]}}").settings, vision(f"mesh: {{ingress: [{outer}]}}").settings
    assert ([one.what for one in openings.beyond(own, whole)] != []) is more
