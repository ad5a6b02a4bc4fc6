"""Whatever is done to tenant files: what the guard lets through deletes nothing early and leaves nothing behind.

Random edits are made to a repository. What is refused is taken back; what is accepted is a commit, which a cluster with
Flux and one with Argo CD take up, as ``engines`` has them.
"""

import random
import shutil

import pytest
import yaml
from engines import Cluster, wanted
from repositories import files, repository, write

from generator.pipeline import Options, render

PLATFORM = """\
apiVersion: tenantry.dev/v1
kind: Platform
metadata: {name: example}
spec:
  clusters:
    - {name: eu, version: "1.34", sync: flux, lifecycle: %s}
    - {name: us, version: "1.34", sync: argocd}
  defaults: {clusters: [eu], quota: {mode: shared, hard: {requests.cpu: 8}}}
  guard: {maxRemovedTenants: 9, maxRemovedShare: 100}
"""
PHASES = ("active", "frozen", "offboarding", "offboarding")


class Organisation:
    """Tenant files as values, and random edits of them."""

    def __init__(self, seed):
        self.chance = random.Random(seed)  # noqa: S311 - edits, and no secret
        self.tenants = {"a": {}, "b": {"namespaces": [{"name": "p"}, {"name": "q"}]}, "c": {"clusters": ["eu", "us"]}}
        self.leaving = "active"

    def edit(self):
        change = self.chance.choice(
            [
                self.phase,
                self.phase,
                self.delete,
                self.delete,
                self.add,
                self.rename,
                self.move,
                self.list,
                self.drop,
                self.cluster,
            ]
        )
        name = self.chance.choice(sorted(self.tenants) or ["a"])
        change(name, self.tenants.setdefault(name, {}))

    def phase(self, _, spec):
        which = self.chance.choice([spec, *spec.get("namespaces", ())])
        which["lifecycle"] = self.chance.choice(PHASES)

    def delete(self, name, _):
        del self.tenants[name]

    def add(self, *_):
        self.tenants.setdefault(self.chance.choice("abcdef"), {})

    def rename(self, name, spec):
        new = self.chance.choice("abcdef")
        if new not in self.tenants:
            self.tenants[new] = spec
            del self.tenants[name]
            if self.chance.random() < 0.5:
                shorts = [item["name"] for item in spec.get("namespaces", ())]
                spec["namespaces"] = [
                    {**item, "fullName": item.get("fullName", f"{name}-{item['name']}")}
                    for item in spec.get("namespaces", ())
                ] or [{"name": "main", "fullName": name}]
                assert len(spec["namespaces"]) == max(1, len(shorts))

    def move(self, _, spec):
        before = spec.get("clusters", ["eu"])
        spec["clusters"] = self.chance.choice([["eu"], ["us"], ["eu", "us"]])
        spec.pop("offboarding", None)
        if before == ["eu", "us"] and spec.get("lifecycle") != "offboarding" and self.chance.random() < 0.5:
            spec |= {"clusters": before, "offboarding": {"clusters": [self.chance.choice(before)]}}

    def list(self, _, spec):
        listed = spec.setdefault("namespaces", [])
        short = self.chance.choice("pqr")
        if short not in [item["name"] for item in listed]:
            listed.append({"name": short})

    def drop(self, _, spec):
        if spec.get("namespaces"):
            spec["namespaces"].pop(self.chance.randrange(len(spec["namespaces"])))

    def cluster(self, *_):
        self.leaving = self.chance.choice(["active", "offboarding"])

    def write(self, root):
        shutil.rmtree(root / "tenants", ignore_errors=True)
        repository(root, platform=PLATFORM % self.leaving)
        for name, spec in self.tenants.items():
            value = {"apiVersion": "tenantry.dev/v1", "kind": "Tenant", "metadata": {"name": name}, "spec": spec}
            write(root, f"tenants/{name}.yaml", yaml.safe_dump(value))


def namespaces(found):
    """Read the phases of all namespaces, by cluster and name."""
    return {
        (cluster, name): body["metadata"]["labels"]["tenantry.dev/lifecycle"]
        for cluster in ("eu", "us")
        for (kind, _, name), body in wanted(found, cluster).items()
        if kind == "Namespace"
    }


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_deleted_early_and_nothing_is_left_behind(tmp_path, seed):
    organisation = Organisation(seed)
    clusters = [Cluster("eu", "flux"), Cluster("us", "argocd")]
    organisation.write(tmp_path)
    assert render(tmp_path, Options(jobs=1)).errors == []
    accepted = refused = 0
    for _ in range(25):
        before = files(tmp_path)
        for cluster in clusters:
            cluster.sync(before)
        shutil.rmtree(tmp_path.with_name(f"{tmp_path.name}-kept"), ignore_errors=True)
        shutil.copytree(tmp_path / "tenants", tmp_path.with_name(f"{tmp_path.name}-kept"))
        kept = yaml.safe_dump((organisation.tenants, organisation.leaving))
        organisation.edit()
        organisation.write(tmp_path)
        outcome = render(tmp_path, Options(jobs=1, use_index=organisation.chance.random() < 0.5))
        if outcome.errors:
            assert files(tmp_path) == before
            organisation.tenants, organisation.leaving = yaml.safe_load(kept)
            organisation.write(tmp_path)
            refused += 1
            continue
        accepted += 1
        after = files(tmp_path)
        phases = namespaces(before)
        vanished = phases.keys() - namespaces(after).keys()
        assert {phases[one] for one in vanished} <= {"offboarding"}
        for cluster in clusters:
            lost = len(cluster.lost)
            cluster.sync(after)
            assert sorted(cluster.lost[lost:]) == sorted(name for where, name in vanished if where == cluster.name)
            live = {one for one in cluster.live if one[0] != "PersistentVolumeClaim"}
            assert live == wanted(after, cluster.name).keys()
    assert accepted
    assert refused


@pytest.mark.parametrize("engine", ["flux", "argocd"])
def test_a_cluster_that_misses_the_first_commit_loses_nothing(tmp_path, engine):
    cluster = Cluster("eu", engine)
    platform = PLATFORM.replace("sync: flux", f"sync: {engine}") % "active"
    repository(tmp_path, platform=platform, keeps="{}", goes="{}")
    render(tmp_path, Options())
    cluster.sync(files(tmp_path))
    repository(tmp_path, platform=platform, keeps="{}", goes="{lifecycle: offboarding}")
    assert render(tmp_path, Options()).errors == []
    (tmp_path / "tenants/goes.yaml").unlink()
    assert render(tmp_path, Options()).errors == []
    cluster.sync(files(tmp_path))
    assert (cluster.lost, cluster.namespaces) == ([], {"goes", "keeps"})
