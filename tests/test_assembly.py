"""A tenant's files: which there are, who reviews what, what every object has, and that order changes no byte."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from building import PLAIN, QUOTA, bodies, cluster, files, objects, shuffled, told

from generator.assembly import CONCERN_OF_KIND
from generator.emit import Ownership, ownership, source_of
from generator.kubernetes import kinds
from generator.manifest import Manifest, identity
from generator.problems import Place
from generator.validation import validity

#: A tenant with something of everything, on a platform with something of everything.
VISION = """
apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: vision
  labels: {cost-center: "4711", alpha: a1}
  annotations: {example.com/b: b1, example.com/a: a1}
spec:
  displayName: Computer Vision
  parent: research
  tier: large
  owners: [{group: leads}]
  members:
    - {group: ml-vision, role: editor}
    - {user: anna@example.com, role: editor}
    - {serviceAccount: argo/bot, role: viewer}
    - {group: audit, role: viewer, namespaces: [train]}
  namespaces:
    - {name: train, labels: {z1: a1, a1: z1}}
    - {name: serve, quota: {requests.cpu: 4, requests.memory: 16Gi, pods: 5}, podSecurity: {enforce: baseline, warn: restricted}}
  quota: {mode: partition, hard: {requests.cpu: 64, pods: 100}}
  limits: {pod: {max: {memory: 64Gi, cpu: 32}}, container: {max: {memory: 32Gi, cpu: 16}, default: {cpu: 1}}}
  network:
    ingress: [{tenant: nlp, ports: [8080, "53/UDP"], namespaces: [serve]}, {namespace: monitoring}]
    egress: [{dns: true}, {admitted: true}, {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]
  mesh: {mtls: STRICT, ingress: [{tenant: nlp, ports: [8080]}]}
  serviceAccounts: [{name: trainer, role: viewer}, {name: robot, automountToken: true}]
  identity: {gcp: {serviceAccount: vision@example-prod.iam.gserviceaccount.com}, aws: {roleArn: "arn:aws:iam::123456789012:role/v", via: pod-identity}}
  extras: {images: {b1: 2, a1: 1}, policies: {}}
"""
TENANTS = {
    "vision": VISION,
    "nlp": f"{QUOTA}\nnetwork: {{ingress: [{{tenant: vision}}]}}",
    "research": "quota: {hard: {pods: 500}}",
}
PLATFORM = """
clusters:
  - name: eks
    version: "1.34"
    sync: flux
    addons: [ack-eks, istio]
    cloud: {provider: aws, region: eu-central-1}
    labels: {env: prod, mesh: istio}
  - {name: gke, version: "1.33", sync: argocd, addons: [config-connector, istio-ambient], cloud: {provider: gcp, project: p1}}
tiers:
  large: {quota: {hard: {requests.memory: 512Gi, requests.cpu: 128}}, labels: {tier: large}}
defaults: {clusters: [gke, eks], network: {ingress: [{tenant: nlp, ports: [9090]}]}}
extras: {classes: {low: 1, high: 2}}
"""
TEMPLATES = {
    "images": """
apiVersion: v1
kind: ConfigMap
metadata: {name: images, namespace: vision-train, labels: {b1: a1, a1: b1} }
data: {all: {{ values | dictsort | map("first") | join(",") | yaml }} }
""",
    "policies": """
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: extra, namespace: vision-train}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: tenant-viewer}
subjects: []
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: extra, namespace: vision-train}
spec: {podSelector: {} }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: extra, namespace: vision-train}
spec: {defaultBackend: {service: {name: web, port: {number: 80} } } }
""",
    "classes": """
{% for name, value in values | dictsort %}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: {{ name | yaml }} }
value: {{ value }}
{% endfor %}
""",
}


def everything(tenants=None, platform=PLATFORM):
    return files(tenants or TENANTS, platform, TEMPLATES)


@pytest.fixture(scope="module")
def rendered():
    return everything()


def below(folder, found):
    return [path.removeprefix(folder) for path in sorted(found) if path.startswith(folder)]


# Files


def test_each_concern_has_a_file(rendered):
    assert below("rendered/eks/tenants/vision/", rendered) == [
        "00-namespace.yaml",
        "10-quota.yaml",
        "20-rbac.yaml",
        "30-network.yaml",
        "40-identity.yaml",
        "70-extras.yaml",
    ]


def test_a_file_that_would_be_empty_is_not_written(rendered):
    assert below("rendered/gke/tenants/nlp/", rendered) == [
        "00-namespace.yaml",
        "10-quota.yaml",
        "20-rbac.yaml",
        "30-network.yaml",
    ]
    assert files({"vision": "namespaces: []"}) == {}


def test_a_tenant_is_rendered_for_the_clusters_that_it_lives_on():
    platform = (
        'clusters: [{name: a, version: "1.34", labels: {env: lab}}, {name: b, version: "1.34", labels: {env: prod}}]'
    )
    found = files(
        {"x1": f"{QUOTA}\nclusters: {{selector: {{env: lab}}}}", "y1": f"{QUOTA}\nclusters: [b, a]"}, platform
    )
    assert {"/".join(path.split("/")[1:4]) for path in found} == {"a/tenants/x1", "a/tenants/y1", "b/tenants/y1"}


def test_a_tenant_may_be_one_file():
    platform = f"{PLAIN}\nlayout: {{split: tenant}}"
    found = files({"vision": f"{QUOTA}\nowners: [{{group: leads}}]", "nlp": QUOTA}, platform)
    assert list(found) == ["rendered/prod/tenants/vision.yaml", "rendered/prod/tenants/nlp.yaml"]
    assert [body["kind"] for body in bodies(found["rendered/prod/tenants/vision.yaml"])] == [
        "Namespace",
        "ResourceQuota",
        "LimitRange",
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "NetworkPolicy",
        "NetworkPolicy",
        "NetworkPolicy",
    ]


def test_both_layouts_hold_the_same_objects():
    def sorted_by_identity(layout):
        found = objects(TENANTS, f"{PLATFORM}\nlayout: {layout}", TEMPLATES)
        return sorted(found, key=lambda body: (identity(body), str(body)))

    assert sorted_by_identity("{split: tenant, buckets: 8}") == sorted_by_identity("{split: concern}")


def test_tenants_are_spread_over_buckets_by_their_names():
    platform = f"{PLAIN}\nlayout: {{split: tenant, buckets: 100}}"
    paths = list(files(dict.fromkeys(("t1", "t2", "t3", "t4"), QUOTA), platform))
    assert paths == [
        "rendered/prod/tenants/77/t1.yaml",
        "rendered/prod/tenants/83/t2.yaml",
        "rendered/prod/tenants/96/t3.yaml",
        "rendered/prod/tenants/02/t4.yaml",
    ]


def test_a_bucket_does_not_change_when_another_tenant_comes():
    platform = f"{PLAIN}\nlayout: {{buckets: 16}}"
    alone = files({"vision": QUOTA}, platform)
    assert alone.items() <= files({"audit": QUOTA, "vision": QUOTA}, platform).items()


# Objects


def test_every_file_says_whose_it_is_and_where_it_comes_from(rendered):
    for path, text in rendered.items():
        name = path.split("/")[3] if "/tenants/" in path else "platform"
        assert ownership(text.encode()) is Ownership.OURS
        assert source_of(text.encode()) == f"tenants/{name}.yaml"


def test_every_object_is_valid_on_its_cluster(rendered):
    for path, text in rendered.items():
        judge = validity.for_version({"eks": "1.34", "gke": "1.33"}[path.split("/")[1]])
        assert [p.message for body in bodies(text) for p in judge.problems(Manifest(body, Place(path)))] == []


def test_every_object_of_a_tenant_carries_its_labels(rendered):
    wanted = {
        "alpha": "a1",
        "app.kubernetes.io/managed-by": "tenantry",
        "cost-center": "4711",
        "tenantry.dev/tenant": "vision",
        "tier": "large",
    }
    for body in bodies(*(text for path, text in rendered.items() if "/vision/" in path)):
        assert wanted.items() <= body["metadata"]["labels"].items()


def test_every_object_of_a_tenant_lies_in_its_namespaces(rendered):
    for body in bodies(*(text for path, text in rendered.items() if "/vision/" in path)):
        where = body["metadata"].get("namespace", body["metadata"]["name"])
        assert where in {"vision-train", "vision-serve"}
        assert ("namespace" in body["metadata"]) is bool(kinds.namespaced(body["apiVersion"], body["kind"]))


def test_no_object_is_there_twice(rendered):
    for name in ("eks", "gke"):
        found = bodies(*(text for path, text in rendered.items() if f"/{name}/" in path))
        assert len(found) == len({identity(body) for body in found})


def test_nothing_with_a_secret_is_rendered(rendered):
    assert "Secret" not in {body["kind"] for body in bodies(*rendered.values())}


def test_each_object_names_the_place_that_asked_for_it():
    spec = f"{QUOTA}\nowners: [{{group: leads}}]\nnetwork: {{ingress: [{{cidr: 10.0.0.0/8}}]}}\nserviceAccounts: [{{name: robot, role: viewer}}]"
    text = "".join(files({"vision": spec}).values())
    origins = {
        line.removeprefix("# tenants/vision.yaml#") for line in text.splitlines() if line.startswith("# tenants/")
    }
    assert origins == {
        "# tenants/vision.yaml",  # what every tenant gets
        "spec/network",
        "spec/network/ingress/10.0.0.0/8",
        "spec/owners/leads",
        "spec/quota",
        "spec/serviceAccounts/robot",
    }


# Review


def test_whoever_reviews_access_or_the_network_sees_all_of_it_in_one_file():
    for kind in ("Role", "RoleBinding", "ServiceAccount"):
        assert CONCERN_OF_KIND[kind] == "20-rbac"
    for kind in ("NetworkPolicy", "AuthorizationPolicy", "PeerAuthentication"):
        assert CONCERN_OF_KIND[kind] == "30-network"


def test_what_templates_make_lands_with_those_who_review_its_kind(rendered):
    def found(name):
        text = rendered[f"rendered/eks/tenants/vision/{name}.yaml"]
        return [body["kind"] for body in bodies(text) if body["metadata"]["name"] in {"extra", "images"}]

    assert found("20-rbac") == ["RoleBinding"]
    assert found("30-network") == ["NetworkPolicy"]
    assert found("70-extras") == ["ConfigMap", "Ingress"]


def test_every_object_of_a_reviewed_kind_lies_in_the_file_of_its_reviewers(rendered):
    for path, text in rendered.items():
        for body in bodies(text) if "/tenants/" in path else ():
            concern = path.split("/")[-1].removesuffix(".yaml")
            assert CONCERN_OF_KIND.get(body["kind"], concern) == concern


# Problems


def test_everything_that_is_wrong_on_every_cluster_is_told_at_once():
    platform = """
clusters:
  - {name: a, version: "1.34", capacity: {cpu: 4}}
  - {name: b, version: "1.34", capacity: {cpu: 2}}
"""
    assert told({"vision": "clusters: [a, b]\nquota: {hard: {requests.cpu: 8}}"}, platform) == [
        "tenants/vision.yaml: spec.quota.hard.requests.cpu: 8 is more than all of cluster a has (4); write 4 or less",
        "tenants/vision.yaml: spec.quota.hard.requests.cpu: 8 is more than all of cluster b has (2); write 2 or less",
    ]


# Order


def stirred(value, seed, lists=()):
    """Shuffle the keys of all mappings, and the items of the lists under the given keys."""
    if isinstance(value, list):
        return [stirred(item, seed, lists) for item in value]
    if not isinstance(value, dict):
        return value
    below = {key: stirred(value[key], seed, lists) for key in shuffled(value, seed)}
    return {key: shuffled(item, seed) if key in lists else item for key, item in below.items()}


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_keys_changes_no_byte(seed, rendered):
    vision = json.dumps(stirred(yaml.safe_load(VISION), seed))
    platform = stirred(yaml.safe_load(PLATFORM), seed)
    assert list(yaml.safe_load(vision)["spec"]) != list(yaml.safe_load(VISION)["spec"])
    text = "\n".join(f"{key}: {json.dumps(value)}" for key, value in platform.items())
    assert everything({**TENANTS, "vision": vision}, text) == rendered


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_members_owners_namespaces_and_accounts_changes_no_byte(seed, rendered):
    lists = ("owners", "members", "namespaces", "serviceAccounts")
    vision = json.dumps(stirred(yaml.safe_load(VISION), seed, lists))
    assert everything({**TENANTS, "vision": vision}) == rendered


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_files_changes_no_byte(seed, rendered):
    assert everything({name: TENANTS[name] for name in shuffled(TENANTS, seed)}) == rendered


def test_another_run_changes_no_byte(rendered):
    assert everything() == rendered


DIGEST = """
import sys
from hashlib import sha256
sys.path.insert(0, sys.argv[1])
import test_assembly
for path, text in test_assembly.everything().items():
    print(path, sha256(text.encode()).hexdigest())
"""


def test_the_hash_seed_changes_no_byte():
    here = str(Path(__file__).parent)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", DIGEST, here],
            cwd=Path(here).parent,
            env=os.environ | {"PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "4242")
    ]
    one, other = [process.communicate()[0] for process in running]
    assert len(one.splitlines()) == len(everything())
    assert one == other


def test_a_cluster_with_every_addon_renders_valid_objects_on_every_known_version():
    for version in validity.known_versions()[-4:]:
        platform = cluster(version=f'"{version}"', addons="[istio]", sync="flux")
        assert told({"vision": f"{QUOTA}\nowners: [{{group: leads}}]"}, platform) == []
