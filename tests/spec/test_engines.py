"""What a cluster's engine is told: only what it knows, and what it can read."""

import pytest
from tenancy import platform_document, told

from generator.spec import platform
from generator.validation import validity

URL = "repository: {url: https://git.example.com/tenants.git%s}\n"


def wrong(sync, repository=""):
    document = platform_document(f'{repository}clusters: [{{name: prod, version: "1.34", sync: {sync}}}]')
    made = platform.from_document(document)
    return [one.partition("#")[2] for one in told(platform.check(made, document, validity.known_versions()))]


def sync_of(text):
    return (
        platform.from_document(platform_document(f'clusters: [{{name: prod, version: "1.34", sync: {text}}}]'))
        .clusters["prod"]
        .sync
    )


def test_a_name_is_enough():
    named, written = sync_of("argocd"), sync_of("{engine: argocd}")
    assert named == written
    assert (named.engine, named.prunes, named.applications, named.server) == ("argocd", True, "shards", None)


@pytest.mark.parametrize("engine", ["flux", "argocd"])
def test_what_both_know_is_for_both(engine):
    assert wrong(f"{{engine: {engine}, tenantsPerShard: 20, interval: 10m, pruning: paused}}") == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("applications", "tenants"),
        ("namespace", "argo"),
        ("server", "https://prod.example.com"),
        ("serviceAccount", "ops/applier"),
        ("signingKeys", "[4AEE18F83AFDEB23]"),
    ],
)
def test_an_option_of_argo_cd_is_nothing_to_flux(option, value):
    assert wrong(f'{{engine: flux, {option}: "{value}"}}'.replace('"[', "[").replace(']"', "]")) == [
        f"spec/clusters/prod/sync/{option}: {option!r} is for Argo CD, and prod is synced by Flux; drop it"
    ]


def test_an_option_of_flux_is_nothing_to_argo_cd():
    assert wrong("{engine: argocd, decryption: {secret: age}}") == [
        "spec/clusters/prod/sync/decryption: 'decryption' is for Flux, and prod is synced by Argo CD; drop it"
    ]


def test_argo_cd_reads_git():
    assert wrong("argocd", "repository: {oci: {url: 'oci://registry.example.com/tenants'}}\n") == [
        "spec/repository/oci: prod is synced by Argo CD, which reads git here; write url, or have Flux sync it"
    ]
    assert wrong("flux", "repository: {oci: {url: 'oci://registry.example.com/tenants'}}\n") == []


def test_signatures_that_are_asked_for_are_checked_by_every_engine():
    signed = URL % ", verify: {secret: authors}"
    assert wrong("argocd", signed) == [
        (
            "spec/clusters/prod/sync: signatures are asked for, and Argo CD, which syncs prod, is told none of the keys; "
            "name their ids: sync: {engine: argocd, signingKeys: [...]}"
        )
    ]
    assert wrong("{engine: argocd, signingKeys: [4AEE18F83AFDEB23]}", signed) == []
    assert wrong("flux", signed) == []
