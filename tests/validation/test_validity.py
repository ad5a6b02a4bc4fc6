import copy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.kubernetes import kinds
from generator.manifest import Manifest
from generator.problems import Place
from generator.validation.validity import for_version, known_versions, namespaced

ORIGIN = Place("tenants/vision.yaml", ("spec", "quota"))
LABEL = "is not a DNS label (1 to 63 of a-z, 0-9 and '-', a letter or digit at both ends)"
SUBDOMAIN = "is not a DNS subdomain (1 to 253 of a-z, 0-9, '-' and '.', a letter or digit at both ends of each part)"

VALID = Path(__file__).parent.parent / "samples" / "valid_manifests.yaml"
BODIES = {
    f"{body['apiVersion']} {body['kind']} {body['metadata']['name']}": body
    for body in yaml.safe_load_all(VALID.read_text())
}


def messages(body, version="1.34"):
    body = yaml.safe_load(body) if isinstance(body, str) else body
    problems = list(for_version(version).problems(Manifest(body, ORIGIN)))
    assert all(problem.place == ORIGIN and not problem.warning for problem in problems)
    return [problem.message for problem in problems]


def changed(kind, **metadata):
    body = copy.deepcopy(next(body for body in BODIES.values() if body["kind"] == kind))
    body["metadata"] |= metadata
    return body


@pytest.mark.parametrize("version", known_versions())
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_we_render_is_valid_on_every_version(body, version):
    assert messages(body, version) == []


def test_samples_cover_every_custom_resource_we_have_a_schema_of():
    assert kinds.CUSTOM.keys() <= {(body["apiVersion"], body["kind"]) for body in BODIES.values()}


def test_an_unknown_version_is_refused():
    with pytest.raises(ValueError, match=r"there are no schemas of Kubernetes '1\.24'; use one of 1\.25, "):
        for_version("1.24")


def test_a_version_is_judged_by_one_and_the_same_object():
    assert for_version("1.34") is for_version("1.34")
    assert for_version("1.34") is not for_version("1.37")


def test_all_errors_come_at_once_with_the_object_and_the_field():
    body = """
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: a/b, namespace: Vision, label: {}, labels: {a b: "c d", ok: 3}, annotations: {x/y/z: "1", ok: true}}
    rules: [{apiGroups: "", resources: [1], verb: [get]}]
    """
    assert messages(body) == [
        "Role Vision/a/b: metadata.annotations.ok: true is not a string; write 'true'",
        "Role Vision/a/b: metadata.annotations.x/y/z: 'x/y/z' is not an annotation key (a DNS subdomain and '/' if any, then 1 to 63 of letters, digits, '-', '_' and '.', a letter or digit at both ends)",
        "Role Vision/a/b: metadata.label: there is no such field; did you mean 'labels'?",
        "Role Vision/a/b: metadata.labels.a b: 'a b' is not a label key (a DNS subdomain and '/' if any, then 1 to 63 of letters, digits, '-', '_' and '.', a letter or digit at both ends); write 'a-b'",
        "Role Vision/a/b: metadata.labels.a b: 'c d' is not a label value (at most 63 of letters, digits, '-', '_' and '.', a letter or digit at both ends); write 'c-d'",
        "Role Vision/a/b: metadata.labels.ok: 3 is not a string; write '3'",
        "Role Vision/a/b: metadata.name: 'a/b' is not a path segment (anything without '/' and '%' but '.' and '..'); write 'a-b'",
        f"Role Vision/a/b: metadata.namespace: 'Vision' {LABEL}; write 'vision'",
        "Role Vision/a/b: rules[0].apiGroups: '' is not a list; write ['']",
        "Role Vision/a/b: rules[0].resources[0]: 1 is not a string; write '1'",
        "Role Vision/a/b: rules[0].verb: there is no such field; did you mean 'verbs'?",
        "Role Vision/a/b: rules[0].verbs: is missing; write it",
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["an object: apiVersion: is missing; write it", "an object: kind: is missing; write it", "an object: metadata: is missing; write it"]),
        ({"apiVersion": 1, "kind": ["x"], "metadata": None}, ["an object: apiVersion: 1 is not a string; write '1'", "an object: kind: a list is not a string", "an object: metadata: null is not a mapping"]),
        ({"apiVersion": "", "kind": "", "metadata": {"name": ""}}, ["an object: apiVersion: '' is empty; fill it", "an object: kind: '' is empty; fill it", f"an object: metadata.name: '' {SUBDOMAIN}"]),
        ({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "a-"}}, ["ConfigMap: metadata.name: is missing; write it"]),
        ({"apiVersion": "example.com/v1", "kind": "Role", "metadata": {"name": 1}}, ["Role: metadata.name: 1 is not a string; write '1'"]),
    ],
)  # fmt: skip
def test_every_object_needs_apiversion_kind_and_name(body, expected):
    assert messages(body) == expected


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("Namespace", "vision.train", f"Namespace vision.train: metadata.name: 'vision.train' {LABEL}; write 'vision-train'"),
        ("ConfigMap", "a:b", f"ConfigMap vision-train/a:b: metadata.name: 'a:b' {SUBDOMAIN}; write 'a-b'"),
        ("ServiceAccount", "a\n", f"ServiceAccount vision-train/a: metadata.name: 'a\\n' {SUBDOMAIN}; write 'a'"),
        ("PodGroup", "Training", f"PodGroup vision-train/Training: metadata.name: 'Training' {SUBDOMAIN}; write 'training'"),
    ],
)  # fmt: skip
def test_names_follow_the_rule_of_their_kind(kind, name, expected):
    assert messages(changed(kind, name=name)) == [expected]


def test_a_role_of_another_group_is_named_like_any_custom_resource():
    body = "{apiVersion: iam.aws.upbound.io/v1beta1, kind: Role, metadata: {name: 'a:b'}}"
    assert messages(body) == [f"Role a:b: metadata.name: 'a:b' {SUBDOMAIN}; write 'a-b'"]


def test_what_lives_in_no_namespace_may_not_name_one():
    assert messages(changed("Namespace", namespace="x")) == [
        "Namespace x/vision-train: metadata.namespace: a Namespace lives in no namespace; drop the field"
    ]
    assert messages({**BODIES["eks.aws.upbound.io/v1beta1 PodIdentityAssociation vision-train-editor"], "metadata": {"name": "a", "namespace": "b"}}) == [
        "PodIdentityAssociation b/a: metadata.namespace: a PodIdentityAssociation lives in no namespace; drop the field"
    ]  # fmt: skip


def test_labels_are_checked_in_templates_and_selectors_too():
    body = changed("NetworkPolicy")
    body["spec"]["podSelector"] = {"matchLabels": {"app": "a b"}}
    (message,) = messages(body)
    assert message.startswith(
        "NetworkPolicy vision-train/allow-istio: spec.podSelector.matchLabels.app: 'a b' is not a label value"
    )


def test_a_quantity_is_a_string_or_a_number():
    body = changed("ResourceQuota")
    body["spec"]["hard"] |= {"pods": True, "services": None, "secrets": [1]}
    assert messages(body) == [
        "ResourceQuota vision-train/tenant: spec.hard.pods: true is not a string or a number; write 'true'",
        "ResourceQuota vision-train/tenant: spec.hard.secrets: a list is not a string or a number",
        "ResourceQuota vision-train/tenant: spec.hard.services: null is not a string or a number",
    ]


@pytest.mark.parametrize(
    ("version", "written", "expected"),
    [
        ("1.34", "rbac.authorization.k8s.io/v1beta1 Role", "use rbac.authorization.k8s.io/v1"),
        ("1.34", "extensions/v1beta1 Ingress", "use networking.k8s.io/v1"),
        ("1.37", "batch/v1beta1 CronJob", "use batch/v1"),
        ("1.34", "v1 ResourceQota", "did you mean 'ResourceQuota'?"),
        ("1.34", "batch/v7 Zebra", "did you mean 'batch/v1'?"),
        ("1.25", "resource.k8s.io/v1 ResourceClaim", "it comes with Kubernetes 1.34"),
        ("1.34", "networking.k8s.io/v1alpha1 ClusterCIDR", "Kubernetes 1.28 was the last to have it"),
        ("1.34", "policy/v1beta1 PodSecurityPolicy", "did you mean 'policy/v1'?"),
        ("1.34", "scheduling.k8s.io/v1 Priority", "did you mean 'PriorityClass'?"),
    ],
)
def test_a_built_in_kind_that_a_version_does_not_have_is_a_problem(version, written, expected):
    api_version, kind = written.split()
    body = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}}
    assert messages(body, version) == [f"{kind} x: there is no {written} in Kubernetes {version}; {expected}"]


def test_a_kind_may_come_with_a_later_version():
    body = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "x"},
    }
    assert messages(body, "1.34") == []
    (message,) = messages(body, "1.25")
    assert message.endswith("ValidatingAdmissionPolicy in Kubernetes 1.25; it comes with Kubernetes 1.30")


def test_a_field_may_come_with_a_later_version():
    body = """
    {apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {containers: [{name: c}], hostnameOverride: h}}
    """
    assert messages(body, "1.34") == []
    assert messages(body, "1.25") == ["Pod x: spec.hostnameOverride: there is no such field; did you mean 'hostname'?"]
    assert messages(body, "1.37") == []


def test_a_group_is_known_by_its_whole_name():
    """A custom group that begins like a built-in one is not held to the built-in's schema."""
    body = {
        "apiVersion": "scheduling.volcano.sh/v1beta1",
        "kind": "PriorityClass",
        "metadata": {"name": "x", "namespace": "y"},
        "spec": {},
    }
    assert messages(body, "1.37") == []
    assert messages({**body, "apiVersion": "scheduling.k8s.io/v1"}, "1.37") == [
        "PriorityClass y/x: metadata.namespace: a PriorityClass lives in no namespace; drop the field",
        "PriorityClass y/x: spec: there is no such field; use one of 'apiVersion', 'description', 'globalDefault', 'kind', 'metadata', 'preemptionPolicy', 'value'",
    ]


def test_custom_resources_of_k8s_io_are_not_taken_for_built_in():
    for api_version, kind in (
        ("gateway.networking.k8s.io/v1", "HTTPRoute"),
        ("autoscaling.k8s.io/v1", "VerticalPodAutoscaler"),
    ):
        assert messages({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}, "spec": {"a": 1}}) == []


@pytest.mark.parametrize(
    ("kind", "api_group", "route", "typo", "expected"),
    [
        ("AuthorizationPolicy", "security", ["spec", "rules", 0, "from", 0, "source"], "principal", "spec.rules[0].from[0].source.principal: there is no such field; did you mean 'principals'?"),
        ("PeerAuthentication", "security", ["spec", "mtls"], "modes", "spec.mtls.modes: there is no such field; did you mean 'mode'?"),
        ("IAMPolicyMember", "iam", ["spec", "resourceRef"], "extrenal", "spec.resourceRef.extrenal: there is no such field; did you mean 'external'?"),
        ("PodIdentityAssociation", "eks.services", ["spec"], "roleArn", "spec.roleArn: there is no such field; did you mean 'roleARN'?"),
        ("PodIdentityAssociation", "eks.aws", ["spec", "forProvider"], "roleARN", "spec.forProvider.roleARN: there is no such field; did you mean 'roleArn'?"),
        ("FederatedIdentityCredential", "managedidentity", ["spec"], "audience", "spec.audience: there is no such field; did you mean 'audiences'?"),
    ],
)  # fmt: skip
def test_an_unknown_field_of_a_custom_resource_is_told_with_the_nearest(kind, api_group, route, typo, expected):
    body = copy.deepcopy(
        next(b for b in BODIES.values() if b["kind"] == kind and b["apiVersion"].startswith(api_group))
    )
    at = body
    for key in route:
        at = at[key]
    at[typo] = "x"
    (message,) = messages(body)
    assert message.partition(": ")[2] == expected


def test_custom_resources_are_held_to_the_rules_of_their_operators():
    policy, peer = changed("AuthorizationPolicy"), changed("PeerAuthentication")
    policy["spec"] |= {"selector": {"matchLabels": {"a": "b"}}, "targetRefs": [], "action": "Allow"}
    policy["metadata"]["label"] = {}
    assert messages(policy) == [
        "AuthorizationPolicy vision-train/ns-owner-access-istio: metadata.label: there is no such field; did you mean 'labels'?",
        "AuthorizationPolicy vision-train/ns-owner-access-istio: spec: selector and targetRefs stand together; write one of them",
        "AuthorizationPolicy vision-train/ns-owner-access-istio: spec.action: 'Allow' is not allowed; did you mean 'ALLOW'?",
        "AuthorizationPolicy vision-train/ns-owner-access-istio: spec.targetRefs: a list is empty; fill it",
    ]
    del peer["spec"]["selector"]
    assert messages(peer) == [
        "PeerAuthentication vision-train/default: spec: portLevelMtls stands without selector, which it needs; write both or neither"
    ]


def test_values_that_json_does_not_have_are_told():
    body = yaml.safe_load("""
    {apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {1: a, day: 2024-01-02, raw: !!binary aGk=}}
    """)
    body["data"]["half"] = "\ud800"
    assert messages(body) == [
        "ConfigMap x: data: key 1 is not a string; write '1'",
        "ConfigMap x: data.day: datetime.date(2024, 1, 2) is nothing that an object can hold; write '2024-01-02' if text is meant",
        "ConfigMap x: data.half: '\\ud800' is nothing that an object can hold; write '\\ud800' if text is meant",
        "ConfigMap x: data.raw: b'hi' is nothing that an object can hold; write \"b'hi'\" if text is meant",
    ]


def test_what_a_secret_holds_is_never_shown():
    body = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "x"},
        "stringData": {"pin": 314159},
        "data": {"a": b"hidden"},
    }
    assert messages(body) == [
        "Secret x: data.a: what is written, which is secret, is not a string; quote it",
        "Secret x: stringData.pin: what is written, which is secret, is not a string; quote it",
    ]


def test_a_whole_object_is_never_printed():
    body = changed("ResourceQuota")
    body["spec"] = [{"hard": "secret" * 99}]
    assert messages(body) == ["ResourceQuota vision-train/tenant: spec: a list is not a mapping"]


def test_nulls_are_left_to_the_api_server_which_drops_them():
    body = changed("ConfigMap", labels=None, annotations=None)
    body["data"] = None
    assert messages(body) == []


def test_tuples_are_lists():
    body = changed("Role")
    body["rules"] = ({"apiGroups": ("",), "resources": ("pods",), "verbs": ("get",)},)
    assert messages(body) == []


def test_built_in_kinds_say_whether_they_live_in_a_namespace():
    assert [namespaced("v1", kind) for kind in ("Node", "Pod")] == [False, True]


def test_valid_manifests_need_neither_jsonschema_nor_the_code_of_kubernetes_validate():
    program = (
        "import sys\n"
        "from generator.manifest import Manifest\nfrom generator.problems import Place\nfrom generator.validation.validity import for_version\n"
        "body = {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'x'}}\n"
        "assert not list(for_version('1.34').problems(Manifest(body, Place('x'))))\n"
        "print(sorted({'jsonschema', 'kubernetes_validate'} & sys.modules.keys()))\n"
    )
    root = Path(kinds.__file__).parent.parent.parent
    assert (
        subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.binary(max_size=2) | st.dates()
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)
ROUTES = [
    (name, route)
    for name, body in BODIES.items()
    for route in (("metadata",), ("metadata", "labels"), ("metadata", "name"), *(((key,)) for key in body))
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ROUTES), VALUES)
def test_what_is_refused_always_has_a_reason(where, value):
    """The two engines that read a schema agree: ``problems`` raises when one refuses what the other accepts."""
    name, (*route, key) = where
    body = copy.deepcopy(BODIES[name])
    at = body
    for step in route:
        at = at[step]
    at[key] = value
    messages(body)
