"""References to secrets: an ExternalSecret and its store, or a SealedSecret, complete and within their namespace."""

import base64

import pytest
from building import cluster, every, objects, of, one, told

SEALED = base64.b64encode((512).to_bytes(2, "big") + bytes(512 + 30)).decode()
LABELS = {"app.kubernetes.io/managed-by": "tenantry", "tenantry.dev/tenant": "vision"}
ROLE = "arn:aws:iam::123456789012:role/vision-secrets"
AWS = cluster(
    addons="[external-secrets]",
    cloud="{provider: aws}",
    secretStore="{aws: {region: eu-central-1}, keyPrefix: 'tenants/{tenant}/'}",
)
VAULT = cluster(
    addons="[external-secrets]",
    secretStore="{vault: {server: 'https://vault.example.com', path: tenants, role: 'tenant-{tenant}'}}",
)
READER = f'serviceAccounts: [{{name: reader, identity: {{aws: {{roleArn: "{ROLE}"}}}}}}]\n'
WANDB = "secrets: [{name: wandb, type: custom, external: {data: {b: two, a: {key: one, property: token}}}}]\n"


def test_an_external_secret_has_every_default_that_its_api_server_would_fill_in():
    found = of(READER + WANDB, AWS)
    assert one(found, "ExternalSecret") == {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": "wandb", "namespace": "vision", "labels": LABELS},
        "spec": {
            "refreshInterval": "1h0m0s",
            "secretStoreRef": {"kind": "SecretStore", "name": "reader"},
            "target": {
                "creationPolicy": "Owner",
                "deletionPolicy": "Retain",
                "name": "wandb",
                "template": {
                    "engineVersion": "v2",
                    "mergePolicy": "Replace",
                    "metadata": {"labels": LABELS},
                    "type": "custom",
                },
            },
            "data": [
                {"remoteRef": {"key": "tenants/vision/one", "property": "token"}, "secretKey": "a"},
                {"remoteRef": {"key": "tenants/vision/two"}, "secretKey": "b"},
            ],
        },
    }


def test_a_store_is_read_as_an_account_of_its_own_namespace():
    spec = READER + WANDB + "namespaces: [{name: train, quota: {pods: 5}}, {name: serve, quota: {pods: 5}}]"
    stores = every(of(spec, AWS), "SecretStore")
    assert [store["metadata"]["namespace"] for store in stores] == ["vision-serve", "vision-train"]
    assert {repr(store["spec"]) for store in stores} == {
        repr(
            {
                "provider": {
                    "aws": {
                        "auth": {"jwt": {"serviceAccountRef": {"name": "reader"}}},
                        "region": "eu-central-1",
                        "service": "SecretsManager",
                        "sessionTagsPolicy": "None",
                    }
                }
            }
        )
    }


@pytest.mark.parametrize(
    ("cloud", "store", "identity", "provider"),
    [
        (
            "{provider: gcp, project: example-prod}",
            "{gcp: {project: example-prod}}",
            "gcp: {serviceAccount: vision@example-prod.iam.gserviceaccount.com}",
            {
                "gcpsm": {
                    "auth": {"workloadIdentity": {"serviceAccountRef": {"name": "reader"}}},
                    "projectID": "example-prod",
                    "secretVersionSelectionPolicy": "LatestOrFail",
                }
            },
        ),
        (
            "{provider: azure}",
            "{azure: {vaultUrl: 'https://example.vault.azure.net'}}",
            "azure: {clientId: 7d2b1c1e-5c0e-4f0b-9a53-1f6f0c9a2b11}",
            {
                "azurekv": {
                    "authType": "WorkloadIdentity",
                    "environmentType": "PublicCloud",
                    "useAzureSDK": False,
                    "serviceAccountRef": {"name": "reader"},
                    "vaultUrl": "https://example.vault.azure.net",
                }
            },
        ),
    ],
)
def test_each_cloud_has_its_own_store(cloud, store, identity, provider):
    platform = cluster(addons="[external-secrets]", cloud=cloud, secretStore=store)
    spec = f"serviceAccounts: [{{name: reader, identity: {{{identity}}}}}]\n"
    found = of(spec + "secrets: [{name: wandb, external: {extract: wandb}}]", platform)
    assert one(found, "SecretStore")["spec"] == {"provider": provider}
    taken = one(found, "ExternalSecret")["spec"]["dataFrom"]
    assert taken == [{"extract": {"key": "vision--wandb"}}]


def test_vault_knows_an_account_by_its_name():
    found = of("serviceAccounts: [{name: reader}]\n" + WANDB, VAULT)
    login = {"mountPath": "kubernetes", "role": "tenant-vision", "serviceAccountRef": {"name": "reader"}}
    assert one(found, "SecretStore")["spec"]["provider"]["vault"] == {
        "auth": {"kubernetes": login},
        "path": "tenants",
        "server": "https://vault.example.com",
        "version": "v2",
    }


def test_a_sealed_secret_keeps_its_strict_scope():
    found = of(f"secrets: [{{name: wandb, sealed: {{k: {SEALED}}}}}]", cluster(addons="[sealed-secrets]"))
    metadata = {"name": "wandb", "namespace": "vision", "labels": LABELS}
    assert one(found, "SealedSecret") == {
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": metadata,
        "spec": {"encryptedData": {"k": SEALED}, "template": {"metadata": metadata}},
    }


def wrong(spec, platform):
    found = told({"vision": f"quota: {{hard: {{pods: 10}}}}\n{spec}"}, platform)
    return [one.partition("spec.secrets.wandb.")[2] for one in found]


def test_what_a_cluster_cannot_bring_about_is_told():
    assert wrong(READER + WANDB, cluster(cloud="{provider: aws}")) == [
        (
            "external: values in a vault need external-secrets, which is not among the addons of cluster prod; add it "
            "there if it is installed, or keep the value elsewhere"
        )
    ]
    assert wrong(READER + WANDB, cluster(addons="[external-secrets]")) == [
        "external: nobody says where the secrets of cluster prod lie; add its secretStore to the platform file"
    ]
    assert wrong(f"secrets: [{{name: wandb, sealed: {{k: {SEALED}}}}}]", cluster()) == [
        (
            "sealed: sealed values need sealed-secrets, which is not among the addons of cluster prod; add it there if it "
            "is installed, or keep the value elsewhere"
        )
    ]


def test_there_is_one_account_that_can_fetch_it():
    none = "serviceAccounts: [{name: reader}]\n" + WANDB
    message = (
        "external: no service account on prod can prove to the cloud who it is; give one an identity of aws (on AWS "
        "via irsa, for pod-identity is for pods)"
    )
    assert wrong(none, AWS) == [message]
    pods = READER.replace(f'"{ROLE}"', f'"{ROLE}", via: pod-identity')
    assert wrong(pods + WANDB, AWS.replace("addons: [", "addons: [ack-eks, ")) == [message]
    two = "serviceAccounts: [{name: a}, {name: b}]\n" + WANDB
    assert wrong(two, VAULT) == ["external: several accounts could fetch it on prod; name one: external.account: a, b"]
    named = two.replace("external: {", "external: {account: b, ")
    assert one(of(named, VAULT), "SecretStore")["metadata"]["name"] == "b"
    assert wrong(WANDB, VAULT) == [
        "external: no service account of the tenant lives on prod to fetch it; list one under serviceAccounts"
    ]


def test_a_key_is_one_that_the_store_can_have():
    platform = cluster(
        addons="[external-secrets]", cloud="{provider: gcp, project: p}", secretStore="{gcp: {project: p}}"
    )
    spec = (
        "serviceAccounts: [{name: r, identity: {gcp: {serviceAccount: vision@example-prod.iam.gserviceaccount.com}}}]\n"
    )
    assert wrong(spec + "secrets: [{name: wandb, external: {data: {k: a/b}}}]", platform) == [
        "external: 'a/b' has a slash, which names of secrets in gcp do not; write a dash"
    ]


def test_no_key_leads_out_of_the_tenants_folder():
    for key in ("../nlp/wandb", "/wandb", "a/../../b", "a/./b", ".."):
        assert len(told({"vision": f"secrets: [{{name: w, external: {{data: {{k: {key}}}}}}}]"}, VAULT)) == 1


def test_secrets_and_stores_come_in_one_order():
    spec = "serviceAccounts: [{name: reader}]\n" + WANDB
    again = "serviceAccounts: [{name: reader}]\n" + WANDB.replace(
        "{b: two, a: {key: one, property: token}}", "{a: {property: token, key: one}, b: two}"
    )
    assert objects({"vision": f"quota: {{hard: {{pods: 1}}}}\n{spec}"}, VAULT) == objects(
        {"vision": f"quota: {{hard: {{pods: 1}}}}\n{again}"}, VAULT
    )
