from rules.checkouts import config, found, told
from rules.judging import asking, messages


def test_a_folder_has_so_many_entries():
    files = {**{f"apps/{i}.yaml": config("a") for i in range(3)}, "apps/x/a.yaml": config("b")}
    [one] = found(asking("forbid-large-files", entries=3), files)
    assert (one.message, one.place.document) == ("folder apps has 4 entries, more than 3", "apps/2.yaml")
    assert told(asking("forbid-large-files", entries=4), files) == []


def test_a_file_has_so_many_kilobytes():
    files = {"large.yaml": config("a", text="x" * 2000), "small.yaml": config("b")}
    assert told(asking("forbid-large-files", kilobytes=1), files) == [
        "file large.yaml has 2 kB, more than 1, and its changes are not shown"
    ]


def test_an_object_has_so_many_bytes_as_go_writes_it():
    asked = asking("forbid-large-files", bytes=1000)
    assert told(asked, {"a.yaml": config("a", text="x" * 800)}) == []
    assert told(asked, {"a.yaml": config("a", text="<" * 200)}) == [
        "ConfigMap a has 1300 bytes as JSON, more than the 1000 that kubectl apply can annotate"
    ]
    assert len(told(asked, {"a.yaml": config("a", text="é" * 500)})) == 1


def test_nothing_is_known_without_files():
    assert messages(asking("forbid-large-files", entries=1, kilobytes=1, bytes=1), config("a", text="x" * 9999)) == []
