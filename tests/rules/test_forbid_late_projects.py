import pytest
from rules.judging import asking, messages
from rules.syncing import application, project

ASKED = asking("forbid-late-projects")


@pytest.mark.parametrize(("own", "theirs"), [(None, None), ("5", "5"), ("0", "-1"), ("x", "0"), (None, 5)])
def test_a_project_that_does_not_come_first_is_told(own, theirs):
    wave = own if own == "5" else "0"
    assert messages(ASKED, project(wave=own), application(wave=theirs)) == [
        f"AppProject vision is of sync wave {wave}, and not of a lower one than its Applications vision"
    ]


@pytest.mark.parametrize(("own", "theirs"), [("-1", None), ("-10", "-5"), (None, "1")])
def test_a_lower_wave_comes_first(own, theirs):
    assert messages(ASKED, project(wave=own), application(wave=theirs)) == []


def test_applications_of_other_projects_do_not_matter():
    assert messages(ASKED, project(), application(project="nlp"), project("nlp", wave="-1")) == []


def test_a_project_is_told_of_once():
    given = [application(f"a{i}") for i in range(5)]
    [said] = messages(ASKED, project(), *given)
    assert said.endswith("than its Applications a0, a1, a2 and 2 more")
