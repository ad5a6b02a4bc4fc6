"""``docs/lifecycle.md`` is what really happens: the page is run, and a cluster takes up each of its commits.

After a change that is meant to alter what is printed, write the page anew, and review the difference::

    UPDATE_DOCS=1 python -m pytest tests/commands/test_lifecycle.py
"""

import os
from pathlib import Path

import pytest
from engines import Cluster, wanted
from repositories import files
from story import Story

from generator.commands import check, lifecycle, render

PAGE = Path(__file__).parents[2] / "docs/lifecycle.md"
UPDATE = bool(os.environ.get("UPDATE_DOCS"))


@pytest.fixture
def story(tmp_path, tenantry, monkeypatch):
    made = Story(tmp_path, tenantry, lambda: taken_up(tmp_path, made.cluster))
    made.cluster = Cluster("prod", "flux")
    for command in (check, lifecycle, render):
        monkeypatch.setattr(command, "today", lambda: made.day)
    return made


def taken_up(root, cluster):
    """Have the cluster take up what is on the main branch: afterwards it has exactly that, and nothing remains."""
    if (root / ".git/HEAD").read_text() == "ref: refs/heads/main\n":
        cluster.sync(files(root))
        assert cluster.live.keys() - claims(cluster) == wanted(files(root), "prod").keys()


def claims(cluster):
    return {one for one in cluster.live if one[0] == "PersistentVolumeClaim"}


def test_the_page_tells_what_happens(story):
    page = PAGE.read_text(encoding="utf-8")
    told = story.told(page)
    if UPDATE:
        PAGE.write_text(told, encoding="utf-8")
    assert told == page
    assert sorted(story.cluster.lost) == ["vision-serve", "vision-train"]
    assert story.cluster.namespaces == {"nlp", "demo"}
    assert {namespace for _, namespace, _ in claims(story.cluster)} == {"nlp", "demo"}
