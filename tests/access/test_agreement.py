"""The 8,000 SubjectAccessReviews that a Kubernetes API server 1.36.2 answered: all must have the same answer here."""

import json
from pathlib import Path

import pytest
from access.rbac import manifests

from generator.access import ResourceRequest, UrlRequest, effective, group, user

FILE = Path(__file__).parent.parent / "oracles" / "rbac-access.jsonl"
WORLDS = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world["world"])
def test_decisions_agree_with_the_recorded_reviews(world):
    found = effective(manifests(*world["objects"]), version="1.36")
    assert found.problems == ()
    differing = [asked for asked in world["queries"] if bool(decide(found, asked["query"])) is not asked["allowed"]]
    assert differing == []


@pytest.mark.parametrize("world", WORLDS[:8], ids=lambda world: world["world"])
def test_who_can_agrees_with_the_recorded_reviews(world):
    found = effective(manifests(*world["objects"]), version="1.36")
    for asked in world["queries"]:
        query = asked["query"]
        holders = found.who_can(request(query)).grants.keys()
        mine = {user(query["user"]), *map(group, query["groups"])}
        assert bool(mine & holders) is asked["allowed"]


def test_there_are_8000_reviews():
    assert sum(len(world["queries"]) for world in WORLDS) == 8000


def decide(found, query):
    return found.decide(query["user"], query["groups"], request(query))


def request(query):
    if "nonResourceAttributes" in query:
        return UrlRequest(**query["nonResourceAttributes"])
    return ResourceRequest(**{"group": "", **query["resourceAttributes"]})
