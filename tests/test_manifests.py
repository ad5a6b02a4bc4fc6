"""Manifests that anybody may have written are read as kubectl reads them, and nothing is lost in silence."""

import inspect
import json
import os
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from repositories import repository, write

from generator import emit
from generator.manifest import Manifest
from generator.manifests import located, read
from generator.pipeline import Options, render
from generator.problems import Place


def configmap(name, extra=""):
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n{extra}"


def names(manifests):
    return [manifest.body["metadata"]["name"] for manifest in manifests]


def told(problems):
    """Write each problem as people read it."""
    lines = []
    for one in problems:
        where = f"{one.place.document}:{one.place.line}:{one.place.column}" if one.place.line else one.place.document
        lines.append(
            f"{where}: {'warning: ' if one.warning else ''}{f'{one.field}: ' if one.field else ''}{one.message}"
        )
    return lines


def read_one(text):
    """Read one text as standard input; return the manifests and what is told."""
    manifests, problems = read(["-"], Path("/"), text.encode())
    return manifests, told(problems)


def lines_of(manifests, folder, piped=b""):
    """Return the line of each object."""
    found = located([manifest.origin for manifest in manifests], folder, piped)
    return [(found[one.origin].document, found[one.origin].line) for one in manifests]


# Files


def test_folders_are_read_in_the_order_of_their_paths_and_without_what_is_hidden(tmp_path):
    for path in ("b.yaml", "a/z.yml", "a/y/x.json", ".git/c.yaml", "a/.d.yaml", "e.txt"):
        write(tmp_path, f"in/{path}", configmap(path.replace("/", "-").strip(".").split(".")[0]) if "json" not in path
              else json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "json"}}))  # fmt: skip
    manifests, problems = read(["in"], tmp_path)
    assert names(manifests) == ["json", "a-z", "b"]
    assert [manifest.origin for manifest in manifests] == [
        Place("in/a/y/x.json", (), 1, 1),
        Place("in/a/z.yml", (), 1, 1),
        Place("in/b.yaml", (), 1, 1),
    ]
    assert problems == []


def test_a_file_that_is_named_twice_is_read_once_whatever_its_ending(tmp_path):
    write(tmp_path, "in/a.yaml", configmap("a"))
    write(tmp_path, "in/b.txt", configmap("b"))
    assert names(read(["in", "in/a.yaml", "in/b.txt"], tmp_path)[0]) == ["a", "b"]


def test_a_path_that_is_not_there_is_an_error(tmp_path):
    assert told(read(["nothing"], tmp_path)[1]) == ["nothing: there is no such file; create it, or correct the path"]


def test_a_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "a.yaml")
    assert told(read(["."], tmp_path)[1]) == ["a.yaml: this is a pipe, a socket or a device; a YAML file was expected"]


def test_links_are_not_followed_out_of_the_folder_and_not_in_circles(tmp_path):
    write(tmp_path, "out/secret.yaml", configmap("secret"))
    write(tmp_path, "in/below/a.yaml", configmap("a"))
    (tmp_path / "in/file.yaml").symlink_to("../out/secret.yaml")
    (tmp_path / "in/folder").symlink_to("../out")
    (tmp_path / "in/circle").symlink_to(".")
    (tmp_path / "in/inside.yaml").symlink_to("below/a.yaml")
    (tmp_path / "in/same").symlink_to("below")
    manifests, problems = read(["in"], tmp_path)
    assert names(manifests) == ["a", "a"]  # in its own place, and by the link to it
    assert told(problems) == [
        "in/file.yaml: warning: this link leads out of 'in' and is not followed; name what it leads to as well",
        "in/folder: warning: this link leads out of 'in' and is not followed; name what it leads to as well",
    ]


def test_a_link_to_itself_is_told_of_and_hides_nothing(tmp_path):
    write(tmp_path, "in/z.yaml", configmap("z"))
    for name, to in [("a.yaml", "b.yaml"), ("b.yaml", "a.yaml"), ("c", "c"), ("gone.yaml", "nothing")]:
        (tmp_path / "in" / name).symlink_to(to)
    manifests, problems = read(["in"], tmp_path)
    assert names(manifests) == ["z"]
    circle = "the file cannot be read (too many levels of symbolic links); make it a readable YAML file"
    assert told(problems) == [
        f"in/a.yaml: {circle}",
        f"in/b.yaml: {circle}",
        "in/gone.yaml: there is no such file; create it, or correct the path",
    ]


def test_folders_may_lie_in_one_another_deeper_than_python_calls(tmp_path):
    write(tmp_path, "in/z.yaml", configmap("z"))
    folder = os.open(tmp_path / "in", os.O_RDONLY)
    for _ in range(300):
        os.mkdir("d", dir_fd=folder)
        inner = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(os.open("a.yaml", os.O_WRONLY | os.O_CREAT, dir_fd=folder))
    os.close(folder)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 200)
    try:
        manifests, problems = read(["in"], tmp_path)
    finally:
        sys.setrecursionlimit(limit)
    assert names(manifests) == ["z"]
    assert problems == []


def test_a_link_that_is_named_is_followed(tmp_path):
    write(tmp_path, "out/a.yaml", configmap("a"))
    (tmp_path / "link").symlink_to("out")
    (tmp_path / "link.yaml").symlink_to("out/a.yaml")
    manifests, problems = read(["link", "link.yaml"], tmp_path)
    assert [manifest.origin.document for manifest in manifests] == ["link/a.yaml", "link.yaml"]
    assert problems == []


def test_a_file_of_50_megabytes_is_an_error_and_is_not_read(tmp_path):
    write(tmp_path, "a.yaml", configmap("a"))
    with (tmp_path / "b.yaml").open("wb") as file:
        file.truncate(50_000_000)
    manifests, problems = read(["."], tmp_path)
    assert names(manifests) == ["a"]
    assert told(problems) == ["b.yaml: 50000000 bytes are more than the 16777216 that a file may have; split it"]


# Documents


def test_a_broken_file_has_its_line_and_hides_no_other(tmp_path):
    write(tmp_path, "a.yaml", configmap("a") + "---\nb: [\n")
    write(tmp_path, "c.yaml", configmap("c"))
    manifests, problems = read(["."], tmp_path)
    assert names(manifests) == ["a", "c"]
    assert told(problems) == ["a.yaml:6:1: the file ends within brackets; write the closing one"]


def test_what_is_no_object_is_passed_over_with_all_that_is_odd_in_it(tmp_path):
    write(tmp_path, "values.yaml", "replicas: 012\nkind: web\n")
    write(tmp_path, "workflow.yaml", "on: push\njobs: {}\n")
    write(tmp_path, "empty.yaml", "# nothing\n---\n---\n")
    assert read(["."], tmp_path) == ([], [])


def test_a_list_at_the_top_is_told_of_since_kubectl_applies_none():
    assert read_one("- kind: Role\n") == (
        [],
        [
            "standard input:1:1: warning: a list stands where a document starts; write a mapping, 'key: value'",
        ],
    )


@pytest.mark.parametrize(
    ("extra", "data", "warning"),
    [
        (
            "data: {a: on}",
            {"a": True},
            "4:11: warning: data.a: 'on' is a boolean to some YAML readers and text to others; write \"on\" or true",
        ),
        ("data: {a: 1, a: 2}", {"a": 2}, "4:14: warning: data.a: 'a' is written twice, in line 4 and in line 4; keep one"),
        (
            "data: {a: !!str 1}",
            {"a": "1"},
            "4:11: warning: data.a: '!!str' is a tag, which readers treat differently; leave it out",
        ),
    ],
)  # fmt: skip
def test_what_readers_disagree_on_is_read_as_kubectl_does_with_a_warning(extra, data, warning):
    manifests, problems = read_one(configmap("a", extra))
    assert manifests[0].body["data"] == data
    assert problems == [f"standard input:{warning}"]


def test_anchors_and_merges_bring_what_they_bring_with_kubectl():
    manifests, problems = read_one(configmap("a", "p: &p {a: b}\nq: *p\nr: {<<: *p, c: d}\n"))
    assert manifests[0].body["q"] == {"a": "b"}
    assert manifests[0].body["r"] == {"a": "b", "c": "d"}
    assert [problem.split(": ")[1] for problem in problems] == ["warning"] * 4


@pytest.mark.parametrize(
    "extra",
    ["p: &p {a: b}\nq: &q {c: *p}\nr: *q\n", "p: &p {a: b}\nq: &q {<<: *p}\nr: {<<: *q}\n"],
    ids=["alias", "merge"],
)
def test_what_an_alias_may_hide_is_an_error(extra):
    _, problems = read_one(configmap("a", extra))
    errors = [problem for problem in problems if "warning: " not in problem]
    assert errors[-1].endswith(": '*q' repeats a value by its name; write the value itself")


def test_thousands_of_merges_are_judged_in_no_time_and_what_may_be_lost_is_an_error():
    keys = ",".join(f"k{i}: 1" for i in range(1000))
    text = configmap("a", f"p: &p {{{keys}}}\n" + "".join(f"q{i}: {{<<: *p}}\n" for i in range(1000)))
    _, problems = read_one(text)
    assert problems[2] == "standard input:5:10: q0.<<: '*p' repeats a value by its name; write the value itself"


# Lists


def test_lists_are_taken_apart_also_within_lists(tmp_path):
    inner = {"kind": "ConfigMapList", "apiVersion": "v1", "items": [{"metadata": {"name": "b"}}]}
    text = json.dumps(
        {"apiVersion": "v1", "kind": "List", "items": [{"kind": "Pod", "metadata": {"name": "a"}}, inner]}
    )
    write(tmp_path, "a.json", text)
    manifests, problems = read(["."], tmp_path)
    assert [(one.body["apiVersion"], one.body["kind"], one.body["metadata"]["name"]) for one in manifests] == [
        ("", "Pod", "a"),
        ("v1", "ConfigMap", "b"),
    ]
    assert problems == []


def test_a_list_needs_no_api_version():
    manifests, problems = read_one("kind: List\nitems:\n- {apiVersion: v1, kind: Pod}\n")
    assert ([manifest.body["kind"] for manifest in manifests], problems) == (["Pod"], [])


def test_an_item_that_is_no_object_and_lists_without_end_are_told_of():
    deep = "apiVersion: v1\nkind: List\nitems: [" + "{kind: List, items: [" * 11 + "]}" * 11 + "]\n"
    assert read_one("apiVersion: v1\nkind: List\nitems: [text]\n") == (
        [],
        ["standard input:3:9: items[0]: a text is no object; write a mapping with apiVersion, kind and metadata"],
    )
    route = ".".join(["items[0]"] * 10)
    message = "lists are nested deeper than 10 times; write the objects in one list"
    assert read_one(deep) == ([], [f"standard input:3:198: {route}: {message}"])


def test_items_that_are_no_list_are_told_of():
    message = "standard input:3:1: items: a mapping is not a list; write one, with '- ' before each item"
    assert read_one("apiVersion: v1\nkind: List\nitems: {a: b}\n") == ([], [message])
    assert read_one("apiVersion: v1\nkind: List\nitems: null\n")[1] == []
    assert names(read_one("apiVersion: x/v1\nkind: AllowList\nmetadata: {name: a}\nitems: {a: b}\n")[0]) == ["a"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("apiVersion: v1\nmetadata: {name: a}\n", "1:1: kind: the kind is missing"),
        ("apiVersion: v1\nkind: 7\nmetadata: {name: a}\n", "2:1: kind: 7 is no kind"),
        ("apiVersion: v1\nitems: [{kind: Pod}]\n", "1:1: kind: the kind is missing"),
        ("# x\n---\nkind: List\nitems:\n- metadata: {name: a}\n", "5:3: items[0].kind: the kind is missing"),
    ],
)
def test_an_object_without_its_kind_is_told_of(text, told):
    right = "and kubectl refuses the object; write what it is, such as ConfigMap"
    assert read_one(text) == ([], [f"standard input:{told}, {right}"])


# Places


def test_an_object_has_the_line_of_its_document_and_an_item_its_own(tmp_path):
    items = "apiVersion: v1\nkind: List\nitems:\n- " + configmap("c").replace("\n", "\n  ").rstrip()
    write(tmp_path, "a.yaml", f"# first\n\n{configmap('a')}---\n# nothing\n---\n\n{configmap('b')}--- # x\n{items}\n")
    manifests, problems = read(["."], tmp_path)
    assert (names(manifests), problems) == (["a", "b", "c"], [])
    assert lines_of(manifests, tmp_path) == [("a.yaml", 3), ("a.yaml", 10), ("a.yaml", 17)]


def test_an_object_of_a_list_knows_its_line_as_soon_as_it_is_read():
    text = "kind: List\nitems:\n- kind: A\n-\n  kind: BList\n  items: [{}, {}]\n--- {kind: List, items: [{kind: C}]}\n"
    manifests, _ = read_one(text)
    assert [(one.body["kind"], one.origin.line, one.origin.column) for one in manifests] == [
        ("A", 3, 3), ("B", 6, 11), ("B", 6, 15), ("C", 7, 26),
    ]  # fmt: skip


def test_an_object_that_an_alias_brings_is_where_the_alias_stands():
    manifests, _ = read_one("x: &x [{kind: A}]\nkind: List\nitems: *x\n")
    assert [(one.origin.route, one.origin.line, one.origin.column) for one in manifests] == [(("items", 0), 3, 1)]


def test_what_lies_in_an_object_is_found_from_its_line(tmp_path):
    text = b"kind: List\nitems: [{kind: A, x: 1}]\n---\nkind: List\nitems: [{kind: B}, {kind: C, x: 1}]\n"
    manifests, _ = read(["-"], tmp_path, text)
    within = [replace(one.origin, route=(*one.origin.route, "x")) for one in manifests]
    found = [(place.line, place.column) for place in located(within, tmp_path, text).values()]
    assert found == [(2, 19), (5, 9), (5, 30)]


@pytest.mark.parametrize(
    "text",
    [
        f"{configmap('a')}# a line break to some\u2028---\n{configmap('b')}",
        f"{configmap('a')}...\n---\n{configmap('b')}",
    ],
)
def test_documents_are_found_however_they_are_divided(text):
    manifests, _ = read_one(text)
    assert names(manifests) == ["a", "b"]
    assert [manifest.origin.line for manifest in manifests] == [1, 6]


def test_an_item_of_standard_input_has_its_line(tmp_path):
    text = b"kind: List\napiVersion: v1\nitems:\n- kind: A\n- kind: B\n"
    manifests, _ = read(["-"], tmp_path, text)
    assert lines_of(manifests, tmp_path, text) == [("standard input", 4), ("standard input", 5)]


def test_what_we_rendered_comes_from_the_tenant_file_from_wherever_it_is_read(tmp_path):
    root = repository(tmp_path / "repo", vision="{tier: small, members: [{group: ml, role: editor}]}")
    assert render(root, Options()).problems == []
    for folder, path, document in [
        (root, "rendered", "tenants/vision.yaml"),
        (root / "rendered", ".", "../tenants/vision.yaml"),
        (tmp_path, "repo/rendered/eu", "repo/tenants/vision.yaml"),
        (tmp_path, str(root / "rendered/eu"), str(root / "tenants/vision.yaml")),
    ]:
        manifests, _ = read([path], folder)
        bindings = [one for one in manifests if one.body["kind"] == "RoleBinding"]
        assert [one.origin for one in bindings] == [Place(document, ("spec", "members", "ml"))]
        assert lines_of(bindings, folder) == [(document, 4)]


def test_a_comment_that_names_no_place_is_only_a_comment(tmp_path):
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    text = emit.file_text([Manifest(body, Place("tenants/a.yaml", ("spec", "extras", 0, "x")))], "tenants/a.yaml")
    for old, new, place in [
        (b"", b"", Place("tenants/a.yaml", ("spec", "extras", 0, "x"))),
        (b"# tenants/a.yaml#spec/extras/0/x", b"# by hand", Place("rendered/a.yaml", (), 4, 1)),
        (b"# tenants/a.yaml#spec/extras/0/x", b"# a \\ b", Place("rendered/a.yaml", (), 4, 1)),
        (b"# Rendered by", b"# Written by", Place("rendered/a.yaml", (), 4, 1)),
    ]:
        write(tmp_path, "rendered/a.yaml", text.replace(old, new, 1) if old else text)
        assert [one.origin for one in read(["rendered"], tmp_path)[0]] == [place]


def test_a_place_whose_file_is_gone_stays_as_it_is(tmp_path):
    place = Place("tenants/a.yaml", ("spec",))
    assert located([place], tmp_path) == {place: place}
