import pytest
from tenancy import CLUSTER, TWO_CLUSTERS, plain, platform_document, platform_of, told

from generator.problems import Place
from generator.spec.platform import RESERVED_NAMESPACES, Cloud, Layout, RequiredLabel, check, from_document
from generator.spec.settings import ClusterChoice

HERE = "tenants/platform.yaml#spec"
VERSIONS = ("1.33", "1.34")


def problems(spec):
    document = platform_document(spec)
    return told(check(from_document(document), document, VERSIONS))


def choice(*names, selector=None):
    return ClusterChoice(names, selector, Place("f.yaml"))


# What is written


def test_the_smallest_platform_has_a_value_for_everything():
    made = platform_of()
    assert (made.name, list(made.clusters), made.tiers, made.roles) == ("example", ["prod"], {}, {})
    assert (made.namespace_naming, made.single_naming) == ("{tenant}-{namespace}", "{tenant}")
    assert (made.dns_namespace, made.dns_labels) == ("kube-system", {"k8s-app": "kube-dns"})
    assert (made.layout, made.required_labels, made.extras) == (Layout("concern", 1), (), {})


def test_a_cluster_holds_what_is_written_and_knows_its_place():
    made = platform_of(
        """
        clusters:
          - name: eu
            version: "1.34"
            description: Frankfurt.
            labels: {env: prod}
            sync: flux
            capacity: {cpu: 2048, memory: 16Ti}
            addons: [istio, ack-eks]
            cloud: {provider: aws, clusterName: eu-1, region: eu-central-1}
        """
    ).clusters["eu"]
    assert (made.name, made.version, made.description, made.engine) == ("eu", "1.34", "Frankfurt.", "flux")
    assert (made.labels, plain(made.capacity)) == ({"env": "prod"}, {"cpu": "2048", "memory": "16Ti"})
    assert (made.addons, made.cloud) == ({"istio", "ack-eks"}, Cloud("aws", "eu-1", "eu-central-1", None, None))
    assert str(made.origin) == f"{HERE}/clusters/eu"


@pytest.mark.parametrize(
    ("addons", "mesh"), [("[]", False), ("[istio]", True), ("[istio-ambient]", True), ("[ack-eks]", False)]
)
def test_a_cluster_with_istio_has_a_mesh(addons, mesh):
    assert platform_of(f'clusters: [{{name: a, version: "1.34", addons: {addons}}}]').clusters["a"].mesh is mesh


def test_clusters_tiers_and_roles_keep_the_order_of_the_file():
    made = platform_of('clusters: [{name: z, version: "1.34"}, {name: a, version: "1.34"}]\ntiers: {z: {}, a: {}}')
    assert (list(made.clusters), list(made.tiers)) == (["z", "a"], ["z", "a"])


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (choice("us", "eu"), ["eu", "us"]),
        (choice("us"), ["us"]),
        (choice("ux"), []),
        (choice(), []),
        (choice(selector={"env": "prod"}), ["eu"]),
        (choice(selector={"env": "prod", "region": "eu"}), []),
        (choice(selector={}), ["eu", "us"]),
    ],
)
def test_chosen_clusters_come_in_the_order_of_the_file(chosen, names):
    assert [cluster.name for cluster in platform_of(TWO_CLUSTERS).clusters_of(chosen)] == names


@pytest.mark.parametrize(
    ("naming", "full", "single"),
    [
        ("{}", "vision-train", "vision"),
        ('{namespace: "{namespace}-of-{tenant}", single: "team-{tenant}"}', "train-of-vision", "team-vision"),
    ],
)
def test_the_naming_rule_makes_full_names(naming, full, single):
    made = platform_of(f"{CLUSTER}\nnaming: {naming}")
    assert made.namespace_name("vision", "train") == full
    assert made.namespace_name("vision", None) == single


@pytest.mark.parametrize(
    ("name", "reserved"),
    [
        ("kube-system", True),
        ("kube-", True),
        ("kube", False),
        ("default", True),
        ("default-2", False),
        ("istio-system", True),
        ("monitoring", True),
        ("my-monitoring", False),
        ("ingress-nginx", True),
        ("data-x-lake", True),
        ("data-lake", False),
        ("a.b", False),
        ("vision", False),
    ],
)
def test_reserved_names_are_those_of_kubernetes_and_of_the_site_with_stars_for_any_text(name, reserved):
    made = platform_of(f'{CLUSTER}\nreservedNamespaces: [monitoring, "ingress-*", "data-*-lake"]')
    assert made.is_reserved(name) is reserved


def test_what_no_tenant_may_own_anywhere():
    assert all(platform_of().is_reserved(name.replace("*", "x")) for name in RESERVED_NAMESPACES)


@pytest.mark.parametrize(
    ("label", "value", "objection"),
    [
        (RequiredLabel("team", (), None), "any", None),
        (RequiredLabel("team", (), None), "", None),
        (RequiredLabel("team", (), None), None, "there is no 'team', which the platform requires; add one"),
        (RequiredLabel("team", ("red", "blue"), None), "red", None),
        (RequiredLabel("team", ("red", "blue"), None), "blu", "'blu' is not a value that the platform allows; did you mean 'blue'?"),
        (RequiredLabel("team", ("red", "blue"), None), "x", "'x' is not a value that the platform allows; use one of 'blue', 'red'"),
        (RequiredLabel("cost", (), "[0-9]{4}"), "4711", None),
        (RequiredLabel("cost", (), "[0-9]{4}"), "47110", "'47110' is not what the platform asks for; write a value that matches [0-9]{4}"),
        (RequiredLabel("cost", (), "a|b"), "ab", "'ab' is not what the platform asks for; write a value that matches a|b"),
    ],
)  # fmt: skip
def test_a_required_label_says_what_is_wrong_with_a_value(label, value, objection):
    assert label.objection(value) == objection


# What is told


def test_a_platform_with_everything_is_fine():
    text = """
    clusters: [{name: eu, version: "1.34", addons: [istio]}, {name: us, version: "1.33", addons: [istio-ambient]}]
    tiers: {small: {clusters: [us], quota: {hard: {pods: 1}}}, lab: {clusters: {selector: {env: lab}}}}
    defaults: {clusters: [eu, us], network: {egress: [{dns: true}]}}
    """
    assert problems(text) == []


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (
            'clusters: [{name: a, version: "1.34"}, {name: b, version: "1.34"}, {name: a, version: "1.34"}]',
            "/clusters/2: 'a' is the name of an earlier cluster too; a cluster is named once",
        ),
        (
            'clusters: [{name: a, version: "1.24"}]',
            "/clusters/a/version: '1.24' has no schemas to check against; write 1.33 to 1.34",
        ),
        (
            'clusters: [{name: a, version: "1.34", addons: [istio, istio-ambient]}]',
            "/clusters/a/addons: 'istio' and 'istio-ambient' exclude each other; name one",
        ),
        (
            f"{TWO_CLUSTERS}\ndefaults: {{clusters: [eu, eur]}}",
            "/defaults/clusters/eur: 'eur' is not a cluster of the platform; did you mean 'eu'?",
        ),
        (
            f"{TWO_CLUSTERS}\ntiers: {{small: {{clusters: [asia]}}}}",
            "/tiers/small/clusters/asia: 'asia' is not a cluster of the platform; use one of 'eu', 'us'",
        ),
        (
            f"{CLUSTER}\ntiers: {{small: {{network: {{egress: [{{dns: true, ports: [53]}}]}}}}}}",
            "/tiers/small/network/egress/0: dns and admitted bring ports of their own; write them without ports",
        ),
        (
            f"{CLUSTER}\ndefaults: {{network: {{ingress: [{{cidr: 10.0.0.0/8, except: [11.0.0.0/8]}}]}}}}",
            (
                "/defaults/network/ingress/10.0.0.0/8/except/11.0.0.0/8: '11.0.0.0/8' is not a part of 10.0.0.0/8; "
                "leave out what is closed anyway"
            ),
        ),
    ],
)
def test_what_the_schema_cannot_see_is_told(spec, problem):
    assert problems(spec) == [HERE + problem]


def test_everything_wrong_is_told_at_once():
    text = """
    clusters: [{name: a, version: "1.1"}, {name: a, version: "1.2"}]
    defaults: {clusters: [b]}
    """
    assert len(problems(text)) == 3


# Registries


def test_registries_are_kept_as_they_are_written():
    assert platform_of("registries: [registry.example.com/, ghcr.io/example]").registries == (
        "registry.example.com/",
        "ghcr.io/example",
    )


def test_without_registries_images_may_come_from_anywhere():
    assert platform_of().registries is None


@pytest.mark.parametrize(
    "prefix", ["registry.example.com/", "ghcr.io/example/", "localhost:5000/", "library", "docker.io/a_b/c-d/e.f"]
)
def test_how_the_name_of_an_image_begins_is_a_registry(prefix):
    assert problems(f'registries: ["{prefix}"]') == []


SCHEME = "has a scheme, and the names of images have none"
SPACE = "has white space in it, and the names of images have none"
STAR = "has a '*', and all that follows a prefix is allowed anyway"
NO_NAME = "is not how the name of an image begins, without tag and digest"
SUCH = "write one such as registry.example.com/"


@pytest.mark.parametrize(
    ("prefix", "objection"),
    [
        ("https://ghcr.io/example/", f"{SCHEME}; write ghcr.io/example/"),
        ("docker://", f"{SCHEME}; {SUCH}"),
        (" ghcr.io/", f"{SPACE}; write ghcr.io/"),
        ("ghcr.io/ example/", f"{SPACE}; write ghcr.io/example/"),
        ("ghcr.io/example/*", f"{STAR}; write ghcr.io/example/"),
        ("*.example.com", f"{STAR}; {SUCH}"),
        ("ghcr.io/example/tool:1.2", f"{NO_NAME}; write ghcr.io/example/tool"),
        ("ghcr.io/Example", f"{NO_NAME}; write ghcr.io/example"),
        ("ghcr.io//example", f"{NO_NAME}; {SUCH}"),
        ("/", f"{NO_NAME}; {SUCH}"),
    ],
)
def test_what_no_image_begins_with_is_no_registry(prefix, objection):
    assert problems(f'registries: ["{prefix}"]') == [f"{HERE}/registries/{prefix}: {prefix!r} {objection}"]


@pytest.mark.parametrize(
    ("registries", "other", "prefix"),
    [
        ("[ghcr.io/example/, ghcr.io/]", "ghcr.io/", "ghcr.io/example/"),
        ("[ghcr.io, ghcr.io/]", "ghcr.io", "ghcr.io/"),
    ],
)
def test_a_registry_within_another_says_nothing(registries, other, prefix):
    message = f"{other!r} allows all images of {prefix!r} already; drop one of them"
    assert problems(f"registries: {registries}") == [f"{HERE}/registries/{prefix}: {message}"]


def test_a_name_that_only_begins_alike_is_another_registry():
    assert problems("registries: [ghcr.io/example, ghcr.io/examples]") == []


@pytest.mark.parametrize("resource", ["cpu", "memory", "nvidia.com/gpu"])
def test_a_capacity_that_nothing_would_count_against_is_told_what_nodes_offer(resource):
    key = f"requests.{resource}"
    message = f"{key!r} is a key of quotas, and nodes offer {resource!r}: nothing would count; write {resource}"
    clusters = f'clusters: [{{name: eu, version: "1.34", capacity: {{{key}: 3, pods: 100}}}}]'
    assert problems(clusters) == [f"{HERE}/clusters/eu/capacity/{key}: {message}"]


WHOLE = "'500m' is not whole, and 'nvidia.com/gpu' counts whole things; write 0 or 1"
STORED = "'500m' of 'requests.nvidia.com/gpu' would be stored, but devices are whole; write 0 or 1"
KUEUE = 'clusters: [{name: eu, version: "1.34", addons: [kueue]}]'


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (
            'clusters: [{name: eu, version: "1.34", capacity: {nvidia.com/gpu: 500m}}]',
            f"clusters/eu/capacity/nvidia.com/gpu: {WHOLE}",
        ),
        (
            f"{CLUSTER}\ntiers: {{a: {{quota: {{hard: {{requests.nvidia.com/gpu: 500m}}}}}}}}",
            f"tiers/a/quota/hard/requests.nvidia.com/gpu: {STORED}",
        ),
        (
            f"{CLUSTER}\ndefaults: {{quota: {{scoped: [{{scopes: [Terminating], hard: {{requests.nvidia.com/gpu: 500m}}}}]}}}}",
            f"defaults/quota/scoped/0/hard/requests.nvidia.com/gpu: {STORED}",
        ),
        (
            f"{CLUSTER}\ndefaults: {{limits: {{pod: {{max: {{nvidia.com/gpu: 500m}}}}}}}}",
            f"defaults/limits/pod/max/nvidia.com/gpu: {WHOLE}",
        ),
        (
            f"{KUEUE}\nkueue: {{flavors: [{{name: h100, capacity: {{nvidia.com/gpu: 500m}}}}]}}",
            f"kueue/flavors/h100/capacity/nvidia.com/gpu: {WHOLE}",
        ),
        (
            f"{KUEUE}\nkueue: {{flavors: [{{name: a}}], cohorts: [{{name: all, flavors: {{a: {{nvidia.com/gpu: 500m}}}}}}]}}",
            f"kueue/cohorts/all/flavors/a/nvidia.com/gpu: {WHOLE}",
        ),
    ],
)
def test_devices_are_whole_wherever_the_platform_counts_them(spec, problem):
    assert problems(spec) == [f"{HERE}/{problem}"]
    assert problems(spec.replace("500m", "2")) == []
