"""The questions that policies ask of manifests: one module for each, whose docstring is its documentation.

No I/O here. A rule is a pure function of a scene (the manifests of one cluster) and of a policy's parameters; what it
yields does not depend on the order of the manifests.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from generator.rules import (
    forbid_cluster_bindings,
    forbid_grants,
    forbid_wildcards,
    require_container_defaults,
    require_default_deny,
    require_pod_security,
    require_quota,
    require_token_opt_out,
)
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene


class Rule(NamedTuple):
    """What answers a question, and the parameters that it must be given, all of them."""

    check: Callable[[Scene, Mapping[str, Any]], Iterator[Hit]]
    parameters: Mapping[str, Parameter]


#: By the name that a policy's ``rule`` gives; the module is called the same, with underscores.
RULES: Mapping[str, Rule] = {
    "require-quota": Rule(require_quota.check, require_quota.PARAMETERS),
    "require-container-defaults": Rule(require_container_defaults.check, require_container_defaults.PARAMETERS),
    "require-default-deny": Rule(require_default_deny.check, require_default_deny.PARAMETERS),
    "require-pod-security": Rule(require_pod_security.check, require_pod_security.PARAMETERS),
    "require-token-opt-out": Rule(require_token_opt_out.check, require_token_opt_out.PARAMETERS),
    "forbid-wildcards": Rule(forbid_wildcards.check, forbid_wildcards.PARAMETERS),
    "forbid-grants": Rule(forbid_grants.check, forbid_grants.PARAMETERS),
    "forbid-cluster-bindings": Rule(forbid_cluster_bindings.check, forbid_cluster_bindings.PARAMETERS),
}
