"""The account of a run is short: each kind of change once, with the files it is in."""

from building import shuffled

from generator.plan import Verdict
from generator.reporters.account import account
from generator.run.shard import Change

HEAD = b"# Rendered by tenantry from tenants/a.yaml. Do not edit.\n# sha256:%b\n"


def told(changes, deleted=()):
    return list(account(changes, list(deleted)))


def update(path, old, new):
    return Change(path, Verdict.UPDATE, HEAD % b"1111" + old.encode(), HEAD % b"2222" + new.encode())


def create(path):
    return Change(path, Verdict.CREATE, None, b"text\n")


def test_without_changes_there_is_nothing_to_tell():
    assert told([]) == []


def test_a_change_is_told_with_its_lines_and_without_the_hash():
    assert told([update("rendered/a.yaml", "hard:\n  cpu: 1\n  pods: 10\n", "hard:\n  cpu: 1\n  pods: 20\n")]) == [
        "  change  rendered/a.yaml",
        "      -  pods: 10",
        "      +  pods: 20",
    ]


def test_the_same_change_in_many_files_is_told_once():
    assert told([update(f"rendered/{name}.yaml", "pods: 10\n", "pods: 20\n") for name in "cab"]) == [
        "  change  rendered/a.yaml",
        "  change  rendered/b.yaml",
        "  change  rendered/c.yaml",
        "      -pods: 10",
        "      +pods: 20",
    ]


def test_different_changes_are_told_apart():
    assert told([update("a.yaml", "x: 1\n", "x: 2\n"), update("b.yaml", "x: 1\n", "x: 3\n")]) == [
        "  change  a.yaml",
        "      -x: 1",
        "      +x: 2",
        "  change  b.yaml",
        "      -x: 1",
        "      +x: 3",
    ]


def test_a_new_file_is_named_and_not_shown():
    assert told([create("b.yaml"), create("a.yaml")]) == ["  create  a.yaml", "  create  b.yaml"]


def test_what_is_not_ours_is_named_with_what_is_the_matter():
    changes = [Change("a.yaml", Verdict.EDITED, b"x\n", b"y\n"), Change("b.yaml", Verdict.FOREIGN, b"x\n", b"y\n")]
    assert told(changes) == ["  edited  a.yaml", "  taken  b.yaml"]


def test_changes_without_texts_are_counted_only():
    changes = [Change(f"{name}.yaml", Verdict.UPDATE, None, None) for name in "ab"]
    assert told(changes) == ["  change  a.yaml", "  change  b.yaml"]


def test_deleted_files_come_last():
    assert told([create("z.yaml")], ["a.yaml", "b.yaml"]) == [
        "  create  z.yaml",
        "  delete  a.yaml",
        "  delete  b.yaml",
    ]


def test_of_many_paths_six_are_named():
    paths = [f"t{i}.yaml" for i in range(9)]
    assert told([create(path) for path in paths]) == [
        *(f"  create  {path}" for path in paths[:6]),
        "  create  ... and 3 more in the same way",
    ]
    assert told([], paths)[-2:] == ["  delete  t5.yaml", "  delete  ... and 3 more in the same way"]


def test_of_a_long_change_fourteen_lines_are_shown():
    lines = told([update("a.yaml", "", "".join(f"x{i}: 1\n" for i in range(20)))])
    assert lines[-2:] == ["      +x13: 1", "      ... and 6 more lines"]
    assert len(lines) == 1 + 14 + 1


def test_of_many_different_changes_twelve_are_shown_and_the_files_of_the_rest_counted():
    lines = told([update(f"t{i:02}.yaml", "x: 0\n", f"x: {i + 1}\n") for i in range(15)])
    assert [line for line in lines if "change" in line] == [f"  change  t{i:02}.yaml" for i in range(12)]
    assert lines[-1] == "  ... and 3 more files"


def test_bytes_that_are_no_text_do_not_stop_the_account():
    change = Change("a.yaml", Verdict.UPDATE, HEAD % b"1111" + b"x: \xff\n", HEAD % b"2222" + b"x: 1\n")
    assert told([change]) == ["  change  a.yaml", "      -x: \ufffd", "      +x: 1"]


def test_the_order_of_the_changes_does_not_matter():
    changes = [update(f"t{i}.yaml", "x: 0\n", f"x: {i % 3}\n") for i in range(9)]
    assert told(shuffled(changes, 1)) == told(changes)
