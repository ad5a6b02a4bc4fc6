"""What is removed is deleted by what applied it, and what stays is not."""

import pytest
from repositories import GOING, PLATFORM, rendering, repository, tenant, told, write

from generator.pipeline import Options, render

SYNCED = PLATFORM.replace('version: "1.34", addons', 'version: "1.34", sync: %s, addons').replace(
    "spec:\n", "spec:\n  repository: {url: https://git.example.com/tenants.git}\n"
)
#: What applies the tenants of a cluster that is called eu, where one shard holds all.
SHARDS = {"flux": "tenants", "argocd": "eu-tenants"}
ENGINES = sorted(SHARDS)


def platform(engine, most):
    return SYNCED % f"{{engine: {engine}, tenantsPerShard: {most}}}"


def refused(root):
    outcome = render(root, Options())
    assert outcome.errors
    return told(outcome)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_tenant_cannot_be_removed_together_with_the_shard_that_applied_it(tmp_path, engine):
    repository(tmp_path, "nlp", "audit", going=GOING, platform=platform(engine, 9))
    rendering(tmp_path)
    (tmp_path / "tenants/going.yaml").unlink()
    write(tmp_path, "tenants/platform.yaml", platform(engine, 1))
    (line,) = refused(tmp_path)
    shard = SHARDS[engine]
    assert line.startswith(f"tenants/going.yaml: going goes from eu together with '{shard}', which applied it there")
    write(tmp_path, "tenants/platform.yaml", platform(engine, 9))
    rendering(tmp_path)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_shard_that_goes_because_all_its_tenants_do_takes_them_with_it(tmp_path, engine):
    repository(tmp_path, "nlp", "audit", "audio", going=GOING, platform=platform(engine, 1))
    rendering(tmp_path)
    (tmp_path / "tenants/going.yaml").unlink()
    rendering(tmp_path)


def test_what_is_offboarding_passes_to_nobody(tmp_path):
    repository(tmp_path, "nlp", visn=GOING)
    rendering(tmp_path)
    (tmp_path / "tenants/visn.yaml").unlink()
    kept = "{tier: small, namespaces: [{name: main, fullName: visn}]}"
    write(tmp_path, "tenants/vision.yaml", tenant("vision", kept))
    assert refused(tmp_path) == [
        (
            "tenants/visn.yaml: namespace visn (eu) would pass to vision, and is 'offboarding' in rendered/, so that nothing "
            "keeps what applied it for visn from deleting it; make it active in a change before"
        )
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_shard_that_takes_its_tenants_along_cannot_be_joined_to_another(tmp_path, engine):
    repository(tmp_path, "nlp", "speech", "vision", audit=GOING, platform=platform(engine, 2))
    rendering(tmp_path)
    write(tmp_path, "tenants/vision.yaml", tenant("vision", GOING))
    assert refused(tmp_path) == [
        (
            f"tenants/audit.yaml: '{SHARDS[engine]}-1' goes from eu with all that it applied, since all its tenants are offboarding, "
            "and this one is still there; make it active in a change before this, and offboard both together"
        )
    ]
    for vision, audit in (("{tier: small}", "{tier: small}"), (GOING, GOING)):
        write(tmp_path, "tenants/vision.yaml", tenant("vision", vision))
        write(tmp_path, "tenants/audit.yaml", tenant("audit", audit))
        rendering(tmp_path)
