import pytest

from generator.problems import Place
from generator.spec.remotes import check, remote

HERE = Place("f.yaml")


@pytest.mark.parametrize(
    ("value", "url", "is_oci", "revision"),
    [
        ({"url": "https://a/b"}, "https://a/b", False, ("branch", "main")),
        ({"url": "https://a/b", "branch": "live"}, "https://a/b", False, ("branch", "live")),
        ({"url": "https://a/b", "semver": ">=1.0.0"}, "https://a/b", False, ("semver", ">=1.0.0")),
        ({"oci": {"url": "oci://a/b"}}, "oci://a/b", True, ("tag", "latest")),
        ({"oci": {"url": "oci://a/b", "digest": "sha256:0"}}, "oci://a/b", True, ("digest", "sha256:0")),
    ],
)
def test_a_repository_is_git_or_in_a_registry_and_has_one_revision(value, url, is_oci, revision):
    made = remote(value, HERE)
    assert (made.url, made.is_oci, made.revision) == (url, is_oci, revision)
    assert (made.secret, made.verify, list(check(made))) == (None, None, [])


@pytest.mark.parametrize(
    ("path", "within"), [("", "rendered/eu"), ("deploy", "deploy/rendered/eu"), ("a/b/", "a/b/rendered/eu")]
)
def test_a_path_below_its_folder_is_told_from_its_root(path, within):
    assert remote({"url": "https://a/b", "path": path}, HERE).within("rendered/eu") == within
