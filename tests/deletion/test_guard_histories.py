"""Whatever is done to tenant files: what the guard lets through deletes nothing early and leaves nothing behind.

Random edits are made to a repository. What is refused is taken back; what is accepted is a commit, which a cluster with
Flux and one with Argo CD take up, as ``engines`` has them.
"""

import random
import shutil
from copy import deepcopy

import pytest
import yaml
from engines import Cluster, Flux, wanted
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
        self.shard = 2
        self.platform = PLATFORM

    def edit(self):
        """Do one thing, or several at once."""
        changes = [self.phase, self.delete, self.delete, self.add, self.rename, self.move, self.list, self.drop]
        for change in self.chance.choices(
            [*changes, self.phase, self.cluster, self.divide], k=self.chance.randint(1, 3)
        ):
            name = self.chance.choice(sorted(self.tenants) or ["a"])
            change(name, self.tenants.setdefault(name, {}))

    def divide(self, *_):
        self.shard = self.chance.randint(1, 3)

    def phase(self, _, spec):
        which = self.chance.choice([spec, *spec.get("namespaces", ())])
        which["lifecycle"] = self.chance.choice(PHASES)

    def delete(self, name, _):
        del self.tenants[name]

    def add(self, *_):
        self.tenants.setdefault(self.chance.choice("abcdefghi"), {})

    def rename(self, name, spec):
        new = self.chance.choice("abcdefghi")
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
        repository(root, platform=(self.platform % self.leaving).replace("SHARD", str(self.shard)))
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


def history(organisation, root, length):
    """Make random edits; yield what was rendered before and after each that is accepted, first what there is at all."""
    organisation.write(root)
    assert render(root, Options(jobs=1)).errors == []
    yield None, files(root)
    accepted = refused = 0
    for _ in range(length):
        before = files(root)
        kept = deepcopy((organisation.tenants, organisation.leaving, organisation.shard))
        organisation.edit()
        organisation.write(root)
        if render(root, Options(jobs=1, use_index=organisation.chance.random() < 0.5)).errors:
            assert files(root) == before
            organisation.tenants, organisation.leaving, organisation.shard = kept
            organisation.write(root)
            refused += 1
        else:
            accepted += 1
            yield before, files(root)
    assert accepted
    assert refused


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_deleted_early_and_nothing_is_left_behind(tmp_path, seed):
    clusters = [Cluster("eu", "flux"), Cluster("us", "argocd")]
    for before, after in history(Organisation(seed), tmp_path, 25):
        phases = namespaces(before) if before is not None else {}
        vanished = phases.keys() - namespaces(after).keys()
        assert {phases[one] for one in vanished} <= {"offboarding"}
        for cluster in clusters:
            lost = len(cluster.lost)
            cluster.sync(after)
            assert sorted(cluster.lost[lost:]) == sorted(name for where, name in vanished if where == cluster.name)
            live = {one for one in cluster.live if one[0] != "PersistentVolumeClaim"}
            assert live == wanted(after, cluster.name).keys()


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


@pytest.mark.parametrize("seed", [1, 13, 15])
def test_nothing_goes_early_and_nothing_stays_whatever_shards_there_are(tmp_path, seed):
    organisation = Organisation(100 + seed)
    organisation.tenants |= {name: {} for name in "def"}
    organisation.platform = PLATFORM.replace("sync: flux", "sync: {engine: flux, tenantsPerShard: SHARD}").replace(
        "spec:\n", "spec:\n  repository: {url: https://git.example.com/tenants.git}\n"
    )
    cluster = Flux("eu", organisation.chance)
    for before, after in history(organisation, tmp_path, 20):
        if before is None:
            cluster.sync(after)
            continue
        vanished = namespaces(before).keys() - namespaces(after).keys()
        lost = len(cluster.lost)
        cluster.sync(after)
        assert sorted(cluster.lost[lost:]) == sorted(name for where, name in vanished if where == "eu")
        # What passes from one shard to another may be deleted by the first and made by the second, in this order.
        cluster.sync(after)
        assert cluster.live.keys() == wanted(after, "eu").keys()
