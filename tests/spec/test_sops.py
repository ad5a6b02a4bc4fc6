"""A file that SOPS has encrypted is passed on only if nobody can read a value of it, and it is whose it seems."""

from pathlib import Path
from textwrap import dedent

import pytest
from repositories import PLATFORM, files, repository, told, write
from tenancy import told as told_of

from generator.emit import Ownership, ownership
from generator.pipeline import Options, render
from generator.spec import sops

#: What sops 3 made of a Secret, for a key that nobody has any more.
ENCRYPTED = (Path(__file__).parent.parent / "samples" / "secret.sops.yaml").read_bytes()
FLUX = PLATFORM.replace("{name: eu,", "{name: eu, sync: flux,").replace("{name: us,", "{name: us, sync: argocd,")
USE = "{tier: small, secrets: [{name: database, sops: database.yaml}]}"
OUTPUT = "rendered/eu/tenants/vision/46-sops-database.yaml"


def wrong(text):
    file, problems = sops.read(text, "tenants/secrets/vision/database.yaml")
    assert (file is None) == bool(problems)
    return told_of(problems)


def test_an_encrypted_secret_is_sound():
    assert wrong(ENCRYPTED) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"kind: Secret", b"kind: ConfigMap", "this is not a v1 Secret with its kind in clear text; encrypt with enc"),
        (b"    mac: ", b"    mac_: ", "SOPS has not encrypted this file; run: sops encrypt --in-place, and revoke wha"),
        (b"sops:", b"spos:", "SOPS has not encrypted this file; run: sops encrypt --in-place, and revoke what it hol"),
        (b"stringData:", b"stringdata:", "there is no value in this Secret; put some under stringData, and encryp"),
    ],
)
def test_what_is_not_sound_is_told(old, new, message):
    assert old in ENCRYPTED
    assert [one.partition(": ")[2][: len(message)] for one in wrong(ENCRYPTED.replace(old, new))] == [message]


def test_a_value_that_is_not_encrypted_is_told_and_not_repeated():
    told_here = wrong(ENCRYPTED.replace(b"stringData:\n", b"stringData:\n    extra: hunter2\n"))
    assert told_here == [
        (
            "tenants/secrets/vision/database.yaml#stringData/extra: this value is not encrypted, and everybody who reads "
            "the repository has it now; revoke it"
        )
    ]


def test_a_code_that_covers_values_only_is_refused_since_the_file_could_be_moved():
    text = ENCRYPTED.replace(b"    mac: ", b"    mac_only_encrypted: true\n    mac: ")
    assert wrong(text) == [
        (
            "tenants/secrets/vision/database.yaml#sops/mac_only_encrypted: the file's code must cover its name and "
            "namespace too, or it could be moved; leave this out"
        )
    ]


def prepared(root, spec=USE, text=ENCRYPTED):
    repository(root, vision=spec, platform=FLUX)
    write(root, "tenants/secrets/vision/database.yaml", text)
    return root


def test_a_file_is_passed_on_byte_for_byte_and_known_as_ours(tmp_path):
    root = prepared(tmp_path)
    assert told(render(root, Options())) == []
    assert files(root)[OUTPUT] == ENCRYPTED
    assert ownership(ENCRYPTED) is Ownership.OURS
    assert render(root, Options()).changes == []


def test_a_new_text_replaces_the_old_one_and_a_dropped_reference_deletes_it(tmp_path):
    root = prepared(tmp_path)
    render(root, Options())
    changed = ENCRYPTED.replace(b"lastmodified: ", b"lastmodified:  ")
    write(root, "tenants/secrets/vision/database.yaml", changed)
    assert [change.path for change in render(root, Options()).changes] == [OUTPUT]
    assert files(root)[OUTPUT] == changed
    repository(root, vision="{tier: small}", platform=FLUX)
    assert render(root, Options()).deleted == [OUTPUT]


def test_a_file_that_stands_in_the_place_and_is_not_ours_stays(tmp_path):
    root = prepared(tmp_path)
    write(root, OUTPUT, "apiVersion: v1\nkind: Secret\nmetadata: {name: mine}\n")
    assert told(render(root, Options())) == [
        f"{OUTPUT}: tenantry has to write here, and the file is not one of its own; move the file away and render again"
    ]


def test_an_unencrypted_file_stops_the_run_though_nobody_refers_to_it(tmp_path):
    plain = dedent("""\
        apiVersion: v1
        kind: Secret
        metadata: {name: database}
        stringData: {password: hunter2}
    """)
    outcome = render(prepared(tmp_path, "{tier: small}", plain), Options())
    assert told(outcome) == [
        (
            "tenants/secrets/vision/database.yaml: SOPS has not encrypted this file; run: sops encrypt --in-place, and "
            "revoke what it holds"
        )
    ]
    assert files(tmp_path) == {}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            "{tier: small, secrets: [{name: database, sops: databse.yaml}]}",
            (
                "tenants/secrets/vision/databse.yaml is not there, or not sound; did you mean "
                "'tenants/secrets/vision/database.yaml'?"
            ),
        ),
        (
            "{tier: small, secrets: [{name: db, sops: database.yaml}]}",
            "tenants/secrets/vision/database.yaml is a Secret called 'database', and not 'db'; write its name",
        ),
        (
            "{tier: small, namespaces: [{name: train}], secrets: [{name: database, sops: database.yaml}]}",
            "tenants/secrets/vision/database.yaml is for namespace 'vision'; the tenant's are vision-train",
        ),
        (
            "{tier: small, clusters: [us], secrets: [{name: database, sops: database.yaml}]}",
            "Argo CD, which syncs cluster us, does not decrypt what SOPS has encrypted; write external or sealed",
        ),
    ],
)
def test_a_file_is_what_is_asked_for(tmp_path, spec, message):
    outcome = render(prepared(tmp_path, spec), Options())
    assert [one.partition("sops: ")[2] for one in told(outcome)] == [message]


def test_a_file_says_whose_it_is(tmp_path):
    other = ENCRYPTED.replace(b"tenantry.dev/tenant: vision", b"tenantry.dev/tenant: nlp")
    outcome = render(prepared(tmp_path, text=other), Options())
    assert [one.partition("sops: ")[2] for one in told(outcome)] == [
        (
            "tenants/secrets/vision/database.yaml does not say in clear text whose it is; give it the label "
            "tenantry.dev/tenant: vision, and encrypt it anew"
        )
    ]


def test_flux_is_told_a_key_where_it_is_told_where_to_read(tmp_path):
    where = "\nspec:\n  repository: {url: https://git.example.com/tenants.git}"
    root = prepared(tmp_path)
    write(root, "tenants/platform.yaml", FLUX.replace("\nspec:", where))
    assert [one.partition("sops: ")[2] for one in told(render(root, Options()))] == [
        (
            "nobody tells Flux the key that opens this on eu; name its Secret in the platform file: sync: {engine: flux, "
            "decryption: {secret: NAME}}"
        )
    ]
    keyed = FLUX.replace("sync: flux", "sync: {engine: flux, decryption: {secret: keys}}").replace("\nspec:", where)
    write(root, "tenants/platform.yaml", keyed.replace("sync: argocd", "sync: argocd"))
    assert told(render(root, Options())) == []
    assert OUTPUT.rpartition("/")[2] in files(root)["rendered/eu/sync/tenants/kustomization.yaml"].decode()
