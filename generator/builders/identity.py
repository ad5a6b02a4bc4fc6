"""Cloud identity: the objects that let a controller of the cluster tie an account to its role at the cloud.

Config Connector (GKE), ACK or Crossplane (EKS Pod Identity) and the Azure Service Operator, where the cluster
has them; elsewhere the annotation on the service account is all there is.
"""

from collections.abc import Iterator
from typing import Any

from generator.manifest import Manifest
from generator.placement import cloud
from generator.placement.placement import Placement
from generator.spec.platform import Cloud
from generator.spec.tenant import AwsIdentity, AzureIdentity, GcpIdentity, ServiceAccount


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield an object for each service account whose identity a controller of the cluster looks after."""
    addons, own_cloud = placement.cluster.addons, placement.cluster.cloud
    for account in placement.tenant.service_accounts:
        own = cloud.used(account.identity, placement.cluster)
        if own is None or own_cloud is None or account.identity is None:
            continue
        for namespace in placement.chosen(account.namespaces):
            body: dict[str, Any] | None = None
            if isinstance(own, GcpIdentity) and "config-connector" in addons:
                body = _config_connector(own, own_cloud, account, namespace.name)
            elif isinstance(own, AwsIdentity) and own.via == "pod-identity":
                if "ack-eks" in addons:
                    body = _ack(own, own_cloud, account, namespace.name, placement.cluster.name)
                elif "crossplane-aws" in addons:
                    body = _crossplane(own, own_cloud, account, namespace.name, placement.cluster.name)
            elif isinstance(own, AzureIdentity) and own.identity_name and "azure-service-operator" in addons:
                body = _azure(own.identity_name, own_cloud, account, namespace.name)
            if body is not None:
                body["metadata"]["labels"] = placement.labels
                yield Manifest(body, account.identity.origin)


def _config_connector(own: GcpIdentity, own_cloud: Cloud, account: ServiceAccount, namespace: str) -> dict[str, Any]:
    project = own.service_account.partition("@")[2].removesuffix(".iam.gserviceaccount.com")
    return {
        "apiVersion": "iam.cnrm.cloud.google.com/v1beta1",
        "kind": "IAMPolicyMember",
        "metadata": {"name": f"{account.name}-workload-identity", "namespace": namespace},
        "spec": {
            "member": f"serviceAccount:{own_cloud.project}.svc.id.goog[{namespace}/{account.name}]",
            "role": "roles/iam.workloadIdentityUser",
            "resourceRef": {
                "apiVersion": "iam.cnrm.cloud.google.com/v1beta1",
                "kind": "IAMServiceAccount",
                "external": f"projects/{project}/serviceAccounts/{own.service_account}",
            },
        },
    }


def _ack(own: AwsIdentity, own_cloud: Cloud, account: ServiceAccount, namespace: str, cluster: str) -> dict[str, Any]:
    return {
        "apiVersion": "eks.services.k8s.aws/v1alpha1",
        "kind": "PodIdentityAssociation",
        "metadata": {"name": account.name, "namespace": namespace},
        "spec": {
            "clusterName": own_cloud.cluster_name or cluster,
            "namespace": namespace,
            "serviceAccount": account.name,
            "roleARN": own.role_arn,
        },
    }


def _crossplane(
    own: AwsIdentity, own_cloud: Cloud, account: ServiceAccount, namespace: str, cluster: str
) -> dict[str, Any]:
    """Build Crossplane's object, which is cluster-scoped: its name carries the namespace, up to the first dot."""
    return {
        "apiVersion": "eks.aws.upbound.io/v1beta1",
        "kind": "PodIdentityAssociation",
        "metadata": {"name": f"{namespace}.{account.name}"},
        "spec": {
            "forProvider": {
                "clusterName": own_cloud.cluster_name or cluster,
                "namespace": namespace,
                "region": own_cloud.region,
                "roleArn": own.role_arn,
                "serviceAccount": account.name,
            },
        },
    }


def _azure(identity_name: str, own_cloud: Cloud, account: ServiceAccount, namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": "managedidentity.azure.com/v1api20230131",
        "kind": "FederatedIdentityCredential",
        "metadata": {"name": account.name, "namespace": namespace},
        "spec": {
            "owner": {"name": identity_name},
            "audiences": ["api://AzureADTokenExchange"],
            "issuer": own_cloud.issuer,
            "subject": f"system:serviceaccount:{namespace}:{account.name}",
        },
    }
