"""The questions that policies ask of manifests: one module for each, whose docstring is its documentation.

No I/O here. A rule is a pure function of a scene (the manifests of one cluster) and of a policy's parameters; what it
yields does not depend on the order of the manifests.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from generator.rules import (
    forbid_aggregation,
    forbid_borrowed_identity,
    forbid_changed_role_refs,
    forbid_cluster_bindings,
    forbid_combined_grants,
    forbid_connecting_viewers,
    forbid_contributor_collisions,
    forbid_dangling,
    forbid_dead_grants,
    forbid_everything,
    forbid_foreign_subjects,
    forbid_grants,
    forbid_launcher_settings,
    forbid_leaked_credentials,
    forbid_loose_secrets,
    forbid_mutating_plugins,
    forbid_namespaces,
    forbid_needless_tokens,
    forbid_open_mesh,
    forbid_oversized_roles,
    forbid_plaintext_secrets,
    forbid_redundant,
    forbid_resource_names,
    forbid_secret_types,
    forbid_service_exposure,
    forbid_spoofed_headers,
    forbid_subjects,
    forbid_unadmitted_pods,
    forbid_unmatched_words,
    forbid_wildcards,
    require_admissible_pods,
    require_cloud_names,
    require_container_defaults,
    require_default_deny,
    require_labels,
    require_matching_owner,
    require_one_contributor,
    require_pod_security,
    require_quota,
    require_reachable_owner,
    require_token_opt_out,
)
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene


class Rule(NamedTuple):
    """What answers a question, and the parameters that it must be given, all that are not optional.

    Nearly every question can be asked of a tenant by itself, with what all tenants share; *across* marks those that
    are about a tenant and another.
    """

    check: Callable[[Scene, Mapping[str, Any]], Iterator[Hit]]
    parameters: Mapping[str, Parameter]
    across: bool = False


#: By the name that a policy's ``rule`` gives; the module is called the same, with underscores.
RULES: Mapping[str, Rule] = {
    "require-quota": Rule(require_quota.check, require_quota.PARAMETERS),
    "require-container-defaults": Rule(require_container_defaults.check, require_container_defaults.PARAMETERS),
    "require-default-deny": Rule(require_default_deny.check, require_default_deny.PARAMETERS),
    "require-pod-security": Rule(require_pod_security.check, require_pod_security.PARAMETERS),
    "require-token-opt-out": Rule(require_token_opt_out.check, require_token_opt_out.PARAMETERS),
    "forbid-everything": Rule(forbid_everything.check, forbid_everything.PARAMETERS),
    "forbid-wildcards": Rule(forbid_wildcards.check, forbid_wildcards.PARAMETERS),
    "forbid-grants": Rule(forbid_grants.check, forbid_grants.PARAMETERS),
    "forbid-combined-grants": Rule(forbid_combined_grants.check, forbid_combined_grants.PARAMETERS),
    "forbid-borrowed-identity": Rule(forbid_borrowed_identity.check, forbid_borrowed_identity.PARAMETERS),
    "forbid-namespaces": Rule(forbid_namespaces.check, forbid_namespaces.PARAMETERS),
    "forbid-needless-tokens": Rule(forbid_needless_tokens.check, forbid_needless_tokens.PARAMETERS),
    "forbid-plaintext-secrets": Rule(forbid_plaintext_secrets.check, forbid_plaintext_secrets.PARAMETERS),
    "forbid-leaked-credentials": Rule(forbid_leaked_credentials.check, forbid_leaked_credentials.PARAMETERS),
    "forbid-loose-secrets": Rule(forbid_loose_secrets.check, forbid_loose_secrets.PARAMETERS),
    "forbid-secret-types": Rule(forbid_secret_types.check, forbid_secret_types.PARAMETERS),
    "forbid-service-exposure": Rule(forbid_service_exposure.check, forbid_service_exposure.PARAMETERS),
    "forbid-launcher-settings": Rule(forbid_launcher_settings.check, forbid_launcher_settings.PARAMETERS),
    "forbid-unadmitted-pods": Rule(forbid_unadmitted_pods.check, forbid_unadmitted_pods.PARAMETERS),
    "require-admissible-pods": Rule(require_admissible_pods.check, require_admissible_pods.PARAMETERS),
    "forbid-connecting-viewers": Rule(forbid_connecting_viewers.check, forbid_connecting_viewers.PARAMETERS),
    "forbid-contributor-collisions": Rule(
        forbid_contributor_collisions.check, forbid_contributor_collisions.PARAMETERS
    ),
    "forbid-mutating-plugins": Rule(forbid_mutating_plugins.check, forbid_mutating_plugins.PARAMETERS),
    "forbid-open-mesh": Rule(forbid_open_mesh.check, forbid_open_mesh.PARAMETERS),
    "forbid-oversized-roles": Rule(forbid_oversized_roles.check, forbid_oversized_roles.PARAMETERS),
    "forbid-spoofed-headers": Rule(forbid_spoofed_headers.check, forbid_spoofed_headers.PARAMETERS),
    "require-cloud-names": Rule(require_cloud_names.check, require_cloud_names.PARAMETERS),
    "require-labels": Rule(require_labels.check, require_labels.PARAMETERS),
    "require-matching-owner": Rule(require_matching_owner.check, require_matching_owner.PARAMETERS),
    "require-one-contributor": Rule(require_one_contributor.check, require_one_contributor.PARAMETERS),
    "require-reachable-owner": Rule(require_reachable_owner.check, require_reachable_owner.PARAMETERS),
    "forbid-cluster-bindings": Rule(forbid_cluster_bindings.check, forbid_cluster_bindings.PARAMETERS, across=True),
    "forbid-subjects": Rule(forbid_subjects.check, forbid_subjects.PARAMETERS),
    "forbid-foreign-subjects": Rule(forbid_foreign_subjects.check, forbid_foreign_subjects.PARAMETERS, across=True),
    "forbid-dangling": Rule(forbid_dangling.check, forbid_dangling.PARAMETERS),
    "forbid-changed-role-refs": Rule(forbid_changed_role_refs.check, forbid_changed_role_refs.PARAMETERS),
    "forbid-aggregation": Rule(forbid_aggregation.check, forbid_aggregation.PARAMETERS),
    "forbid-resource-names": Rule(forbid_resource_names.check, forbid_resource_names.PARAMETERS),
    "forbid-unmatched-words": Rule(forbid_unmatched_words.check, forbid_unmatched_words.PARAMETERS),
    "forbid-dead-grants": Rule(forbid_dead_grants.check, forbid_dead_grants.PARAMETERS),
    "forbid-redundant": Rule(forbid_redundant.check, forbid_redundant.PARAMETERS),
}
