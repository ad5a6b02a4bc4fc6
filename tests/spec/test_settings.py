import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from tenancy import CLUSTER, plain, platform_of, told, vision

from generator.spec.settings import PodSecurity, Port, check, overlay, port


def own(spec):
    return vision(spec).settings


def tiers(**specs):
    """Read settings as tiers, the parts that tenants and the platform share."""
    lines = [f"  {name}: {{{spec}}}" for name, spec in specs.items()]
    return platform_of("\n".join([CLUSTER, "tiers:", *lines])).tiers


# What is written


def test_what_is_not_written_is_left_to_others():
    found = own("")
    assert (found.clusters, found.pod_security, found.quota, found.limits, found.network, found.mesh) == (None,) * 6
    assert found.labels == {}


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("baseline", PodSecurity("baseline", "baseline", "baseline")),
        ("{enforce: baseline}", PodSecurity("baseline", "baseline", "baseline")),
        ("{enforce: baseline, warn: restricted}", PodSecurity("baseline", "baseline", "restricted")),
        ("{enforce: privileged, audit: baseline, version: v1.34}", PodSecurity("privileged", "baseline", "privileged", "v1.34")),
    ],
)  # fmt: skip
def test_pod_security_left_out_of_the_long_form_is_as_strict_as_enforce(text, levels):
    assert own(f"podSecurity: {text}").pod_security == levels


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (443, Port(443, None, "TCP")),
        ("443", Port(443, None, "TCP")),
        ("53/UDP", Port(53, None, "UDP")),
        ("8000-8100", Port(8000, 8100, "TCP")),
        ("8000-8100/SCTP", Port(8000, 8100, "SCTP")),
    ],
)
def test_ports_are_tcp_unless_they_say_otherwise(written, wanted):
    assert port(written) == wanted


@pytest.mark.parametrize(("text", "names", "selector"), [
    ("[a, b]", ("a", "b"), None),
    ("[]", (), None),
    ("{selector: {env: prod}}", (), {"env": "prod"}),
    ("{selector: {}}", (), {}),
])  # fmt: skip
def test_clusters_are_chosen_by_name_or_by_label(text, names, selector):
    chosen = own(f"clusters: {text}").clusters
    assert (chosen.names, chosen.selector) == (names, selector)


def test_an_opening_holds_what_is_written_and_knows_its_place():
    (one,) = own(
        "network: {ingress: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16], ports: [443, 53/UDP]}]}"
    ).network.ingress
    assert (one.tenant, one.namespace, one.cidr, one.dns, one.admitted) == (None, None, "10.0.0.0/8", False, False)
    assert (one.excepted, one.namespaces) == (("10.1.0.0/16",), ())
    assert one.ports == (Port(443, None, "TCP"), Port(53, None, "UDP"))
    assert str(one.origin).startswith("tenants/vision.yaml#spec/network/ingress/")


def test_a_caller_holds_what_is_written_and_knows_its_place():
    text = "mesh: {mtls: PERMISSIVE, ingress: [{tenant: research, methods: [GET], paths: [/v1/*], ports: [80], namespaces: [serve]}]}"
    mesh = own(text).mesh
    (one,) = mesh.ingress
    assert mesh.mtls == "PERMISSIVE"
    assert (one.tenant, one.methods, one.paths, one.ports, one.namespaces) == (
        *("research", ("GET",), ("/v1/*",), (80,), ("serve",)),
    )
    assert str(one.origin) == "tenants/vision.yaml#spec/mesh/ingress/research"


def test_types_of_limits_become_those_of_a_limit_range():
    limits = own("limits: {container: {max: {cpu: 1}}, pod: {}, persistentVolumeClaim: {max: {storage: 1Gi}}}").limits
    assert list(limits.types) == ["Container", "Pod", "PersistentVolumeClaim"]
    assert plain(limits.types["Container"]["max"]) == {"cpu": "1"}
    assert str(limits.origin) == "tenants/vision.yaml#spec/limits"


# What is told


@pytest.mark.parametrize(
    ("network", "problem"),
    [
        (
            "egress: [{dns: true, ports: [53]}]",
            "egress/0: dns and admitted bring ports of their own; write them without ports",
        ),
        (
            "egress: [{admitted: true, ports: [80]}]",
            "egress/0: dns and admitted bring ports of their own; write them without ports",
        ),
        (
            "ingress: [{cidr: 10.0.0.0/8, except: [11.0.0.0/16]}]",
            "ingress/10.0.0.0/8/except/11.0.0.0/16: '11.0.0.0/16' is not a part of 10.0.0.0/8; leave out what is closed anyway",
        ),
        (
            "egress: [{cidr: 10.0.0.0/8, except: [10.0.0.0/8]}]",
            "egress/10.0.0.0/8/except/10.0.0.0/8: '10.0.0.0/8' is not a part of 10.0.0.0/8; leave out what is closed anyway",
        ),
        (
            'egress: [{cidr: 10.0.0.0/8, except: ["fd00::/16"]}]',
            "egress/10.0.0.0/8/except/fd00::/16: 'fd00::/16' is not a part of 10.0.0.0/8; leave out what is closed anyway",
        ),
        (
            "egress: [{cidr: 10.1.0.0/16, except: [10.0.0.0/8]}]",
            "egress/10.1.0.0/16/except/10.0.0.0/8: '10.0.0.0/8' is not a part of 10.1.0.0/16; leave out what is closed anyway",
        ),
    ],
)
def test_an_opening_that_contradicts_itself_is_told(network, problem):
    assert told(check(own(f"network: {{{network}}}"))) == [f"tenants/vision.yaml#spec/network/{problem}"]


@pytest.mark.parametrize(
    "network",
    [
        "egress: [{dns: true}, {admitted: true}]",
        "ingress: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.0.0/16], ports: [443]}]",
        'egress: [{cidr: "::/0", except: ["fd00::/8"]}]',
        "ingress: [], egress: []",
        "sameTenant: false",
    ],
)
def test_an_opening_that_makes_sense_is_fine(network):
    assert told(check(own(f"network: {{{network}}}"))) == []


# Who decides


def test_maps_are_overlaid_key_by_key_and_lists_replace_one_another():
    both = tiers(
        upper="labels: {a: u}, limits: {container: {max: {cpu: 1}}}, quota: {hard: {pods: 1}}, network: {egress: [{dns: true}]}",
        lower="labels: {a: l, b: l}, limits: {container: {max: {cpu: 9, memory: 1Gi}, min: {cpu: 0}}, pod: {max: {cpu: 2}}}, "
        "quota: {mode: shared, hard: {pods: 9, secrets: 5}}, network: {sameTenant: false, ingress: [{namespace: lb}], "
        "egress: [{cidr: 10.0.0.0/8}]}",
    )
    found = overlay(both["upper"], both["lower"])
    assert found.labels == {"a": "u", "b": "l"}
    assert plain(found.limits.types["Container"]["max"]) == {"cpu": "1", "memory": "1Gi"}
    assert plain(found.limits.types["Container"]["min"]) == {"cpu": "0"}
    assert plain(found.limits.types["Pod"]["max"]) == {"cpu": "2"}
    assert (found.quota.mode, plain(found.quota.hard)) == ("shared", {"pods": "1", "secrets": "5"})
    assert found.network.same_tenant is False
    assert [opening.namespace for opening in found.network.ingress] == ["lb"]
    assert [(opening.dns, opening.cidr) for opening in found.network.egress] == [(True, None)]


@pytest.mark.parametrize(
    ("field", "empty", "full"),
    [
        ("clusters", "[]", "[prod]"),
        ("network.ingress", "[]", "[{tenant: a}]"),
        ("network.egress", "[]", "[{dns: true}]"),
        ("network.sameTenant", "false", "true"),
        ("mesh.ingress", "[]", "[{tenant: a}]"),
    ],
)
def test_nothing_is_a_decision_and_not_written_is_none(field, empty, full):
    def read(text):
        return f"{outer}: {{{inner}: {text}}}" if inner else f"{outer}: {text}"

    outer, _, inner = field.partition(".")
    both = tiers(empty=read(empty), full=read(full), silent="")
    assert overlay(both["empty"], both["full"]) == both["empty"]
    assert overlay(both["full"], both["empty"]) == both["full"]
    assert overlay(both["silent"], both["empty"]) == overlay(both["empty"], both["silent"]) == both["empty"]


def test_each_field_of_network_and_mesh_is_decided_by_itself():
    both = tiers(
        upper="network: {ingress: []}, mesh: {mtls: PERMISSIVE}", lower="network: {egress: []}, mesh: {ingress: []}"
    )
    found = overlay(both["upper"], both["lower"])
    assert (found.network.same_tenant, found.network.ingress, found.network.egress) == (None, (), ())
    assert (found.mesh.mtls, found.mesh.ingress) == ("PERMISSIVE", ())
    assert overlay(both["lower"], both["upper"]).mesh.mtls == "PERMISSIVE"


PARTS = {
    "labels": st.sampled_from(["{}", "{a: one}", "{a: two, b: two}"]),
    "clusters": st.sampled_from(["[]", "[prod]", "{selector: {}}"]),
    "podSecurity": st.sampled_from(["baseline", "restricted"]),
    "quota": st.sampled_from(["{hard: {pods: 1}}", "{mode: shared, hard: {secrets: 2}}"]),
    "limits": st.sampled_from(
        ["{}", "{pod: {max: {cpu: 1}}}", "{pod: {max: {memory: 1Gi}, min: {cpu: 0}}, container: {}}"]
    ),
    "network": st.sampled_from(["{}", "{ingress: []}", "{sameTenant: false}", "{egress: [{dns: true}], ingress: []}"]),
    "mesh": st.sampled_from(["{}", "{mtls: STRICT}", "{ingress: []}"]),
}
SPECS = st.fixed_dictionaries({}, optional=PARTS).map(
    lambda parts: ", ".join(f"{key}: {text}" for key, text in parts.items())
)


@examples(max_examples=60, deadline=None, derandomize=True)
@given(SPECS, SPECS, SPECS)
def test_overlaying_can_be_grouped_in_any_way_and_whoever_says_nothing_changes_nothing(one, two, three):
    made = tiers(a=one, b=two, c=three, silent="")
    a, b, c, silent = made["a"], made["b"], made["c"], made["silent"]
    assert said(overlay(overlay(a, b), c)) == said(overlay(a, overlay(b, c)))
    assert said(overlay(a, a)) == said(overlay(a, silent)) == said(overlay(silent, a)) == said(a)


def said(given):
    """Leave out the places, which follow whoever speaks first."""
    return (
        given.labels,
        given.clusters and (given.clusters.names, given.clusters.selector),
        given.pod_security,
        given.quota and (given.quota.mode, given.quota.hard),
        given.limits and given.limits.types,
        given.network and (given.network.same_tenant, given.network.ingress, given.network.egress),
        given.mesh and (given.mesh.mtls, given.mesh.ingress),
    )
