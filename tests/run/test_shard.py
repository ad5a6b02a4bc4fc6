"""A shard carries tenants from their files to their manifests, and keeps to those it was asked about."""

from hashlib import sha256

import pytest
from repositories import CONCERNS, files, repository, tenant, write

from generator.organisation.directory import NO_FACTS, Facts
from generator.plan import Verdict
from generator.run.meter import Meter
from generator.run.shard import Shard
from generator.run.site import read_site


@pytest.fixture
def make(tmp_path):
    """Make a repository and a shard of all its tenants."""

    def made(showing=0, **specs):
        repository(tmp_path, **specs)
        documents = [f"tenants/{name}.yaml" for name in specs]
        return Shard(tmp_path, documents, read_site(tmp_path).assembly, showing=showing, meter=Meter())

    return made


def told(problems):
    return [f"{problem.place.document}: {problem.field}: {problem.message}" for problem in problems]


def test_a_tenant_file_is_read_with_its_digest_and_what_others_have_to_know(make, tmp_path):
    (seen,) = make(nlp="{tier: small, parent: research, namespaces: [{name: a}]}").survey()
    assert (seen.document, seen.problems) == ("tenants/nlp.yaml", ())
    assert seen.digest == sha256((tmp_path / "tenants/nlp.yaml").read_bytes()).hexdigest()
    assert (seen.entry.name, seen.entry.parent, seen.entry.namespaces) == ("nlp", "research", [["a", None]])


def test_a_tenant_file_that_cannot_be_used_has_problems_and_no_entry(make, tmp_path):
    shard = make(a="{tear: small}", b="{tier: small}")
    write(tmp_path, "tenants/b.yaml", tenant("c"))
    shard.documents = [*shard.documents, "tenants/none.yaml"]
    seen = shard.survey()
    assert [one.entry for one in seen] == [None, None, None]
    assert told(problem for one in seen for problem in one.problems) == [
        "tenants/a.yaml: spec.tear: there is no such field; did you mean 'tier'?",
        "tenants/b.yaml: metadata.name: 'c' is not the name of the file, 'b'; rename one of them",
        "tenants/none.yaml: : there is no such file; create it, or correct the path",
    ]


def test_files_are_built_staged_and_moved_into_place(make, tmp_path):
    shard = make(nlp="{tier: small}")
    shard.survey()
    (built,) = shard.build({"tenants/nlp.yaml": NO_FACTS}, {}, (), write=True)
    paths = tuple(f"rendered/eu/tenants/nlp/{name}" for name in CONCERNS)
    assert (built.document, built.paths, built.problems) == ("tenants/nlp.yaml", paths, ())
    assert {change.verdict for change in built.changes} == {Verdict.CREATE}
    assert files(tmp_path) == {}
    assert tuple(shard.commit()) == paths
    assert tuple(sorted(files(tmp_path))) == paths
    assert shard.meter.done == 1


def test_what_is_not_to_be_written_is_not_staged(make, tmp_path):
    shard = make(nlp="{tier: small}")
    shard.survey()
    (built,) = shard.build({"tenants/nlp.yaml": NO_FACTS}, {}, (), write=False)
    assert len(built.changes) == 4
    assert shard.commit() == {}
    shard.abort()
    assert files(tmp_path, ".tenantry") == files(tmp_path) == {}


def test_what_was_staged_can_be_forgotten(make, tmp_path):
    shard = make(nlp="{tier: small}")
    shard.survey()
    shard.build({"tenants/nlp.yaml": NO_FACTS}, {}, (), write=True)
    assert len(files(tmp_path, ".tenantry")) == 4
    shard.abort()
    assert shard.commit() == files(tmp_path) == files(tmp_path, ".tenantry") == {}


def test_texts_are_kept_for_as_many_changes_as_are_shown(make):
    shard = make(showing=5, a="{tier: small}", b="{tier: small}")
    shard.survey()
    built = shard.build({"tenants/a.yaml": NO_FACTS, "tenants/b.yaml": NO_FACTS}, {}, (), write=False)
    assert [change.new is not None for one in built for change in one.changes] == [True] * 5 + [False] * 3


def test_a_tenant_with_problems_has_no_files_and_the_next_is_built(make):
    shard = make(a="{tier: smal}", b="{tier: small}")
    shard.survey()
    first, second = shard.build({"tenants/a.yaml": NO_FACTS, "tenants/b.yaml": NO_FACTS}, {}, (), write=False)
    assert "tenants/a.yaml: spec.tier: 'smal' is not a tier of the platform; did you mean 'small'?" in told(
        first.problems
    )
    assert (first.paths, first.changes, len(second.paths)) == ((), (), 4)


def test_a_tenant_at_odds_with_others_is_checked_and_not_built(make):
    shard = make(a="{tier: small, clusters: [use]}", b="{tier: small}")
    shard.survey()
    tasks = {"tenants/a.yaml": NO_FACTS, "tenants/b.yaml": NO_FACTS}
    first, second = shard.build(tasks, {}, list(tasks), write=False)
    assert told(first.problems) == [
        "tenants/a.yaml: spec.clusters.use: 'use' is not a cluster of the platform; did you mean 'us'?"
    ]
    assert (second.paths, second.problems) == ((), ())


def test_an_ancestor_that_another_shard_has_read_is_read_here_too(make, tmp_path):
    make(nlp="{tier: small, parent: above}", above="{tier: small, owners: [{group: leads}]}")
    shard = Shard(tmp_path, ["tenants/nlp.yaml"], read_site(tmp_path).assembly)
    shard.survey()
    tasks = {"tenants/nlp.yaml": Facts(("above",), (), {})}
    (built,) = shard.build(tasks, {"above": "tenants/above.yaml"}, (), write=True)
    assert built.problems == ()
    shard.commit()
    assert b"name: leads\n" in files(tmp_path)["rendered/eu/tenants/nlp/20-rbac.yaml"]


def test_only_the_clusters_asked_for_are_looked_at(make, tmp_path):
    make(nlp="{tier: small, clusters: [eu, us]}")
    shard = Shard(tmp_path, ["tenants/nlp.yaml"], read_site(tmp_path).assembly, clusters=frozenset(["us"]))
    shard.survey()
    (built,) = shard.build({"tenants/nlp.yaml": NO_FACTS}, {}, (), write=False)
    assert {path.split("/")[1] for path in built.paths} == {"us"}


def test_without_a_platform_nothing_is_built(make, tmp_path):
    make(nlp="{tier: small}")
    shard = Shard(tmp_path, ["tenants/nlp.yaml"], None)
    assert shard.survey()[0].problems == ()
    with pytest.raises(AssertionError, match="nothing is built without a platform"):
        shard.build({"tenants/nlp.yaml": NO_FACTS}, {}, (), write=False)
