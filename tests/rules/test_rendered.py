from pathlib import Path

import pytest

from generator.judgement import catalogue, policy
from generator.manifest import Manifest
from generator.problems import Place
from generator.yaml import documents

ROOT = Path(__file__).parents[2]
POLICIES, _ = catalogue.read(Path("/nowhere"))
CLUSTERS = sorted((ROOT / "rendered").iterdir())


@pytest.mark.parametrize("cluster", CLUSTERS, ids=lambda path: path.name)
def test_our_own_tenants_keep_every_policy(cluster):
    manifests = [
        Manifest(document.value, Place(path.name))
        for path in sorted(cluster.rglob("*.yaml"))
        for document in documents.parse_all(path.read_bytes(), path.name)
    ]
    assert len(manifests) > 20
    assert [finding.message for finding in policy.judge(POLICIES, manifests)] == []
