"""People are told where, what and what instead, in an order that they can follow."""

import io
import sys
import time

import pytest
from repositories import write

from generator import console
from generator.problems import Place, Problem


@pytest.fixture
def told(tmp_path, capsys):
    """Return the lines that are printed for problems."""

    def tell(*problems):
        console.tell(tmp_path, problems)
        out, err = capsys.readouterr()
        assert out == ""
        return err.splitlines()

    return tell


def test_a_symbolic_place_is_told_with_todays_line_and_column(told, tmp_path):
    problem = Problem(Place("tenants/a.yaml", ("spec", "tier")), "it is wrong")
    write(tmp_path, "tenants/a.yaml", "spec:\n  tier: x\n")
    assert told(problem) == ["tenants/a.yaml:2:3: spec.tier: it is wrong"]
    write(tmp_path, "tenants/a.yaml", "# a word\n\nspec: {lifecycle: active, tier: x}\n")
    assert told(problem) == ["tenants/a.yaml:3:27: spec.tier: it is wrong"]


def test_a_place_without_a_file_or_a_route_is_told_as_it_is(told):
    assert told(Problem(Place("tenants/none.yaml", ("spec",)), "b"), Problem(Place("--tenant"), "a")) == [
        "--tenant: a",
        "tenants/none.yaml: spec: b",
    ]


def test_a_place_that_has_its_line_keeps_it(told):
    assert told(Problem(Place("a", (), 4, 2), "b")) == ["a:4:2: b"]


def test_places_that_a_message_names_are_told_with_their_lines(told, tmp_path):
    write(tmp_path, "tenants/a.yaml", "spec:\n  children:\n    clusters: true\n")
    bounds = Place("tenants/a.yaml", ("spec", "children"))
    message = f"too much ({bounds / 'clusters'}, {bounds})"
    problem = Problem(Place("tenants/b.yaml", (), 1, 2), message, others=(bounds, bounds / "clusters"))
    assert told(problem) == ["tenants/b.yaml:1:2: too much (tenants/a.yaml:3:5, tenants/a.yaml:2:3)"]


def test_problems_stand_in_the_order_of_file_and_line_and_once(told):
    problems = [
        Problem(Place("b", (), 1, 1), "z"),
        Problem(Place("a", (), 10, 1), "y"),
        Problem(Place("a", (), 9, 3), "x", warning=True),
        Problem(Place("a", (), 9, 3), "x", warning=True),
        Problem(Place("a", (), 9, 2), "w"),
    ]
    assert told(*problems) == told(*reversed(problems)) == ["a:9:2: w", "a:9:3: warning: x", "a:10:1: y", "b:1:1: z"]


def test_no_more_are_told_than_anybody_reads(told):
    lines = told(*(Problem(Place("a", (), n + 1, 1), "x") for n in range(203)))
    assert len(lines) == 201
    assert lines[-2:] == ["a:200:1: x", "... and 3 more"]


@pytest.mark.parametrize(("number", "text"), [(0, "0 files"), (1, "1 file"), (2, "2 files")])
def test_a_count_agrees_with_its_noun(number, text):
    assert console.count(number, "file") == text


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_nobody_is_shown_progress_where_nobody_watches():
    with console.progress("rendering") as meter:
        assert meter is None


def test_a_short_run_shows_no_progress(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with console.progress("rendering") as meter:
        meter.total = 3
    assert terminal.getvalue() == ""


def test_a_long_run_shows_how_far_it_has_come(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with console.progress("rendering") as meter:
        time.sleep(1.15)
        meter.total = 4
        for _ in range(4):
            meter.advance(0)
        time.sleep(0.3)
    assert "rendering" in terminal.getvalue()
    assert "4/4" in terminal.getvalue()


def test_the_watcher_ends_with_an_error_too(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with pytest.raises(KeyError), console.progress("rendering"):
        raise KeyError


def test_what_cannot_be_seen_in_the_name_of_a_file_is_escaped(told):
    assert told(Problem(Place("a\n\x1b[2Jb.yaml"), "it is wrong")) == ["a\\n\\x1b[2Jb.yaml: it is wrong"]
