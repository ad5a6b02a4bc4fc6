"""How the tests of access write RBAC objects: bodies in a line each, as short as what they are about.

A role is named as ``admin`` (a ClusterRole) or ``ns1/admin``; a binding likewise; a subject as ``User:ada``,
``ServiceAccount:ns1/runner`` or ``ServiceAccount:runner``.
"""

from generator.access import ResourceRequest, UrlRequest, effective, parse
from generator.access.objects import GROUP, RoleKey
from generator.manifest import Manifest
from generator.problems import Place


def split(words):
    return words.split(",")


def rule(verbs, groups="", resources="pods", names=None):
    """Write a rule about resources, each part as words between commas."""
    found = {"verbs": split(verbs), "apiGroups": split(groups), "resources": split(resources)}
    return found if names is None else {**found, "resourceNames": split(names)}


def urls(verbs, paths):
    return {"verbs": split(verbs), "nonResourceURLs": split(paths)}


def named(kind, name, **metadata):
    namespace, _, name = name.rpartition("/")
    kind = kind if namespace else f"Cluster{kind}"
    where = {"namespace": namespace} if namespace else {}
    return {"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": {"name": name, **where, **metadata}}


def role(name, *rules, labels=None, select=None):
    """Write a role; *select* makes it gather others, by selectors or by one label each (``x=y``)."""
    body = {**named("Role", name, **({"labels": labels} if labels else {})), "rules": list(rules)}
    if select is None:
        return body
    selectors = [{"matchLabels": dict([one.split("=")])} if isinstance(one, str) else one for one in select]
    return {**body, "aggregationRule": {"clusterRoleSelectors": selectors}}


def binding(name, of, *subjects, kind="ClusterRole"):
    ref = {"apiGroup": GROUP, "kind": kind, "name": of}
    return {**named("RoleBinding", name), "roleRef": ref, "subjects": [subject(one) for one in subjects]}


def subject(text):
    kind, _, name = text.partition(":")
    if kind != "ServiceAccount":
        return {"apiGroup": GROUP, "kind": kind, "name": name}
    namespace, _, name = name.rpartition("/")
    return {"kind": kind, "name": name, **({"namespace": namespace} if namespace else {})}


def protected(body):
    metadata = {**body["metadata"], "annotations": {"rbac.authorization.kubernetes.io/autoupdate": "false"}}
    return {**body, "metadata": metadata}


def manifests(*bodies, document="rbac.yaml"):
    """Give each object a place: ``rbac.yaml#0``, ``rbac.yaml#1``."""
    return [Manifest(body, Place(document, (index,))) for index, body in enumerate(bodies)]


def access(*bodies, **options):
    """Compute the access that valid objects give."""
    found = effective(manifests(*bodies), **options)
    assert [problem for problem in found.problems if not problem.warning] == []
    return found


def told(*bodies, **options):
    """Return the problems of objects, each as a line."""
    _, problems = parse(manifests(*bodies), **options)
    return [f"{problem.place}: {problem.message}" for problem in problems]


def rules_of(found, name):
    namespace, _, name = name.rpartition("/")
    return found.roles[RoleKey(namespace, name)].rules


def ask(verb, what, name="", namespace="", group=""):
    """Write a request for ``pods``, ``pods/log`` or ``/a/path``."""
    if what.startswith("/"):
        return UrlRequest(verb, what)
    resource, _, subresource = what.partition("/")
    return ResourceRequest(verb, group, resource, subresource, name, namespace)
