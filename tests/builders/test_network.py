"""Everything is closed, and opened only by who may say so: read as rules, and as who reaches whom."""

import pytest
from building import PLAIN, QUOTA, cluster, every, objects, of, one, told

TENANT = "tenantry.dev/tenant"
NAME = "kubernetes.io/metadata.name"
TWO = "namespaces: [{name: a}, {name: b, quota: {pods: 1}}]"


def tenant(name):
    return {"namespaceSelector": {"matchLabels": {TENANT: name}}}


def namespace(name):
    return {"namespaceSelector": {"matchLabels": {NAME: name}}}


def tcp(*numbers):
    return [{"port": number, "protocol": "TCP"} for number in numbers]


def names(found, where="vision"):
    return [body["metadata"]["name"] for body in every(found, "NetworkPolicy", namespace=where)]


def spec(found, name, where="vision"):
    return one(found, "NetworkPolicy", name, where)["spec"]


def ingress(found, where="vision"):
    return spec(found, "allow-ingress", where)["ingress"]


def egress(found, where="vision"):
    return spec(found, "allow-egress", where)["egress"]


def matches(peer, labels):
    """Tell whether a peer selects the pods of a namespace with these labels, as the API has it."""
    selector = peer.get("namespaceSelector")
    if selector is None or "podSelector" in peer:
        return False
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    return wanted and all(
        e["operator"] == "Exists" and e["key"] in labels for e in selector.get("matchExpressions", ())
    )


def ports_open(found, direction, here, there):
    """Return what policies of the namespace *here* let through to or from *there*: ports, ``None`` for all."""
    labels = one(found, "Namespace", there)["metadata"]["labels"] | {NAME: there}
    side = "from" if direction == "ingress" else "to"
    opened = set()
    for policy in every(found, "NetworkPolicy", namespace=here):
        for rule in policy["spec"].get(direction, ()):
            if any(matches(peer, labels) for peer in rule[side]):
                opened |= {p["port"] for p in rule["ports"]} if "ports" in rule else {None}
    return opened


def reaches(found, here, there):
    """Return the ports by which *here* reaches *there*: those that both sides open."""
    out, within = ports_open(found, "egress", here, there), ports_open(found, "ingress", there, here)
    return within if None in out else out if None in within else out & within


# What is always there


def test_a_plain_tenant_is_closed_but_to_itself_and_dns():
    assert names(of("")) == ["allow-dns", "allow-same-tenant", "default-deny"]


@pytest.mark.parametrize("lifecycle", ["active", "frozen", "offboarding"])
def test_every_namespace_denies_both_ways_by_default(lifecycle):
    found = of(f"{TWO}\nlifecycle: {lifecycle}")
    for where in ("vision-a", "vision-b"):
        assert spec(found, "default-deny", where) == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_every_policy_selects_every_pod():
    opened = "network: {ingress: [{cidr: 10.0.0.0/8}], egress: [{dns: true}, {cidr: 10.0.0.0/8}]}"
    for addons in ("[istio]", "[istio-ambient]"):
        found = of(opened, cluster(addons=addons))
        assert {str(body["spec"]["podSelector"]) for body in every(found, "NetworkPolicy")} == {"{}"}


def test_a_policy_rules_over_no_more_than_it_opens():
    found = of(
        "network: {ingress: [{cidr: 10.0.0.0/8}], egress: [{dns: true}, {cidr: 10.0.0.0/8}]}", cluster(addons="[istio]")
    )
    for body in every(found, "NetworkPolicy"):
        if body["metadata"]["name"] != "default-deny":
            opened = {direction for direction in ("Ingress", "Egress") if direction.lower() in body["spec"]}
            assert set(body["spec"]["policyTypes"]) == opened


def test_the_tenants_own_pods_reach_each_other_in_all_its_namespaces():
    found = of(TWO)
    peers = [tenant("vision")]
    assert spec(found, "allow-same-tenant", "vision-a") == {
        "podSelector": {},
        "ingress": [{"from": peers}],
        "egress": [{"to": peers}],
        "policyTypes": ["Ingress", "Egress"],
    }
    assert reaches(found, "vision-a", "vision-b") == {None}


def test_same_tenant_traffic_can_be_closed():
    found = of(f"{TWO}\nnetwork: {{sameTenant: false}}")
    assert names(found, "vision-a") == ["allow-dns", "default-deny"]
    assert reaches(found, "vision-a", "vision-b") == set()


def test_a_child_is_another_tenant():
    found = objects({"research": QUOTA, "vision": f"{QUOTA}\nparent: research"})
    assert reaches(found, "research", "vision") == reaches(found, "vision", "research") == set()


# DNS


def test_dns_is_open_to_its_pods_and_to_port_53_alone():
    assert spec(of(""), "allow-dns") == {
        "podSelector": {},
        "egress": [
            {
                "to": [{**namespace("kube-system"), "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}],
                "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
            }
        ],
        "policyTypes": ["Egress"],
    }


def test_dns_is_where_the_platform_says():
    found = of("", f"{PLAIN}\ndns: {{namespace: dns-system, labels: {{app: coredns}}}}")
    assert spec(found, "allow-dns")["egress"][0]["to"] == [
        {**namespace("dns-system"), "podSelector": {"matchLabels": {"app": "coredns"}}}
    ]


def test_who_lists_egress_lists_dns_too():
    assert "allow-dns" not in names(of("network: {egress: []}"))
    assert "allow-dns" not in names(of("network: {egress: [{cidr: 10.0.0.0/8}]}"))
    assert "allow-dns" in names(of("network: {egress: [{dns: true}]}"))
    assert "allow-dns" in names(of("network: {ingress: []}"))


def test_dns_may_be_open_in_one_namespace_only():
    found = of(f"{TWO}\nnetwork: {{egress: [{{dns: true, namespaces: [a]}}]}}")
    assert "allow-dns" in names(found, "vision-a")
    assert "allow-dns" not in names(found, "vision-b")


# Openings


def test_an_empty_list_opens_nothing():
    assert names(of("network: {ingress: [], egress: []}")) == ["allow-same-tenant", "default-deny"]


def test_openings_have_ports_ranges_and_protocols():
    found = of('network: {ingress: [{cidr: 10.0.0.0/8, ports: [443, "53/UDP", "8000-8100/TCP", "9000/SCTP"]}]}')
    assert ingress(found) == [
        {
            "from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}],
            "ports": [
                {"port": 443, "protocol": "TCP"},
                {"port": 53, "protocol": "UDP"},
                {"port": 8000, "protocol": "TCP", "endPort": 8100},
                {"port": 9000, "protocol": "SCTP"},
            ],
        }
    ]


def test_addresses_may_be_left_out_of_an_opening():
    found = of("network: {egress: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.0.0/16]}]}")
    assert egress(found) == [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16", "10.2.0.0/16"]}}]}]


@pytest.mark.parametrize("part", ["10.0.0.0/8", "192.168.0.0/16", "fd00::/8"])
def test_what_is_left_out_must_be_a_part(part):
    spec_text = f"{QUOTA}\nnetwork: {{egress: [{{cidr: 10.0.0.0/8, except: ['{part}']}}]}}"
    [problem] = told({"vision": spec_text})
    assert problem.endswith(f"{part!r} is not a part of 10.0.0.0/8; leave out what is closed anyway")


def test_a_namespace_of_the_platform_is_selected_by_its_name():
    found = of("network: {ingress: [{namespace: monitoring, ports: [9090]}]}")
    assert ingress(found) == [{"from": [namespace("monitoring")], "ports": tcp(9090)}]


def test_an_opening_may_be_for_one_namespace_only():
    found = of(f"{TWO}\nnetwork: {{ingress: [{{namespace: monitoring, namespaces: [b]}}]}}")
    assert "allow-ingress" not in names(found, "vision-a")
    assert ingress(found, "vision-b") == [{"from": [namespace("monitoring")]}]


def test_each_opening_is_a_rule_of_its_own():
    # In one rule, the ports of the one would be open to the other.
    found = of("network: {ingress: [{namespace: monitoring, ports: [9090]}, {namespace: gateway, ports: [8080]}]}")
    assert ingress(found) == [
        {"from": [namespace("monitoring")], "ports": tcp(9090)},
        {"from": [namespace("gateway")], "ports": tcp(8080)},
    ]


# Between tenants


def test_an_opening_between_tenants_is_made_on_both_sides():
    found = objects({"vision": f"{QUOTA}\nnetwork: {{ingress: [{{tenant: nlp, ports: [8080]}}]}}", "nlp": QUOTA})
    assert ingress(found) == [{"from": [tenant("nlp")], "ports": tcp(8080)}]
    assert spec(found, "allow-admitted", "nlp") == {
        "podSelector": {},
        "egress": [{"to": [tenant("vision")], "ports": tcp(8080)}],
        "policyTypes": ["Egress"],
    }
    assert reaches(found, "nlp", "vision") == {8080}
    assert reaches(found, "vision", "nlp") == set()


def test_who_lists_egress_names_the_tenants_it_may_reach():
    vision = f"{QUOTA}\nnetwork: {{ingress: [{{tenant: nlp, ports: [8080]}}]}}"
    found = objects({"vision": vision, "nlp": f"{QUOTA}\nnetwork: {{egress: [{{tenant: vision, ports: [8080]}}]}}"})
    assert names(found, "nlp") == ["allow-egress", "allow-same-tenant", "default-deny"]
    assert reaches(found, "nlp", "vision") == {8080}


def test_who_lists_egress_may_leave_it_to_those_who_let_it_in():
    vision = f"{QUOTA}\nnetwork: {{ingress: [{{tenant: nlp, ports: [8080]}}]}}"
    found = objects({"vision": vision, "nlp": f"{QUOTA}\nnetwork: {{egress: [{{admitted: true}}]}}"})
    assert names(found, "nlp") == ["allow-admitted", "allow-same-tenant", "default-deny"]
    assert reaches(found, "nlp", "vision") == {8080}


@pytest.mark.parametrize(
    "openings",
    ["{admitted: true, namespaces: [a]}", "{admitted: true, namespaces: [a]}, {admitted: true, namespaces: [b]}"],
)
def test_the_way_to_those_who_let_it_in_may_be_open_in_some_namespaces(openings):
    vision = f"{QUOTA}\nnetwork: {{ingress: [{{tenant: nlp}}]}}"
    nlp = "quota: {mode: shared, hard: {pods: 3}}\nnamespaces: [{name: a}, {name: b}, {name: c}]"
    found = objects({"vision": vision, "nlp": f"{nlp}\nnetwork: {{egress: [{openings}]}}"})
    having = [b["metadata"]["namespace"] for b in every(found, "NetworkPolicy", "allow-admitted")]
    assert having == ["nlp-a", "nlp-b"][: openings.count("admitted")]


def test_a_tenant_that_is_let_in_and_does_not_want_to_is_told():
    vision = f"{QUOTA}\nnetwork: {{ingress: [{{tenant: nlp}}]}}"
    [problem] = told({"vision": vision, "nlp": f"{QUOTA}\nnetwork: {{egress: []}}"})
    assert problem == (
        "tenants/vision.yaml: spec.network.ingress.nlp.tenant: 'nlp' lists what it may reach, and vision is not on the "
        "list; add {tenant: vision} to its spec.network.egress (tenants/nlp.yaml)"
    )


def test_nobody_opens_another_tenant_from_outside():
    [problem] = told({"vision": QUOTA, "nlp": f"{QUOTA}\nnetwork: {{egress: [{{tenant: vision}}]}}"})
    assert problem == (
        "tenants/nlp.yaml: spec.network.egress.vision.tenant: 'vision' does not let nlp in, so nothing would get "
        "through; add {tenant: nlp} to its spec.network.ingress (tenants/vision.yaml)"
    )


def test_a_tenants_namespace_cannot_be_opened_by_its_name():
    [problem] = told({"vision": f"{QUOTA}\nnetwork: {{ingress: [{{namespace: nlp}}]}}", "nlp": QUOTA})
    assert problem.endswith("namespace 'nlp' is that of a tenant; write tenant: nlp")


def test_the_way_is_open_only_where_both_tenants_are():
    platform = 'clusters: [{name: a, version: "1.34"}, {name: b, version: "1.34"}]'
    vision = f"{QUOTA}\nclusters: [a]\nnetwork: {{ingress: [{{tenant: nlp}}]}}"
    found = objects({"vision": vision, "nlp": f"{QUOTA}\nclusters: [a, b]"}, platform)
    assert len(every(found, "Namespace", "nlp")) == 2
    assert len(every(found, "NetworkPolicy", "allow-admitted", "nlp")) == 1


def test_an_inherited_opening_lets_no_tenant_into_itself():
    research = f"{QUOTA}\nnetwork: {{ingress: [{{tenant: vision}}], egress: [{{admitted: true}}]}}"
    found = objects({"research": research, "vision": f"{QUOTA}\nparent: research\nnetwork: {{sameTenant: false}}"})
    assert reaches(found, "vision", "vision") == set()
    assert reaches(found, "vision", "research") == {None}


def test_admission_by_the_defaults_is_one_rule_and_not_one_for_each_tenant():
    platform = f"{PLAIN}\ndefaults: {{network: {{ingress: [{{tenant: gateway, ports: [8080]}}]}}}}"
    tenants = {"gateway": QUOTA} | dict.fromkeys(["t1", "t2", "t3"], QUOTA)
    found = objects(tenants, platform)
    assert spec(found, "allow-admitted", "gateway")["egress"] == [
        {
            "to": [{"namespaceSelector": {"matchExpressions": [{"key": TENANT, "operator": "Exists"}]}}],
            "ports": tcp(8080),
        }
    ]
    assert [reaches(found, "gateway", other) for other in ("t1", "t2", "t3")] == [{8080}] * 3
    assert reaches(found, "t1", "gateway") == reaches(found, "t1", "t2") == set()


def test_who_says_otherwise_is_not_reached_by_whom_the_defaults_let_in():
    platform = f"{PLAIN}\ndefaults: {{network: {{ingress: [{{tenant: gateway}}]}}}}"
    found = objects({"gateway": QUOTA, "t1": f"{QUOTA}\nnetwork: {{ingress: []}}"}, platform)
    assert reaches(found, "gateway", "t1") == set()


def test_a_tenant_with_a_longer_name_is_not_let_in_with_another():
    vision = f"{QUOTA}\nnetwork: {{ingress: [{{tenant: nlp}}]}}"
    found = objects({"vision": vision, "nlp": QUOTA, "nlp-archive": QUOTA})
    assert reaches(found, "nlp-archive", "vision") == set()


# Istio


def test_sidecars_reach_their_control_plane_and_dns_even_where_the_tenant_has_none():
    found = of("network: {egress: []}", cluster(addons="[istio]"))
    assert names(found) == ["allow-istio", "allow-same-tenant", "default-deny"]
    assert spec(found, "allow-istio") == {
        "podSelector": {},
        "egress": [
            {"to": [namespace("istio-system")], "ports": tcp(15012)},
            {
                "to": [{**namespace("kube-system"), "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}],
                "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
            },
        ],
        "policyTypes": ["Egress"],
    }


def test_ambient_opens_its_tunnel_within_the_cluster_and_the_kubelets_probes():
    assert spec(of("", cluster(addons="[istio-ambient]")), "allow-istio") == {
        "podSelector": {},
        "ingress": [
            {"from": [{"namespaceSelector": {}}], "ports": tcp(15008)},
            {"from": [{"ipBlock": {"cidr": "169.254.7.127/32"}}]},
        ],
        "egress": [{"to": [{"namespaceSelector": {}}], "ports": tcp(15008)}],
        "policyTypes": ["Ingress", "Egress"],
    }


def test_without_istio_nothing_is_open_for_it():
    assert "allow-istio" not in names(of(""))
