"""What a cluster's cloud makes of a service account's identity.

Annotations are those that GKE Workload Identity, EKS IAM roles for service accounts and Azure workload identity
read. Nothing here changes anything at the cloud: the trust between role and account is either an object for a
controller that the cluster has (the ``identity`` builder), or the business of whoever owns the role.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.problems import Place, Problem
from generator.spec.platform import Cluster
from generator.spec.secretrefs import SecretRef
from generator.spec.tenant import AwsIdentity, AzureIdentity, GcpIdentity, Identity, Tenant

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


def readers(tenant: Tenant, cluster: Cluster, short: str | None) -> list[str]:
    """Return the tenant's accounts in a namespace that the cluster's secret store takes for who they are.

    Vault knows every account by the cluster's word for it; a cloud only those that have an identity there.
    """
    store = cluster.secret_store
    here = [one for one in tenant.service_accounts if not one.namespaces or short in one.namespaces]
    if store is None or store.provider == "vault":
        return [one.name for one in here]
    if cluster.cloud is None or cluster.cloud.provider != store.provider:
        return []
    return [one.name for one in here if _is_known(used(one.identity, cluster))]


def _is_known(own: AwsIdentity | GcpIdentity | AzureIdentity | None) -> bool:
    """EKS Pod Identity gives its credentials to pods of an account, and to nobody in the account's name."""
    return own is not None and not (isinstance(own, AwsIdentity) and own.via == "pod-identity")


def reader(ref: SecretRef, tenant: Tenant, cluster: Cluster, short: str | None) -> str | None:
    """Return the account that a secret is fetched as in a namespace; ``None`` where there is not exactly one."""
    known = readers(tenant, cluster, short)
    named = ref.external.account if ref.external else None
    if named is not None:
        return named if named in known else None
    return known[0] if len(known) == 1 else None


def check_secrets(tenant: Tenant, cluster: Cluster) -> Iterator[Problem]:
    """Find secrets that this cluster cannot bring about."""
    for ref in tenant.secrets:
        if ref.external is not None:
            yield from _check_external(ref, tenant, cluster)
        elif ref.sealed is not None and "sealed-secrets" not in cluster.addons:
            yield _without(ref.origin / "sealed", "sealed values", "sealed-secrets", cluster)
        elif ref.sops is not None and cluster.engine == "argocd":
            message = (
                f"Argo CD, which syncs cluster {cluster.name}, does not decrypt what SOPS has encrypted; write "
                "external or sealed"
            )
            yield Problem(ref.origin / "sops", message)


def _without(place: Place, what: str, addon: str, cluster: Cluster) -> Problem:
    message = (
        f"{what} need {addon}, which is not among the addons of cluster {cluster.name}; add it there if it is "
        "installed, or keep the value elsewhere"
    )
    return Problem(place, message)


def _check_external(ref: SecretRef, tenant: Tenant, cluster: Cluster) -> Iterator[Problem]:
    store, place = cluster.secret_store, ref.origin / "external"
    if "external-secrets" not in cluster.addons:
        yield _without(place, "values in a vault", "external-secrets", cluster)
        return
    if store is None or ref.external is None:
        message = (
            f"nobody says where the secrets of cluster {cluster.name} lie; add its secretStore to the platform file"
        )
        yield Problem(place, message)
        return
    for key in (remote.key for remote in ref.external.remotes):
        if "/" in key and not store.has_folders:
            message = f"{key!r} has a slash, which names of secrets in {store.provider} do not; write a dash"
            yield Problem(place, message)
    homes: Sequence[str | None] = ref.namespaces or [namespace.name for namespace in tenant.namespaces]
    without = [home for home in homes if reader(ref, tenant, cluster, home) is None]
    if without:
        asked = place / "account" if ref.external.account else place
        yield Problem(asked, _no_reader(tenant, cluster, without[0]))


def _no_reader(tenant: Tenant, cluster: Cluster, short: str | None) -> str:
    known = readers(tenant, cluster, short)
    where = f"in {short} on {cluster.name}" if short else f"on {cluster.name}"
    if known:
        return f"several accounts could fetch it {where}; name one: external.account: {', '.join(known)}"
    if cluster.secret_store is not None and cluster.secret_store.provider == "vault":
        return f"no service account of the tenant lives {where} to fetch it; list one under serviceAccounts"
    return (
        f"no service account {where} can prove to the cloud who it is; give one an identity of "
        f"{cluster.secret_store.provider if cluster.secret_store else 'its cloud'} (on AWS via irsa, for pod-identity "
        "is for pods)"
    )


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
