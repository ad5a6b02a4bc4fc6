import pytest
from building import cluster, every, of, one, told

AWS = '{aws: {roleArn: "arn:aws:iam::123456789012:role/vision"}}'
EKS = cluster(cloud="{provider: aws}")


def account(found, name, namespace="vision"):
    return one(found, "ServiceAccount", name, namespace)


def annotations(found, name="trainer"):
    return account(found, name)["metadata"].get("annotations", {})


def test_default_never_gets_a_token():
    assert account(of(""), "default") == {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {
            "name": "default",
            "namespace": "vision",
            "labels": {"app.kubernetes.io/managed-by": "tenantry", "tenantry.dev/tenant": "vision"},
        },
        "automountServiceAccountToken": False,
    }


def test_default_is_disarmed_in_every_namespace():
    found = of(
        "namespaces: [{name: a}, {name: b, quota: {pods: 1}}]\nserviceAccounts: [{name: x1, automountToken: true}]"
    )
    assert [
        (body["metadata"]["namespace"], body["automountServiceAccountToken"])
        for body in every(found, "ServiceAccount", "default")
    ] == [("vision-a", False), ("vision-b", False)]


def test_default_cannot_be_listed():
    assert told({"vision": "quota: {hard: {pods: 1}}\nserviceAccounts: [{name: default, role: admin}]"}) == [
        "tenants/vision.yaml: spec.serviceAccounts.default.name: 'default' never gets a role, a token or an identity here; give the workload an account of its own"
    ]


def test_default_has_no_identity_even_where_the_tenant_has_one():
    found = of(f"serviceAccounts: [{{name: trainer}}]\nidentity: {AWS}", EKS)
    assert annotations(found, "default") == {}
    assert annotations(found) == {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/vision"}


def test_an_account_gets_no_token_unless_it_asks():
    found = of("serviceAccounts: [{name: trainer}, {name: robot, automountToken: true}]")
    assert account(found, "trainer")["automountServiceAccountToken"] is False
    assert account(found, "robot")["automountServiceAccountToken"] is True


def test_an_account_lives_in_all_namespaces_or_in_those_it_names():
    spec = "namespaces: [{name: a}, {name: b, quota: {pods: 1}}]\nserviceAccounts: [{name: everywhere}, {name: here, namespaces: [b]}]"
    found = of(spec)
    where = [(body["metadata"]["name"], body["metadata"]["namespace"]) for body in every(found, "ServiceAccount")]
    assert sorted(where) == [
        ("default", "vision-a"),
        ("default", "vision-b"),
        ("everywhere", "vision-a"),
        ("everywhere", "vision-b"),
        ("here", "vision-b"),
    ]


def test_pull_secrets_are_named_and_nothing_else_of_them():
    found = of("serviceAccounts: [{name: trainer, imagePullSecrets: [registry, mirror]}]")
    assert account(found, "trainer")["imagePullSecrets"] == [{"name": "registry"}, {"name": "mirror"}]
    assert every(found, "Secret") == []


def test_no_account_lists_secrets():
    found = of("serviceAccounts: [{name: trainer, automountToken: true}]")
    assert [body for body in every(found, "ServiceAccount") if "secrets" in body] == []


@pytest.mark.parametrize("lifecycle", ["active", "frozen", "offboarding"])
def test_accounts_stay_whatever_becomes_of_the_tenant(lifecycle):
    found = of(f"serviceAccounts: [{{name: trainer}}]\nlifecycle: {lifecycle}")
    assert account(found, "trainer")["automountServiceAccountToken"] is False


def test_an_accounts_own_identity_replaces_the_tenants_as_a_whole():
    own = "{gcp: {serviceAccount: vision@example-prod.iam.gserviceaccount.com}}"
    found = of(f"serviceAccounts: [{{name: trainer, identity: {own}}}, {{name: other}}]\nidentity: {AWS}", EKS)
    assert annotations(found) == {}
    assert annotations(found, "other") == {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/vision"}
