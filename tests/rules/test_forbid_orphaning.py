import pytest
from rules.judging import asking, messages
from rules.syncing import kustomization

from generator.manifest import Manifest
from generator.problems import Place

ASKED = asking("forbid-orphaning")


def gone(*now, **spec):
    before = [Manifest(kustomization("vision", "apps", **spec), Place("k.yaml"))]
    return messages(ASKED, *now, before=before)


def test_what_was_suspended_and_is_gone_leaves_everything():
    assert gone(suspend=True) == [
        "Kustomization vision was suspended and is gone: all that it had applied stays, and nobody looks after it"
    ]


@pytest.mark.parametrize("spec", [{}, {"suspend": True, "prune": False}, {"suspend": True, "deletionPolicy": "Orphan"}])
def test_what_deletes_or_was_to_leave_it_does_not(spec):
    assert gone(**spec) == []


def test_what_is_there_still_is_not_gone():
    assert gone(kustomization("vision", "apps"), suspend=True) == []
    assert len(gone(kustomization("vision", "other"), suspend=True)) == 1


def test_nothing_is_known_where_nobody_says_what_was():
    assert messages(ASKED, kustomization()) == []
