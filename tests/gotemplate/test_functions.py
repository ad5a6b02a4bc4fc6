"""The registry of functions: every module of the folder, each name once."""

import json
from pathlib import Path

from generator.gotemplate import FUNCTIONS, REFUSED, UNSUPPORTED, functions

FOLDER = Path(functions.__file__).parent


def test_every_module_of_the_folder_is_registered():
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "function"}
    assert {module.__name__.rpartition(".")[2] for module in functions.MODULES} == modules


def test_a_name_stands_for_one_function():
    names = [callee.name for module in functions.MODULES for callee in module.FUNCTIONS]
    assert sorted(names) == sorted(FUNCTIONS)


def test_what_is_refused_and_what_is_not_computed_are_apart():
    assert not REFUSED.keys() & UNSUPPORTED
    assert REFUSED.keys() | UNSUPPORTED <= FUNCTIONS.keys()


def test_every_function_that_published_templates_name_is_computed():
    published = """
        or and not eq ne gt len printf slice add any append cat concat default dict first float64 get hasKey indent join
        last list mergeOverwrite mulf mustFromJson nindent quote repeat set splitList toJson toString trim trimPrefix
        include toYaml exec groups has trunc
    """.split()  # noqa: SIM905 - forty quoted names would be harder to read
    assert set(published) <= FUNCTIONS.keys() - REFUSED.keys() - UNSUPPORTED


def test_every_function_that_is_computed_was_tried_on_go():
    text = "".join(
        json.dumps(json.loads(line)["files"])
        for name in ("go-templates.jsonl", "go-template-facts.jsonl")
        for line in (Path(__file__).parent.parent / "oracles" / name).read_text(encoding="utf-8").splitlines()
    )
    # Go has no order of keys, runs programs, and greets
    apart = {"keys", "values", "exec", "groups", "hello"}
    assert [n for n in FUNCTIONS.keys() - REFUSED.keys() - UNSUPPORTED - apart if f"{n} " not in text] == []
