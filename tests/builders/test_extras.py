"""What the site's templates make is checked like the rest, and stays within the tenant."""

import pytest
from building import PLAIN, QUOTA, cluster, every, files, objects, of, one, told

CONFIG_MAP = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: images
  namespace: {{ namespaces[0].name | yaml }}
"""


def manifest(kind, metadata="{name: made, namespace: vision}", api_version="v1", rest=""):
    return f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {metadata}\n{rest}\n"


def made(template, values="{}", platform=PLAIN):
    return of(f"extras: {{demo: {values}}}", platform, {"demo": template})


def refused(template, values="{}", spec=QUOTA):
    """Return what is said of a template, without the place, which is the same each time."""
    problems = told({"vision": f"{spec}\nextras: {{demo: {values}}}"}, PLAIN, {"demo": template})
    assert all(problem.startswith("tenants/vision.yaml: spec.extras.demo: ") for problem in problems)
    return [problem.removeprefix("tenants/vision.yaml: spec.extras.demo: ") for problem in problems]


# What templates see and make


def test_a_template_is_rendered_for_those_who_name_it():
    tenants = {"vision": f"{QUOTA}\nextras: {{demo: {{}}}}", "nlp": QUOTA}
    found = objects(tenants, PLAIN, {"demo": CONFIG_MAP, "other": "broken: ["})
    assert [body["metadata"]["namespace"] for body in every(found, "ConfigMap")] == ["vision"]


def test_labels_are_added_and_the_tenants_win():
    template = manifest("ConfigMap", "{name: made, namespace: vision, labels: {app: x1, tenantry.dev/tenant: nlp}}")
    assert one(made(template), "ConfigMap")["metadata"]["labels"] == {
        "app": "x1",
        "app.kubernetes.io/managed-by": "tenantry",
        "tenantry.dev/tenant": "vision",
    }


def test_a_template_sees_values_tenant_cluster_and_namespaces():
    template = (
        CONFIG_MAP
        + """
data:
  values: {{ values.list | join(",") | yaml }}
  tenant: {{ (tenant.name, tenant.displayName, tenant.labels["tenantry.dev/tenant"]) | join(",") | yaml }}
  cluster: {{ (cluster.name, cluster.version, cluster.labels.env, cluster.cloud) | join(",") | yaml }}
  addons: {{ cluster.addons | join(",") | yaml }}
  namespaces: {{ namespaces | map(attribute="shortName") | join(",") | yaml }}
"""
    )
    platform = cluster(labels="{env: prod}", addons="[istio, ack-eks]", cloud="{provider: aws}")
    spec = """
displayName: Computer Vision
extras: {demo: {list: [a, b]}}
namespaces: [{name: train}, {name: serve, quota: {pods: 1}}]
"""
    assert one(of(spec, platform, {"demo": template}), "ConfigMap")["data"] == {
        "values": "a,b",
        "tenant": "vision,Computer Vision,vision",
        "cluster": "prod,1.34,prod,aws",
        "addons": "ack-eks,istio",
        "namespaces": "train,serve",
    }


def test_the_namespace_of_a_tenant_that_lists_none_has_no_short_name():
    template = CONFIG_MAP + "data: {short: {{ namespaces[0].shortName | yaml }} }"
    assert one(made(template), "ConfigMap")["data"] == {"short": ""}


def test_values_cannot_be_changed_by_a_template():
    assert refused("{{ values.update(a=1) }}") == [
        "template 'demo' fails in line 1: access to attribute 'update' of 'dict' object is unsafe"
    ]


def test_a_template_may_make_nothing():
    assert len(made("{% if false %}\n{% endif %}\n# nothing\n")) == len(of(""))


def test_a_tenant_without_extras_has_no_file_of_them():
    assert [path for path in files({"vision": QUOTA}) if "extras" in path] == []


# What they may not make


@pytest.mark.parametrize("namespace", ["kube-system", "nlp", "vision-train", "Vision", ""])
def test_an_object_must_lie_in_a_namespace_of_the_tenant(namespace):
    template = manifest("ConfigMap", f'{{name: made, namespace: "{namespace}"}}')
    assert refused(template) == [
        f"template 'demo' makes a ConfigMap in namespace {namespace!r}; the tenant's are vision"
    ]


def test_an_object_without_a_namespace_lies_in_none_of_the_tenants():
    assert refused(manifest("ConfigMap", "{name: made}")) == [
        "template 'demo' makes a ConfigMap in namespace None; the tenant's are vision"
    ]


@pytest.mark.parametrize("metadata", ["{name: made}", "{name: made, namespace: vision}"])
@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
        ("v1", "Namespace"),
        ("v1", "PersistentVolume"),
        ("scheduling.k8s.io/v1", "PriorityClass"),
        ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
        ("eks.aws.upbound.io/v1beta1", "PodIdentityAssociation"),
    ],
)
def test_no_object_of_the_whole_cluster_is_made_for_a_tenant(api_version, kind, metadata):
    assert refused(manifest(kind, metadata, api_version)) == [
        f"template 'demo' makes a {kind}, which belongs to the whole cluster; use the platform file's extras"
    ]


@pytest.mark.parametrize("content", ["stringData: {password: hunter2}", "data: {password: aHVudGVyMg==}"])
def test_a_secret_with_content_is_refused_and_its_content_never_printed(content):
    problems = refused(manifest("Secret", rest=content))
    assert problems == ["template 'demo' makes a Secret with its content, which git keeps for ever; make a reference"]
    assert "hunter2" not in str(problems)


def test_a_secret_that_is_not_valid_does_not_tell_its_content_either():
    problems = refused(manifest("Secret", rest="stringData: hunter2"))
    assert problems != []
    assert "hunter2" not in str(problems)


def test_a_secret_without_content_may_be_made():
    assert one(made(manifest("Secret", rest="type: Opaque")), "Secret")["type"] == "Opaque"


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [("v1", "List"), ("v1", "SecretList"), ("rbac.authorization.k8s.io/v1", "RoleBindingList")],
)
def test_nothing_is_hidden_in_a_list(api_version, kind):
    assert refused(manifest(kind, api_version=api_version, rest="items: []")) != []


@pytest.mark.parametrize(
    "text", ["kind: ConfigMap\n", "metadata: {name: a}\n", "kind: [a]\nmetadata: {}\n", "kind: A\nmetadata: [b]\n"]
)
def test_what_is_no_object_is_refused(text):
    assert refused(text) == ["template 'demo' makes something without kind and metadata; make Kubernetes objects"]


def test_every_object_is_held_to_the_clusters_version():
    assert refused(manifest("ConfigMap", rest="dat: {a: b}")) == [
        "ConfigMap vision/made: dat: there is no such field; did you mean 'data'?"
    ]
    assert refused(manifest("PodSecurityPolicy", api_version="policy/v1beta1"))[0].startswith(
        "template 'demo' makes a PodSecurityPolicy, which belongs to the whole cluster"
    )


def test_an_object_without_a_name_is_refused():
    assert refused(manifest("ConfigMap", "{namespace: vision}")) == [
        "ConfigMap vision: metadata.name: is missing; write it"
    ]


@pytest.mark.parametrize(
    ("kind", "api_version", "name"),
    [
        ("NetworkPolicy", "networking.k8s.io/v1", "default-deny"),
        ("ServiceAccount", "v1", "default"),
        ("LimitRange", "v1", "tenant"),
    ],
)
def test_what_the_tenant_has_anyway_cannot_be_made_again(kind, api_version, name):
    rest = {"NetworkPolicy": "spec: {podSelector: {}}", "LimitRange": "spec: {limits: []}"}.get(kind, "")
    problems = refused(manifest(kind, f"{{name: {name}, namespace: vision}}", api_version, rest))
    assert problems == [f"{kind} vision/{name} is asked for here and by tenants/vision.yaml; rename or drop one"]


def test_one_template_may_not_make_an_object_twice():
    assert refused(f"{manifest('ConfigMap')}---\n{manifest('ConfigMap')}") == [
        "ConfigMap vision/made is asked for twice here; rename or drop one"
    ]


def test_an_unknown_template_is_told_with_the_nearest_name():
    assert told({"vision": f"{QUOTA}\nextras: {{notebok: {{}}}}"}, PLAIN, {"notebook": CONFIG_MAP}) == [
        "tenants/vision.yaml: spec.extras.notebok: 'notebok' is not a template in tenants/templates/; did you mean 'notebook'?"
    ]


# The platform's own

SHARED = f"{PLAIN}\nextras: {{shared: {{level: 7}}}}"
PRIORITY = manifest("PriorityClass", "{name: batch}", "scheduling.k8s.io/v1", "value: {{ values.level }}")
TWO_CLUSTERS = """
clusters:
  - {name: a, version: "1.34", labels: {env: lab}}
  - {name: b, version: "1.33"}
defaults: {clusters: [a, b]}
extras: {shared: {}}
"""


def test_platform_extras_are_rendered_once_for_each_cluster_and_may_be_of_the_whole_cluster():
    template = manifest(
        "PriorityClass", "{name: {{ cluster.name }}-{{ platform.name }} }", "scheduling.k8s.io/v1", "value: 7"
    )
    found = files({"vision": QUOTA, "nlp": QUOTA}, TWO_CLUSTERS, {"shared": template})
    shared = {path: text for path, text in found.items() if "/platform/" in path}
    assert sorted(shared) == ["rendered/a/platform/70-extras.yaml", "rendered/b/platform/70-extras.yaml"]
    for name in ("a", "b"):
        assert f"name: {name}-example\n" in shared[f"rendered/{name}/platform/70-extras.yaml"]


def test_platform_extras_come_from_the_platform_file():
    found = files({}, SHARED, {"shared": PRIORITY})["rendered/prod/platform/70-extras.yaml"]
    assert found.startswith("# Rendered by tenantry from tenants/platform.yaml. Do not edit")
    assert "# tenants/platform.yaml#spec/extras/shared\n" in found


def test_a_cluster_for_which_a_template_makes_nothing_has_no_file():
    template = "{% if 'env' in cluster.labels %}" + manifest("ConfigMap", "{name: a, namespace: ops}") + "{% endif %}"
    assert list(files({}, TWO_CLUSTERS, {"shared": template})) == ["rendered/a/platform/70-extras.yaml"]


def test_platform_extras_are_no_tenants():
    assert "labels" not in one(objects({}, SHARED, {"shared": PRIORITY}), "PriorityClass")["metadata"]


def test_platform_extras_hold_no_secret_either():
    secret = manifest("Secret", "{name: a, namespace: ops}", rest="stringData: {password: hunter2}")
    assert told({}, SHARED, {"shared": secret}) == [
        "tenants/platform.yaml: spec.extras.shared: template 'shared' makes a Secret with its content, which git keeps for ever; make a reference"
    ]


def test_platform_extras_are_checked_against_each_clusters_version():
    [problem] = told({}, SHARED, {"shared": PRIORITY.replace("value:", "valu:")})[:1]
    assert problem.startswith("tenants/platform.yaml: spec.extras.shared: PriorityClass batch: ")


# In a frozen namespace


def test_a_template_binds_nobody_in_a_frozen_namespace_and_knows_which_those_are():
    binding = manifest(
        "RoleBinding",
        api_version="rbac.authorization.k8s.io/v1",
        rest="roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: x}\nsubjects: []",
    )
    data = manifest("ConfigMap", rest="data: {lifecycle: '{{ namespaces[0].lifecycle }}'}")
    for lifecycle, bound in (("active", 1), ("frozen", 0), ("offboarding", 0)):
        found = of(f"lifecycle: {lifecycle}\nextras: {{demo: {{}}}}", PLAIN, {"demo": f"{binding}---\n{data}"})
        assert len(every(found, "RoleBinding", "made")) == bound
        assert one(found, "ConfigMap")["data"] == {"lifecycle": lifecycle}
