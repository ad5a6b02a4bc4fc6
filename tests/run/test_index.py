"""The index is a shortcut and never more: whatever is wrong with it costs time, and changes nothing."""

import os
import random
import shutil
import time

import pytest
from repositories import files, rendering, repository, stamps, tenant, told, write

from generator.pipeline import Options, render
from generator.repository import Source
from generator.run import index
from generator.run.index import Index, Record

SPECS = {
    "gateway": "{tier: small}",
    "research": "{tier: small, namespaces: []}",
    "nlp": "{tier: small, parent: research, network: {ingress: [{tenant: gateway}]}}",
}


@pytest.fixture
def root(tmp_path):
    repository(tmp_path, **SPECS)
    rendering(tmp_path)
    return tmp_path


def kept(root):
    return root / ".tenantry/index"


def harmless(root):
    """Check that a run over unchanged files writes nothing, and one over changed files writes what it should."""
    before = stamps(root)
    outcome = render(root, Options())
    assert (told(outcome), outcome.changes, outcome.deleted) == ([], [], [])
    assert stamps(root) == before
    write(root, "tenants/gateway.yaml", tenant("gateway", "{tier: large}"))
    assert [change.path for change in render(root, Options()).changes] == ["rendered/eu/tenants/gateway/10-quota.yaml"]


def test_it_may_be_moved_away(root):
    kept(root).rename(root / "elsewhere")
    harmless(root)


def test_it_lies_in_a_folder_that_is_never_committed(root):
    assert sorted(path.name for path in (root / ".tenantry").iterdir()) == [".gitignore", "index", "lock"]
    assert (root / ".tenantry/.gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n",
        b"\xff\xfe\x00",
        b"another version\nthat has\tother\tlines",
        b"\0" * 4096,
        b'{"version": 2, "records": []}',
    ],
    ids=str,
)
def test_anything_else_in_its_place_is_harmless(root, text):
    kept(root).write_bytes(text)
    harmless(root)


def test_it_may_be_cut_short_anywhere(root):
    whole, before = kept(root).read_bytes(), stamps(root)
    ends = [i for i, byte in enumerate(whole) if byte in b"\t\n "]
    for end in [*ends, *(end + 1 for end in ends), *range(0, len(whole), 97)]:
        kept(root).write_bytes(whole[:end])
        outcome = render(root, Options(write=False))
        assert (told(outcome), outcome.changes, outcome.deleted) == ([], [], []), end
    harmless(root)
    assert stamps(root).keys() == before.keys()


def test_any_damage_is_noticed(root):
    whole, chance = kept(root).read_bytes(), random.Random(1)  # noqa: S311 - the same damage every time
    for _ in range(80):
        at = chance.randrange(len(whole))
        kept(root).write_bytes(whole[:at] + chance.choice([b"", b"\t", b"\n", b"9", b"]"]) + whole[at + 1 :])
        outcome = render(root, Options(write=False))
        assert (told(outcome), outcome.changes, outcome.deleted) == ([], [], []), at
    harmless(root)


def test_lines_that_were_dropped_or_doubled_are_noticed(root):
    lines = kept(root).read_text().split("\n")
    assert len(lines) == 4
    for wrong in (lines[:-1], [*lines, lines[-1]], [lines[0], *lines[2:]], [*lines[:2], lines[3], lines[2]]):
        kept(root).write_text("\n".join(wrong))
        outcome = render(root, Options(write=False))
        assert (told(outcome), outcome.changes, outcome.deleted) == ([], [], [])
    harmless(root)


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are made otherwise")
def test_a_folder_or_a_pipe_in_its_place_is_harmless(root):
    kept(root).unlink()
    kept(root).mkdir()
    assert render(root, Options()).changes == []
    kept(root).rmdir()
    os.mkfifo(kept(root))
    harmless(root)
    assert kept(root).is_file()  # by then it has been written anew


def test_a_copy_of_the_repository_is_not_taken_for_the_original(root, tmp_path_factory):
    copied = tmp_path_factory.mktemp("copied")
    shutil.copytree(root, copied, dirs_exist_ok=True)
    write(copied, "tenants/gateway.yaml", tenant("gateway", "{tier: large}"))
    os.utime(copied / "tenants/gateway.yaml", ns=(0, (root / "tenants/gateway.yaml").stat().st_mtime_ns))
    assert len(render(copied, Options()).changes) == 1


def test_it_belongs_to_one_state_of_the_program(root, monkeypatch):
    monkeypatch.setattr(index, "__version__", "0.0.0")
    assert index.load(root, index.config_digest([])).records == {}
    built = index.config_digest([b"a"])
    monkeypatch.setattr(index, "__version__", "0.0.1")
    assert index.config_digest([b"a"]) != built


def test_a_changed_module_makes_another_program(tmp_path, monkeypatch):
    module = tmp_path / "run" / "index.py"
    module.parent.mkdir()
    module.touch()
    monkeypatch.setattr(index, "__file__", str(module))
    first = index.config_digest([])
    os.utime(module, ns=(1, 1))
    second = index.config_digest([])
    (tmp_path / "more.json").touch()
    assert len({first, second, index.config_digest([])}) == 3


def test_texts_of_the_configuration_cannot_run_into_each_other():
    assert index.config_digest([b"ab", b"c"]) != index.config_digest([b"a", b"bc"])
    assert index.config_digest([b"a"]) == index.config_digest([b"a"])


def test_it_keeps_what_was_known(tmp_path):
    (tmp_path / ".tenantry").mkdir()
    record = Record("tenants/ü.yaml", "1 2 3", "d", "k", ("rendered/a", "1 1 1", "rendered/b", "2 2 2"), "[1]")
    index.save(tmp_path, Index("c", {record.document: record}), None)
    assert index.load(tmp_path, "c").records == {record.document: record}
    assert index.load(tmp_path, "other").records == {}
    assert record.paths == ("rendered/a", "rendered/b")


def test_it_may_be_empty(tmp_path):
    (tmp_path / ".tenantry").mkdir()
    index.save(tmp_path, Index("c"), None)
    assert index.load(tmp_path, "c") == Index("c")


@pytest.mark.parametrize("name", ["tenants/a\tb.yaml", "tenants/a\nb.yaml"])
def test_a_name_that_would_break_its_lines_is_left_out(tmp_path, name):
    (tmp_path / ".tenantry").mkdir()
    index.save(tmp_path, Index("c", {name: Record(name, "s", "d", "k", (), "[]")}), None)
    assert index.load(tmp_path, "c").records == {}


def test_where_it_cannot_be_written_the_next_run_does_without(tmp_path):
    index.save(tmp_path, Index("c"), None)
    assert files(tmp_path, ".") == {}
    assert index.load(tmp_path, "c") == Index("c")


def test_a_file_is_trusted_only_as_it_was():
    known = Index("c", {"a": Record("a", "1 2 3", "d", "k", (), "[]")})
    assert known.trusted(Source("a", "1 2 3")) is known.records["a"]
    assert known.trusted(Source("a", "1 2 4")) is None
    assert known.trusted(Source("b", "1 2 3")) is None


def test_outputs_are_current_only_as_they_were_written():
    record = Record("a", "s", "d", "k", ("x", "1 1 1", "y", "2 2 2"), "[]")
    assert record.current({"x": "1 1 1", "y": "2 2 2", "z": "3 3 3"})
    assert not record.current({"x": "1 1 1"})
    assert not record.current({"x": "1 1 1", "y": "2 2 9"})


def test_it_is_written_a_tick_of_the_clock_after_the_last_file(root):
    write(root, "tenants/gateway.yaml", tenant("gateway", "{tier: large}"))
    render(root, Options())
    last = max(path.stat().st_mtime_ns for path in (root / "rendered").rglob("*.yaml"))
    assert kept(root).stat().st_mtime_ns - last >= 10_000_000
    assert kept(root).stat().st_mtime_ns <= time.time_ns()


def test_an_output_that_was_changed_at_once_and_in_its_size_is_noticed(root):
    write(root, "tenants/gateway.yaml", tenant("gateway", "{tier: large}"))
    render(root, Options())
    quota = root / "rendered/eu/tenants/gateway/10-quota.yaml"
    quota.write_bytes(quota.read_bytes().replace(b"256Gi", b"257Gi"))
    assert [change.verdict.value for change in render(root, Options(write=False)).changes] == ["edited"]


def test_a_narrowed_run_leaves_it_alone(root):
    before = kept(root).read_bytes()
    write(root, "tenants/gateway.yaml", tenant("gateway", "{tier: large}"))
    render(root, Options(tenants=frozenset(["gateway"])))
    assert kept(root).read_bytes() == before
    assert render(root, Options()).changes == []
