"""What a cluster's cloud makes of a service account's identity.

Annotations are those that GKE Workload Identity, EKS IAM roles for service accounts and Azure workload identity
read. Nothing here changes anything at the cloud: the trust between role and account is either an object for a
controller that the cluster has (the ``identity`` builder), or the business of whoever owns the role.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.platform import Cluster
from generator.problems import Problem
from generator.tenant import AwsIdentity, AzureIdentity, GcpIdentity, Identity, Tenant

#: Which add-on renders which object for EKS Pod Identity.
POD_IDENTITY_ADDONS = ("ack-eks", "crossplane-aws")


def used(identity: Identity | None, cluster: Cluster) -> AwsIdentity | GcpIdentity | AzureIdentity | None:
    """Return the identity of the cluster's own cloud, if it has one."""
    if identity is None or cluster.cloud is None:
        return None
    return {"aws": identity.aws, "gcp": identity.gcp, "azure": identity.azure}[cluster.cloud.provider]


def annotations(identity: Identity | None, cluster: Cluster) -> Mapping[str, str]:
    """Return the annotations of a service account with this identity on this cluster."""
    own = used(identity, cluster)
    if isinstance(own, AwsIdentity):
        return {"eks.amazonaws.com/role-arn": own.role_arn} if own.via == "irsa" else {}
    if isinstance(own, GcpIdentity):
        return {"iam.gke.io/gcp-service-account": own.service_account}
    if isinstance(own, AzureIdentity):
        return _azure(own)
    return {}


def _azure(own: AzureIdentity) -> dict[str, str]:
    found = {"azure.workload.identity/client-id": own.client_id}
    if own.token_expiration_seconds is not None:
        found["azure.workload.identity/service-account-token-expiration"] = str(own.token_expiration_seconds)
    if own.tenant_id is not None:
        found["azure.workload.identity/tenant-id"] = own.tenant_id
    return found


def check(tenant: Tenant, cluster: Cluster) -> Iterator[Problem]:
    """Find identities that this cluster cannot give."""
    for account in tenant.service_accounts:
        identity = account.identity
        own: Any = used(identity, cluster)
        if identity is None or cluster.cloud is None or own is None:
            continue
        if isinstance(own, AwsIdentity) and own.via == "pod-identity":
            if not cluster.addons.intersection(POD_IDENTITY_ADDONS):
                message = (
                    f"'pod-identity' needs ACK or Crossplane, and cluster {cluster.name} has neither; write irsa, or "
                    "name ack-eks or crossplane-aws in the cluster's addons"
                )
                yield Problem(identity.origin / "aws" / "via", message)
            elif "ack-eks" not in cluster.addons and cluster.cloud.region is None:
                message = f"Crossplane's object names a region, and cluster {cluster.name} has none; add cloud.region"
                yield Problem(identity.origin / "aws" / "via", message)
        elif isinstance(own, GcpIdentity) and "config-connector" in cluster.addons and cluster.cloud.project is None:
            message = (
                f"Config Connector's binding names the cluster's workload identity pool, and cluster {cluster.name} "
                "has none; add cloud.project"
            )
            yield Problem(identity.origin / "gcp", message)
        elif (
            isinstance(own, AzureIdentity)
            and own.identity_name is not None
            and "azure-service-operator" in cluster.addons
            and cluster.cloud.issuer is None
        ):
            message = (
                f"a federated credential names an OIDC issuer, and cluster {cluster.name} has none; add cloud.issuer"
            )
            yield Problem(identity.origin / "azure" / "identityName", message)
