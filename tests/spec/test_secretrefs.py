"""What is wrong with a tenant's secrets, whatever the cluster."""

import base64

from tenancy import tenant_of, told, vision

from generator.spec import secretrefs, tenant

SEALED = base64.b64encode((512).to_bytes(2, "big") + bytes(512 + 30)).decode()
TWO = "namespaces: [{name: train}, {name: serve}]\n"


def wrong(spec):
    return told(tenant.check(vision(spec)))


def test_a_secret_is_taken_as_it_is_written():
    made = vision(
        "secrets: [{name: wandb, namespaces: [train], external: {account: a, data: {k: w, l: {key: x, property: p}}}}]\n"
        + TWO
    ).secrets[0]
    assert (made.name, made.namespaces, made.type, made.sealed, made.sops) == ("wandb", ("train",), None, None, None)
    assert made.external.account == "a"
    assert made.external.refresh == secretrefs.EVERY_HOUR
    assert made.external.data == {
        "k": secretrefs.RemoteKey("w", None, None),
        "l": secretrefs.RemoteKey("x", "p", None),
    }


def test_a_namespace_has_one_secret_of_a_name():
    spec = "secrets: [{name: a, external: {data: {k: v}}}, {name: a, namespaces: [serve], external: {data: {k: v}}}]\n"
    assert wrong(spec + TWO) == [
        (
            "tenants/vision.yaml#spec/secrets/a/name: 'a' is the name of an earlier secret too; a namespace has one Secret "
            "of a name"
        )
    ]
    apart = spec.replace("{name: a, external", "{name: a, namespaces: [train], external", 1)
    assert wrong(apart + TWO) == []


def test_a_secret_is_in_the_tenants_namespaces():
    assert wrong("secrets: [{name: a, namespaces: [dev], external: {data: {k: v}}}]\n" + TWO) == [
        (
            "tenants/vision.yaml#spec/secrets/a/namespaces: 'dev' is not a namespace of this tenant; use one of 'serve', "
            "'train'"
        )
    ]


def test_the_account_is_one_of_the_tenant():
    assert wrong(
        "secrets: [{name: a, external: {account: reder, data: {k: v}}}]\nserviceAccounts: [{name: reader}]"
    ) == [
        (
            "tenants/vision.yaml#spec/secrets/a/external/account: 'reder' is not a service account of this tenant; did you "
            "mean 'reader'?"
        )
    ]


def test_a_sealed_value_is_for_one_namespace():
    assert wrong(f"secrets: [{{name: a, sealed: {{k: {SEALED}}}}}]\n") == []
    assert wrong(f"secrets: [{{name: a, sealed: {{k: {SEALED}}}}}]\n{TWO}") == [
        (
            "tenants/vision.yaml#spec/secrets/a/namespaces: a sealed value opens in one namespace only, and a is for 2; "
            "seal it for each, as an item of its own that names its one namespace"
        )
    ]


def test_a_value_that_nobody_has_sealed_is_refused_and_not_repeated():
    for value in ("hunter2", base64.b64encode(b"hunter2").decode(), SEALED[:600]):
        told_of = wrong(f"secrets: [{{name: a, sealed: {{k: {value}}}}}]")
        assert told_of == [
            (
                "tenants/vision.yaml#spec/secrets/a/sealed/k: this is not what kubeseal prints, and may be the value "
                "itself; write kubeseal --raw's output"
            )
        ]


def test_values_for_templates_are_no_secrets():
    assert wrong("extras: {db: {password: hunter2}}") == [
        (
            "tenants/vision.yaml#spec/extras/db/password: a value under 'password' is taken for a secret, and everybody "
            "who reads the repository has it; replace it where it is used, and refer to the new one: spec.secrets"
        )
    ]


def test_a_prefix_names_the_tenant():
    place = tenant_of().origin
    aws = secretrefs.store({"aws": {"region": "x"}}, place)
    assert (aws.field, aws.prefix("vision"), aws.has_folders) == ("aws", "vision/", True)
    gcp = secretrefs.store({"gcp": {"project": "x"}}, place)
    assert (gcp.field, gcp.prefix("vision"), gcp.has_folders) == ("gcpsm", "vision--", False)
    own = secretrefs.store({"vault": {"server": "x", "path": "y"}, "keyPrefix": "t/{tenant}/s/"}, place)
    assert own.prefix("vision") == "t/vision/s/"
    assert secretrefs.store(None, place) is None
