"""How the tests of rules write manifests, and what they look at in findings."""

from generator.finding import REACHES, Policy
from generator.judgement import policy
from generator.manifest import Manifest
from generator.problems import Place


def asking(rule, **parameters):
    """Write a policy that asks by *rule*."""
    texts = ("asked", "Title", dict.fromkeys(REACHES, "high"), "access", "why", "fix")
    return Policy(*texts, (), rule, parameters, (), (), Place("asked.yaml"))


def named(kind, name, namespace=None, api="v1", **fields):
    where = {"namespace": namespace} if namespace else {}
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, **where}, **fields}


def space(name="ns1", **labels):
    found = named("Namespace", name)
    found["metadata"]["labels"] = {key.replace("__", "/"): value for key, value in labels.items()}
    return found


def tenants_space(name="ns1", tenant="vision"):
    found = space(name)
    found["metadata"]["labels"] = {"tenantry.dev/tenant": tenant}
    return found


def findings(asked, *bodies, **options):
    manifests = [Manifest(body, Place("m.yaml", (index,))) for index, body in enumerate(bodies)]
    return [*policy.judge([asked], manifests, **options)]


def messages(asked, *bodies, **options):
    return [finding.message for finding in findings(asked, *bodies, **options)]
