"""A run writes exactly what the tenant files ask for: once, whole, in any order, and nothing where anything is wrong."""

import json
import os
import random
import shutil

import pytest
from repositories import (
    PLATFORM,
    files,
    rendering,
    repository,
    tenant,
    told,
    write,
)

from generator.pipeline import Options, render

EVERY_WAY = [{}, {"use_index": False}]
FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


# What a run remembers is never more than a shortcut


class Organisation:
    """Tenants that change one at a time, at random."""

    def __init__(self, root, seed):
        self.root = root
        self.chance = random.Random(seed)  # noqa: S311 - the same changes every time
        self.folders, self.notes = {}, {}
        small = {"tier": "small"}
        self.specs = {
            "gateway": {**small, "clusters": ["eu", "us"]},
            "research": {**small, "namespaces": [], "members": [{"group": "all", "role": "viewer"}]},
            "vision": {**small, "parent": "research", "network": {"ingress": [{"tenant": "gateway"}]}},
            "nlp": {**small, "parent": "research", "mesh": {"ingress": [{"tenant": "vision"}]}},
            "speech": {**small, "parent": "nlp", "network": {"egress": [{"admitted": True}, {"dns": True}]}},
            "audit": {**small, "namespaces": [{"name": "logs"}], "mesh": {"ingress": [{"tenant": "gateway"}]}},
        }
        write(root, "tenants/platform.yaml", PLATFORM)
        for name in self.specs:
            self.save(name)

    def save(self, name):
        text = tenant(name, json.dumps(self.specs[name])) + self.notes.get(name, "")
        write(self.root, f"tenants/{self.folders.get(name, '')}{name}.yaml", text)

    def change(self):
        """Make one change; return what it was."""
        name = self.chance.choice(sorted(self.specs))
        what = self.chance.choice(
            [
                *(self.tier, self.people, self.inwards, self.caller, self.namespace, self.place, self.life),
                *(self.parent, self.note, self.leave, self.move),
            ]
        )
        gone = what(name, self.specs[name])
        if not gone:
            self.save(name)
        return f"{what.__name__} {name}"

    def tier(self, _, spec):
        spec["tier"] = "large" if spec.get("tier") == "small" else "small"

    def people(self, _, spec):
        spec["members"] = [{"group": "all", "role": self.chance.choice(["viewer", "editor", "admin"])}]

    def inwards(self, name, spec):
        openings = spec.setdefault("network", {}).setdefault("ingress", [])
        other = self.other(name)
        spec["network"]["ingress"] = [o for o in openings if o["tenant"] != other] or [{"tenant": other, "ports": [80]}]

    def caller(self, name, spec):
        callers = spec.setdefault("mesh", {}).setdefault("ingress", [])
        other = self.other(name)
        spec["mesh"]["ingress"] = [c for c in callers if c["tenant"] != other] or [{"tenant": other}]

    def other(self, name):
        return self.chance.choice([other for other in sorted(self.specs) if other not in (name, "research")] or ["x"])

    def namespace(self, _, spec):
        listed = spec.setdefault("namespaces", [])
        added = f"n{self.chance.randrange(3)}"
        spec["namespaces"] = (
            [n for n in listed if n["name"] != added] if len(listed) > 1 else [*listed, {"name": added}]
        )
        if len({n["name"] for n in spec["namespaces"]}) < len(spec["namespaces"]):
            spec["namespaces"].pop()

    def place(self, _, spec):
        spec["clusters"] = self.chance.choice([["eu"], ["us"], ["eu", "us"]])

    def life(self, _, spec):
        spec["lifecycle"] = self.chance.choice(["active", "frozen"])

    def parent(self, name, spec):
        if spec.pop("parent", None) is None and name != "research":
            spec["parent"] = "research"

    def note(self, name, _):
        self.notes[name] = f"# {self.chance.random()}\n"

    def leave(self, name, _):
        if name == "research" or len(self.specs) < 4:
            return False
        (self.root / f"tenants/{self.folders.get(name, '')}{name}.yaml").unlink()
        del self.specs[name]
        return True

    def move(self, name, _):
        (self.root / f"tenants/{self.folders.get(name, '')}{name}.yaml").unlink()
        self.folders[name] = "" if self.folders.get(name) else "moved/"


@pytest.mark.parametrize("seed", range(6))
def test_a_run_with_the_index_equals_a_run_in_full_after_any_change(tmp_path, seed):
    root = tmp_path / "kept"
    organisation = Organisation(root, seed)
    rendering(root)
    for number in range(10):
        saved = {"specs": json.dumps(organisation.specs), "folders": dict(organisation.folders)}
        tenants = files(root, "tenants")
        change = organisation.change()
        fresh = tmp_path / str(number)
        shutil.copytree(root / "tenants", fresh / "tenants")
        shutil.copytree(root / "rendered", fresh / "rendered")
        kept, full = render(root, Options()), render(fresh, Options(use_index=False))
        assert told(kept) == told(full), change
        assert files(root) == files(fresh), change
        if kept.errors:  # take it back
            for path in files(root, "tenants"):
                (root / path).unlink()
            for path, text in tenants.items():
                write(root, path, text)
            organisation.specs, organisation.folders = json.loads(saved["specs"]), saved["folders"]
        else:
            shutil.rmtree(fresh / "rendered")
            assert rendering(fresh, use_index=False) == files(root), change


@pytest.mark.skipif(os.name == "nt", reason="links are made otherwise")
def test_a_change_behind_a_link_is_seen(tmp_path):
    repository(tmp_path, "nlp")
    write(tmp_path, "teams/vision.yaml", tenant("vision"))
    (tmp_path / "tenants/vision.yaml").symlink_to("../teams/vision.yaml")
    rendering(tmp_path)
    write(tmp_path, "teams/vision.yaml", tenant("vision", "{tier: large}"))
    assert [change.path for change in render(tmp_path, Options()).changes] == [
        "rendered/eu/tenants/vision/10-quota.yaml"
    ]


@pytest.mark.parametrize(
    ("path", "old", "new", "changed"),
    [
        ("tenants/platform.yaml", "pods: 20", "pods: 30", 2),
        ("tenants/templates/note.yaml.j2", "v: 1", "v: 2", 1),
    ],
)
def test_what_all_tenants_depend_on_rebuilds_all(tmp_path, path, old, new, changed):
    repository(tmp_path, "nlp", vision="{tier: small, extras: {note: {}}}")
    write(
        tmp_path,
        "tenants/templates/note.yaml.j2",
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: note, namespace: vision}\ndata: {text: "v: 1"}\n',
    )
    rendering(tmp_path)
    write(tmp_path, path, (tmp_path / path).read_text().replace(old, new))
    assert len(render(tmp_path, Options()).changes) == changed
    assert files(tmp_path) == rendering(tmp_path, use_index=False)
