import pytest
from repositories import write

from generator import manifests, repository
from generator.checkout import Checkout, File, Spot

TEXT = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"


def made(*paths, root=""):
    return Checkout(dict.fromkeys(paths, File(1)), {path: Spot(root, path) for path in paths})


def test_folders_know_what_lies_in_them():
    found = made("a/b/x.yaml", "a/y.yaml", "a/c/d/z.yaml")
    assert [spot.path for spot in found.files_in(Spot("", "a"))] == ["a/y.yaml"]
    assert [spot.path for spot in found.folders_in(Spot("", "a"))] == ["a/b", "a/c"]
    assert [found.is_folder(Spot("", path)) for path in ("", "a", "a/c", "a/c/d", "a/y.yaml", "b")] == [True] * 4 + [
        False
    ] * 2
    assert {spot.path: entries for spot, entries in found.folders()} == {"": 1, "a": 3, "a/b": 1, "a/c": 1, "a/c/d": 1}


def test_a_relative_path_starts_from_its_folder():
    spot = Spot("", "a/b")
    assert [spot.at(one).path for one in ("x", "../x", "../..", "./x/", ".")] == ["a/b/x", "a/x", "", "a/b/x", "a/b"]
    assert not made("x").is_folder(spot.at("../../.."))


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_a_folder_is_built_by_any_of_three_names(name):
    assert made(f"a/{name}").kustomization(Spot("", "a")) == Spot("", f"a/{name}")
    assert made(f"a/{name}").kustomization(Spot("", "")) is None


def lies(folder, *paths):
    files = {}
    manifests.read(paths, folder, files=files)
    return {name: spot.path for name, spot in repository.checkout(files, paths, folder).spots.items()}


def test_a_file_lies_where_its_git_repository_says(tmp_path):
    (tmp_path / ".git").mkdir()
    write(tmp_path, "apps/a.yaml", TEXT)
    write(tmp_path, "apps/deep/b.yaml", TEXT)
    both = {"a.yaml": "apps/a.yaml", "deep/b.yaml": "apps/deep/b.yaml"}
    assert lies(tmp_path / "apps", ".") == lies(tmp_path / "apps", "a.yaml", "deep") == both
    assert lies(tmp_path, "apps") == {f"apps/{name}": path for name, path in both.items()}
    assert lies(tmp_path / "apps" / "deep", "../a.yaml") == {"../a.yaml": "apps/a.yaml"}
    assert lies(tmp_path, str(tmp_path / "apps")) == {str(tmp_path / path): path for path in both.values()}


def test_without_git_the_root_is_where_one_started(tmp_path):
    write(tmp_path, "apps/a.yaml", TEXT)
    assert lies(tmp_path, "apps") == {"apps/a.yaml": "apps/a.yaml"}
    (tmp_path / "elsewhere").mkdir()
    assert lies(tmp_path / "elsewhere", "../apps") == {"../apps/a.yaml": "a.yaml"}


def test_files_know_their_size_and_what_is_no_object(tmp_path):
    write(tmp_path, "a.yaml", f"{TEXT}---\nreplicas: 3\n---\n- 1\n---\n# nothing\n")
    files = {}
    found, _ = manifests.read(["a.yaml"], tmp_path, files=files)
    assert files == {"a.yaml": File(89, (5, 7))}
    assert [one.file for one in found] == ["a.yaml"]


@pytest.mark.parametrize("name", ["kustomization.yaml", "Kustomization"])
def test_kustomize_need_not_say_what_its_file_is(tmp_path, name):
    write(tmp_path, f"a/{name}", "resources: [x.yaml]\n")
    files = {}
    [found], problems = manifests.read(["a"], tmp_path, files=files)
    assert (found.body["apiVersion"], found.body["kind"]) == ("kustomize.config.k8s.io/v1beta1", "Kustomization")
    assert (problems, files[f"a/{name}"].strays) == ([], ())


def test_other_yaml_is_no_object_as_before(tmp_path):
    write(tmp_path, "values.yaml", "resources: [x.yaml]\n")
    assert manifests.read(["."], tmp_path) == ([], [])
