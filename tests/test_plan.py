"""What must change under ``rendered/``, and what may not be touched."""

import pytest

from generator import plan
from generator.emit import file_text
from generator.manifest import Manifest
from generator.plan import Verdict
from generator.problems import Place
from generator.rendered import Found

OURS = file_text([Manifest({"kind": "Namespace"}, Place("tenants/nlp.yaml"))], "tenants/nlp.yaml")
NEW = file_text([Manifest({"kind": "Role"}, Place("tenants/nlp.yaml"))], "tenants/nlp.yaml")


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (None, Verdict.CREATE),
        (NEW, Verdict.SAME),
        (OURS, Verdict.UPDATE),
        (OURS + b"\n", Verdict.EDITED),
        (NEW + b"\n", Verdict.EDITED),
        (b"", Verdict.FOREIGN),
        (b"kind: Role\n", Verdict.FOREIGN),
    ],
)
def test_only_a_file_as_we_wrote_it_is_written_over(found, verdict):
    assert plan.judge(NEW, found) is verdict
    assert (plan.objection("p", verdict, "s") is None) == (verdict in (*plan.WRITTEN, Verdict.SAME))


def test_an_objection_says_what_to_do():
    edited = plan.objection("rendered/a", Verdict.EDITED, "tenants/nlp.yaml")
    assert (str(edited.place), edited.warning) == ("rendered/a", False)
    assert edited.message == (
        "the file was changed by hand after it was rendered; put the change into tenants/nlp.yaml, then delete this "
        "file and render again"
    )
    foreign = plan.objection("rendered/a", Verdict.FOREIGN, "tenants/nlp.yaml")
    assert foreign.message == (
        "tenantry has to write here, and the file is not one of its own; move the file away and render again"
    )


def told(problems):
    return [(p.place.document, p.message, p.warning) for p in problems]


def test_nothing_is_blocked_where_nothing_is_in_the_way():
    found = Found(files={"rendered/a/b": "", "rendered/x": ""}, folders={"rendered", "rendered/a"})
    assert told(plan.blocked(["rendered/a/b", "rendered/a/c"], found)) == []


def test_all_that_is_in_the_way_is_told():
    found = Found(
        files={"rendered/file": ""},
        folders={"rendered", "rendered/folder"},
        links={"rendered/link", "rendered/deep", "rendered/other"},
    )
    wanted = ["rendered/folder", "rendered/file/x", "rendered/link", "rendered/deep/a/b"]
    link = "this is a link, and rendered files never go through one; replace it"
    assert told(plan.blocked(wanted, found)) == [
        ("rendered/folder", "tenantry has to write a file here, and there is a folder; move it away", False),
        ("rendered/deep", link, False),
        ("rendered/link", link, False),
        ("rendered/other", "this is a link and not one of tenantry's files; it stays as it is", True),
        ("rendered/file", "tenantry needs a folder here, and there is a file; move it away", False),
    ]


def test_only_a_file_as_we_wrote_it_is_deleted():
    assert plan.leftover("rendered/a", OURS) == (True, None)
    delete, problem = plan.leftover("rendered/a", OURS + b"#")
    assert (delete, problem.warning) == (False, False)
    assert problem.message == (
        "nothing asks for this file any more, and it was changed by hand; save the change, then delete the file"
    )
    delete, problem = plan.leftover("rendered/a", b"theirs")
    assert (delete, problem.warning) == (False, True)
    assert problem.message == "the file is not one of tenantry's and stays as it is"
