import pytest

from generator.problems import InputError, Place, Problem, dotted, instead, nearest

VISION = Place("tenants/vision.yaml")


def test_a_place_is_written_as_rendered_files_name_it():
    assert str(VISION) == "tenants/vision.yaml"
    assert str(VISION / "spec" / "members" / "ml-vision") == "tenants/vision.yaml#spec/members/ml-vision"
    assert str(VISION / "spec" / "ports" / 0) == "tenants/vision.yaml#spec/ports/0"


def test_going_down_leaves_a_place_as_it_was():
    below = VISION / "spec"
    assert VISION.route == ()
    assert below.route == ("spec",)
    assert below == Place("tenants/vision.yaml", ("spec",))


def test_a_place_has_no_line_until_it_is_shown():
    assert (VISION.line, VISION.column) == (0, 0)


@pytest.mark.parametrize(
    ("route", "text"),
    [
        ((), ""),
        (("spec",), "spec"),
        (("spec", "members", 0, "role"), "spec.members[0].role"),
        (("spec", "quota", "hard", "requests.cpu"), "spec.quota.hard.requests.cpu"),
        ((0,), "[0]"),
        ((0, 1, "a"), "[0][1].a"),
    ],
)
def test_a_route_is_written_as_people_write_fields(route, text):
    assert dotted(route) == text
    assert Problem(Place("f.yaml", route), "is wrong").field == text


def test_a_problem_stops_a_run_unless_it_says_otherwise():
    assert not Problem(VISION, "is wrong").warning


def test_an_error_carries_every_problem_and_names_the_first_three():
    error = InputError(Problem(VISION / i, f"is wrong {i}") for i in range(5))
    assert [problem.place.route for problem in error.problems] == [(0,), (1,), (2,), (3,), (4,)]
    assert str(error) == "; ".join(f"tenants/vision.yaml#{i}: is wrong {i}" for i in range(3))


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        ("visoin", ["vision", "research"], "vision"),
        ("VISION", ["vision"], "vision"),
        ("enforce", ["Enforce"], "Enforce"),
        ("xyz", ["vision"], None),
        ("vision", [], None),
        ("", ["vision"], None),
    ],
)
def test_the_nearest_word_is_found_whatever_its_case(word, known, near):
    assert nearest(word, known) == near


def test_of_words_that_differ_in_case_only_the_first_in_order_is_found():
    assert nearest("job", ["job", "Job"]) == nearest("job", ["Job", "job"]) == "Job"


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("viewr", ["viewer", "editor"], "did you mean 'viewer'?"),
        ("x", ["viewer", "editor"], "use one of 'editor', 'viewer'"),
        ("x", {"b": 1, "a": 2}, "use one of 'a', 'b'"),
        ("x", [], "there are none"),
        ("x", [f"n{i:02}" for i in range(12)], "use one of " + ", ".join(f"'n{i:02}'" for i in range(12))),
        ("x", [f"n{i:02}" for i in range(13)], "use one of " + ", ".join(f"'n{i:02}'" for i in range(12)) + ", ..."),
    ],
)
def test_a_hint_names_the_nearest_word_or_a_line_of_those_there_are(word, known, hint):
    assert instead(word, known) == hint


def test_hints_do_not_depend_on_the_order_of_what_is_known():
    assert instead("x", ["b", "a"]) == instead("x", ["a", "b"])
    assert instead("tran", ["train", "trans"]) == instead("tran", ["trans", "train"])
