"""Each cloud's own way to an identity, and nothing of it where the cluster's cloud is another."""

import pytest
from building import QUOTA, cluster, every, objects, of, one, told

ROLE = "arn:aws:iam::123456789012:role/vision"
CLIENT = "7d2b1c1e-5c0e-4f0b-9a53-1f6f0c9a2b11"
HOME = "0d2b1c1e-5c0e-4f0b-9a53-1f6f0c9a2b22"
GOOGLE = "vision@example-prod.iam.gserviceaccount.com"
EVERY_CLOUD = f"""
serviceAccounts: [{{name: trainer}}]
identity:
  aws: {{roleArn: "{ROLE}"}}
  gcp: {{serviceAccount: {GOOGLE}}}
  azure: {{clientId: {CLIENT}, tenantId: {HOME}, identityName: vision, tokenExpirationSeconds: 7200}}
"""
POD_IDENTITY = EVERY_CLOUD.replace(f'"{ROLE}"', f'"{ROLE}", via: pod-identity')
LABELS = {"app.kubernetes.io/managed-by": "tenantry", "tenantry.dev/tenant": "vision"}

EKS = "{provider: aws, region: eu-central-1, clusterName: prod-eu-7}"
GKE = "{provider: gcp, project: example-prod}"
AKS = "{provider: azure, issuer: https://oidc.example.com/tenant/}"


def annotations(found, name="trainer"):
    return one(found, "ServiceAccount", name)["metadata"].get("annotations", {})


def objects_of_controllers(found):
    return [
        body
        for body in found
        if body["kind"] in {"IAMPolicyMember", "PodIdentityAssociation", "FederatedIdentityCredential"}
    ]


def test_irsa_is_an_annotation_and_no_object():
    found = of(EVERY_CLOUD, cluster(cloud=EKS, addons="[ack-eks, crossplane-aws]"))
    assert annotations(found) == {"eks.amazonaws.com/role-arn": ROLE}
    assert objects_of_controllers(found) == []


def test_ack_gets_an_association_and_the_account_no_annotation():
    found = of(POD_IDENTITY, cluster(cloud=EKS, addons="[ack-eks]"))
    assert annotations(found) == {}
    assert objects_of_controllers(found) == [
        {
            "apiVersion": "eks.services.k8s.aws/v1alpha1",
            "kind": "PodIdentityAssociation",
            "metadata": {"name": "trainer", "namespace": "vision", "labels": LABELS},
            "spec": {
                "clusterName": "prod-eu-7",
                "namespace": "vision",
                "serviceAccount": "trainer",
                "roleARN": ROLE,
            },
        }
    ]


def test_crossplane_gets_an_association_of_the_whole_cluster():
    found = of(POD_IDENTITY, cluster(cloud=EKS, addons="[crossplane-aws]"))
    assert objects_of_controllers(found) == [
        {
            "apiVersion": "eks.aws.upbound.io/v1beta1",
            "kind": "PodIdentityAssociation",
            "metadata": {"name": "vision.trainer", "labels": LABELS},
            "spec": {
                "forProvider": {
                    "clusterName": "prod-eu-7",
                    "namespace": "vision",
                    "region": "eu-central-1",
                    "roleArn": ROLE,
                    "serviceAccount": "trainer",
                },
            },
        }
    ]


def test_two_tenants_never_share_a_name_in_the_whole_cluster():
    # team + b-c and team-b + c: joined by a dash, the second would take the first one's role.
    def spec(account):
        return POD_IDENTITY.replace("trainer", account) + QUOTA

    found = objects({"team": spec("b-c"), "team-b": spec("c")}, cluster(cloud=EKS, addons="[crossplane-aws]"))
    assert [body["metadata"]["name"] for body in objects_of_controllers(found)] == ["team-b.c", "team.b-c"]


def test_where_there_are_both_ack_has_precedence():
    found = of(POD_IDENTITY, cluster(cloud=EKS, addons="[crossplane-aws, ack-eks]"))
    assert [body["apiVersion"] for body in objects_of_controllers(found)] == ["eks.services.k8s.aws/v1alpha1"]


def test_a_cluster_is_called_at_its_cloud_as_it_is_called_here_unless_the_file_says_otherwise():
    found = of(POD_IDENTITY, cluster(cloud="{provider: aws}", addons="[ack-eks]"))
    assert one(found, "PodIdentityAssociation")["spec"]["clusterName"] == "prod"


def test_a_google_identity_is_an_annotation():
    found = of(EVERY_CLOUD, cluster(cloud=GKE))
    assert annotations(found) == {"iam.gke.io/gcp-service-account": GOOGLE}
    assert objects_of_controllers(found) == []


def test_config_connector_lets_this_account_alone_act_as_the_google_one():
    found = of(EVERY_CLOUD, cluster(cloud="{provider: gcp, project: example-clusters}", addons="[config-connector]"))
    assert annotations(found) == {"iam.gke.io/gcp-service-account": GOOGLE}
    assert objects_of_controllers(found) == [
        {
            "apiVersion": "iam.cnrm.cloud.google.com/v1beta1",
            "kind": "IAMPolicyMember",
            "metadata": {"name": "trainer-workload-identity", "namespace": "vision", "labels": LABELS},
            "spec": {
                "member": "serviceAccount:example-clusters.svc.id.goog[vision/trainer]",
                "role": "roles/iam.workloadIdentityUser",
                "resourceRef": {
                    "apiVersion": "iam.cnrm.cloud.google.com/v1beta1",
                    "kind": "IAMServiceAccount",
                    "external": f"projects/example-prod/serviceAccounts/{GOOGLE}",
                },
            },
        }
    ]


def test_an_azure_identity_is_annotated_with_what_the_file_says():
    found = of(EVERY_CLOUD, cluster(cloud=AKS))
    assert annotations(found) == {
        "azure.workload.identity/client-id": CLIENT,
        "azure.workload.identity/service-account-token-expiration": "7200",
        "azure.workload.identity/tenant-id": HOME,
    }
    assert objects_of_controllers(found) == []


def test_the_azure_service_operator_gets_a_credential_for_this_account_alone():
    found = of(EVERY_CLOUD, cluster(cloud=AKS, addons="[azure-service-operator]"))
    assert objects_of_controllers(found) == [
        {
            "apiVersion": "managedidentity.azure.com/v1api20230131",
            "kind": "FederatedIdentityCredential",
            "metadata": {"name": "trainer", "namespace": "vision", "labels": LABELS},
            "spec": {
                "owner": {"name": "vision"},
                "audiences": ["api://AzureADTokenExchange"],
                "issuer": "https://oidc.example.com/tenant/",
                "subject": "system:serviceaccount:vision:trainer",
            },
        }
    ]


def test_without_the_name_of_an_identity_the_operator_gets_nothing():
    spec = EVERY_CLOUD.replace("identityName: vision, ", "")
    assert objects_of_controllers(of(spec, cluster(cloud=AKS, addons="[azure-service-operator]"))) == []


@pytest.mark.parametrize(
    ("own", "cloud"),
    [
        (f'aws: {{roleArn: "{ROLE}", via: pod-identity}}', GKE),
        (f'aws: {{roleArn: "{ROLE}", via: pod-identity}}', AKS),
        (f"gcp: {{serviceAccount: {GOOGLE}}}", EKS),
        (f"gcp: {{serviceAccount: {GOOGLE}}}", AKS),
        (f"azure: {{clientId: {CLIENT}, identityName: vision}}", EKS),
        (f"azure: {{clientId: {CLIENT}, identityName: vision}}", GKE),
        (f"azure: {{clientId: {CLIENT}, identityName: vision}}", None),
    ],
)
def test_nothing_is_made_where_the_clusters_cloud_is_another(own, cloud):
    addons = "[ack-eks, crossplane-aws, config-connector, azure-service-operator]"
    platform = cluster(addons=addons, cloud=cloud) if cloud else cluster(addons=addons)
    found = of(f"serviceAccounts: [{{name: trainer}}]\nidentity: {{{own}}}", platform)
    assert annotations(found) == {}
    assert objects_of_controllers(found) == []


def test_each_cluster_uses_the_identity_of_its_own_cloud():
    platform = f"""
clusters:
  - {{name: a, version: "1.34", cloud: {EKS}}}
  - {{name: b, version: "1.34", cloud: {GKE}}}
defaults: {{clusters: [a, b]}}
"""
    found = of(EVERY_CLOUD, platform)
    assert [body["metadata"]["annotations"] for body in every(found, "ServiceAccount", "trainer")] == [
        {"eks.amazonaws.com/role-arn": ROLE},
        {"iam.gke.io/gcp-service-account": GOOGLE},
    ]


def test_an_account_in_two_namespaces_is_two_identities():
    spec = f"{POD_IDENTITY}\nnamespaces: [{{name: a}}, {{name: b, quota: {{pods: 1}}}}]"
    found = of(spec, cluster(cloud=EKS, addons="[ack-eks]"))
    assert [(b["metadata"]["namespace"], b["spec"]["namespace"]) for b in objects_of_controllers(found)] == [
        ("vision-a", "vision-a"),
        ("vision-b", "vision-b"),
    ]


@pytest.mark.parametrize(
    ("platform", "field", "message"),
    [
        (
            cluster(cloud=EKS),
            "aws.via",
            "'pod-identity' needs ACK or Crossplane, and cluster prod has neither; write irsa, or name ack-eks or crossplane-aws in the cluster's addons",
        ),
        (
            cluster(cloud="{provider: aws}", addons="[crossplane-aws]"),
            "aws.via",
            "Crossplane's object names a region, and cluster prod has none; add cloud.region",
        ),
        (
            cluster(cloud="{provider: gcp}", addons="[config-connector]"),
            "gcp",
            "Config Connector's binding names the cluster's workload identity pool, and cluster prod has none; add cloud.project",
        ),
        (
            cluster(cloud="{provider: azure}", addons="[azure-service-operator]"),
            "azure.identityName",
            "a federated credential names an OIDC issuer, and cluster prod has none; add cloud.issuer",
        ),
    ],
)
def test_an_identity_that_the_cluster_cannot_give_is_told(platform, field, message):
    first, *_ = told({"vision": f"{QUOTA}\n{POD_IDENTITY}"}, platform)
    assert first == f"tenants/vision.yaml: spec.identity.{field}: {message}"


def test_an_identity_without_an_account_is_told():
    [problem] = told({"vision": f'{QUOTA}\nserviceAccounts: []\nidentity: {{aws: {{roleArn: "{ROLE}"}}}}'})
    assert problem.endswith(
        "an identity belongs to service accounts, and the list of them is empty; list one, or drop the list"
    )


def test_an_identity_alone_makes_an_account_to_have_it():
    found = of(f'identity: {{aws: {{roleArn: "{ROLE}"}}}}', cluster(cloud=EKS))
    assert annotations(found, "workload") == {"eks.amazonaws.com/role-arn": ROLE}
    assert [body["metadata"]["name"] for body in every(found, "ServiceAccount")] == ["default", "workload"]
