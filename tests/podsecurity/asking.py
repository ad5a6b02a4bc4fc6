"""How the tests of Pod Security write pods, and what they look at."""

from generator.podsecurity import violations

#: What restricted asks of a pod and of a container.
SAFE_POD = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
SAFE = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def container(name="a", **security):
    return {"name": name, "securityContext": security} if security else {"name": name}


def safe(name="a", **security):
    return container(name, **{**SAFE, **security})


def pod(*containers, security=None, **fields):
    """Write a spec of ordinary containers; *security* is the pod's own security context."""
    return {"containers": [*containers], **({"securityContext": security} if security else {}), **fields}


def baseline(spec, version="latest", *, cluster="1.37", **annotations):
    metadata = {"annotations": annotations} if annotations else {}
    return [*violations(metadata, spec, "baseline", version, cluster=cluster)]


def restricted(spec, version="latest", *, cluster="1.37"):
    """Say what restricted refuses of a pod that is otherwise as it asks."""
    security = {**SAFE_POD, **spec.get("securityContext", {})}
    return [*violations({}, {**spec, "securityContext": security}, "restricted", version, cluster=cluster)]


def around(minor, ask, spec):
    """Return what is refused under the last version before *minor*, and under that one."""
    return ask(spec, f"v1.{minor - 1}"), ask(spec, f"v1.{minor}")
