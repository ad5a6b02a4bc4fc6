"""What tenants reach of one another by routes, trees and shared quotas is found in memory as in the files."""

import json
from pathlib import Path

from repositories import rendering, repository, tenant, told, write

from generator import manifests
from generator.judgement import catalogue, policy
from generator.pipeline import Options, render

POLICIES = tuple(catalogue.read(Path("/nowhere"))[0])
TEMPLATE = "{% for one in values %}\n{{ one | tojson }}\n---\n{% endfor %}\n"
HNC = "hnc.x-k8s.io/v1alpha2"


def named(kind, name, namespace, api, **spec):
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def ingress(namespace, host):
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    rules = [{"host": host, "http": {"paths": paths}}]
    return named("Ingress", "web", namespace, "networking.k8s.io/v1", rules=rules)


def below(namespace, parent):
    return named("HierarchyConfiguration", "hierarchy", namespace, HNC, parent=parent)


def organisation(root, **objects):
    repository(root, *objects)
    write(root, "tenants/templates/objects.yaml.j2", TEMPLATE)
    for name, some in objects.items():
        extras = f", extras: {{objects: {json.dumps(some)}}}" if some else ""
        write(root, f"tenants/{name}.yaml", tenant(name, f"{{tier: small{extras}}}"))
    rendering(root)


def in_memory(root):
    outcome = render(root, Options(write=False, policies=POLICIES, use_index=False))
    assert told(outcome) == []
    return {one.message for one in outcome.findings}


def in_files(root):
    bodies, problems = manifests.read(["rendered/eu"], root)
    assert problems == []
    return {one.message for one in policy.judge(POLICIES, bodies, version="1.34", cluster="eu")}


def test_two_tenants_that_claim_one_host_are_told(tmp_path):
    organisation(tmp_path, a=[ingress("a", "x.example.com")], b=[ingress("b", "x.example.com")], c=[])
    assert in_memory(tmp_path) == in_files(tmp_path)
    assert in_memory(tmp_path) == {
        "Ingress web claims x.example.com/, claimed also by Ingress web in namespace b",
        "Ingress web claims x.example.com/, claimed also by Ingress web in namespace a",
    }


def test_a_tree_over_several_tenants_is_seen_as_one(tmp_path):
    organisation(
        tmp_path, a=[below("a", "b")], b=[below("b", "a")], c=[below("c", "d")], d=[], e=[below("e", "nobody")]
    )
    assert in_memory(tmp_path) == in_files(tmp_path)
    assert in_memory(tmp_path) >= {
        "the tree of namespaces has a circle: a is below b is below a",
        "namespace e is below nobody, which is not among the manifests",
    }
    assert not any("namespace c is below d" in message for message in in_memory(tmp_path))
