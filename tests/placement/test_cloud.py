import pytest
from tenancy import platform_of, told, vision

from generator.placement import cloud

ARN = "arn:aws:iam::123456789012:role/vision"
CLIENT = "00000000-0000-4000-8000-000000000000"
GOOGLE = "vision@example-prod.iam.gserviceaccount.com"

AWS = f'aws: {{roleArn: "{ARN}"}}'
PODS = f'aws: {{roleArn: "{ARN}", via: pod-identity}}'
GCP = f"gcp: {{serviceAccount: {GOOGLE}}}"
AZURE = f"azure: {{clientId: {CLIENT}, identityName: vision}}"
EVERY = f"{AWS}, {GCP}, {AZURE}"


def cluster(provider=None, more="", addons=""):
    where = f", cloud: {{provider: {provider}{more}}}" if provider else ""
    return platform_of(f'clusters: [{{name: prod, version: "1.34", addons: [{addons}]{where}}}]').clusters["prod"]


def tenant(identity):
    return vision(f"serviceAccounts: [{{name: robot, identity: {{{identity}}}}}]")


def annotations(identity, *where):
    return dict(cloud.annotations(tenant(identity).service_accounts[0].identity, cluster(*where)))


@pytest.mark.parametrize(
    ("identity", "provider", "wanted"),
    [
        (EVERY, "aws", {"eks.amazonaws.com/role-arn": ARN}),
        (EVERY, "gcp", {"iam.gke.io/gcp-service-account": GOOGLE}),
        (EVERY, "azure", {"azure.workload.identity/client-id": CLIENT}),
        (EVERY, None, {}),
        (AWS, "gcp", {}),
        (PODS, "aws", {}),
        (
            f"azure: {{clientId: {CLIENT}, tenantId: {CLIENT}, tokenExpirationSeconds: 7200}}",
            "azure",
            {
                "azure.workload.identity/client-id": CLIENT,
                "azure.workload.identity/service-account-token-expiration": "7200",
                "azure.workload.identity/tenant-id": CLIENT,
            },
        ),
    ],
)
def test_a_cluster_annotates_accounts_with_the_identity_of_its_own_cloud(identity, provider, wanted):
    assert annotations(identity, provider) == wanted


def test_an_account_without_identity_has_no_annotation():
    (account,) = vision("serviceAccounts: [{name: robot}]").service_accounts
    assert cloud.used(account.identity, cluster("aws")) is None
    assert cloud.annotations(account.identity, cluster("aws")) == {}


NEITHER = (
    "'pod-identity' needs ACK or Crossplane, and cluster prod has neither; write irsa, or name ack-eks or "
    "crossplane-aws in the cluster's addons"
)
NO_REGION = "Crossplane's object names a region, and cluster prod has none; add cloud.region"
NO_PROJECT = "Config Connector's binding names the cluster's workload identity pool, and cluster prod has none; add cloud.project"
NO_ISSUER = "a federated credential names an OIDC issuer, and cluster prod has none; add cloud.issuer"


@pytest.mark.parametrize(
    ("identity", "where", "problem"),
    [
        (PODS, ("aws",), f"aws/via: {NEITHER}"),
        (PODS, ("aws", "", "config-connector"), f"aws/via: {NEITHER}"),
        (PODS, ("aws", "", "crossplane-aws"), f"aws/via: {NO_REGION}"),
        (GCP, ("gcp", "", "config-connector"), f"gcp: {NO_PROJECT}"),
        (AZURE, ("azure", "", "azure-service-operator"), f"azure/identityName: {NO_ISSUER}"),
    ],
)
def test_an_identity_that_a_cluster_cannot_give_is_told_with_what_it_lacks(identity, where, problem):
    assert told(cloud.check(tenant(identity), cluster(*where))) == [
        f"tenants/vision.yaml#spec/serviceAccounts/robot/identity/{problem}"
    ]


@pytest.mark.parametrize(
    ("identity", "where"),
    [
        (AWS, ("aws",)),
        (PODS, ("aws", "", "ack-eks")),
        (PODS, ("aws", "", "ack-eks, crossplane-aws")),
        (PODS, ("aws", ", region: eu-central-1", "crossplane-aws")),
        (PODS, ("gcp",)),
        (PODS, ()),
        (GCP, ("gcp",)),
        (GCP, ("gcp", ", project: example-prod", "config-connector")),
        (AZURE, ("azure",)),
        (AZURE, ("azure", ', issuer: "https://oidc.example.com/"', "azure-service-operator")),
        (f"azure: {{clientId: {CLIENT}}}", ("azure", "", "azure-service-operator")),
    ],
)
def test_an_identity_that_a_cluster_can_give_or_has_no_use_for_is_fine(identity, where):
    assert told(cloud.check(tenant(identity), cluster(*where))) == []


def test_the_tenants_identity_is_told_at_its_own_place_for_each_account_that_has_it():
    made = vision(f"identity: {{{PODS}}}\nserviceAccounts: [{{name: a}}, {{name: b, identity: {{{AWS}}}}}]")
    assert told(cloud.check(made, cluster("aws"))) == [f"tenants/vision.yaml#spec/identity/aws/via: {NEITHER}"]
