from rules.checkouts import config, kust, told
from rules.judging import asking, space
from rules.syncing import HERE, application

DIRECTORY = asking("forbid-argocd-bundles", cases=["kustomization-in-directory"])
SHARED = asking("forbid-argocd-bundles", cases=["shared"])


def at(path, name="a", to=None, **source):
    destination = to or {"server": HERE, "namespace": "apps"}
    return application(
        name, source={"repoURL": "https://git.example/x", "path": path, **source}, destination=destination
    )


def test_a_directory_holds_no_kustomization():
    files = {
        "c/a.yaml": at("apps", directory={"recurse": True}),
        "apps/x/kustomization.yaml": kust(),
        "apps/a.yaml": config("a"),
    }
    assert told(DIRECTORY, files) == [
        "Application a applies a directory as it is, though there is apps/x/kustomization.yaml"
    ]
    files["c/a.yaml"] = at("apps", directory={"recurse": True, "exclude": "**/kustomization.yaml"})
    assert told(DIRECTORY, files) == []
    files["c/a.yaml"] = at("apps")
    assert told(DIRECTORY, files) == []


def test_two_applications_on_one_folder_share_all_of_it():
    files = {"c/a.yaml": [at("apps"), at("apps", "b")], "apps/a.yaml": [space("n"), config("a")]}
    assert told(SHARED, files) == [
        "Application b applies what Application argocd/a applies too: Namespace n, ConfigMap a"
    ]


def test_an_object_in_two_files_is_one():
    files = {"c/a.yaml": [at("x"), at("y", "b")], "x/a.yaml": space("n"), "y/b.yaml": [space("n"), config("own")]}
    assert told(SHARED, files) == ["Application b applies what Application argocd/a applies too: Namespace n"]


def test_an_object_without_a_namespace_goes_to_the_destinations():
    files = {"c/a.yaml": [at("x"), at("y", "b")], "x/a.yaml": config("c", None), "y/b.yaml": config("c", "apps")}
    assert len(told(SHARED, files)) == 1
    files["c/a.yaml"][1] = at("y", "b", to={"name": "in-cluster", "namespace": "other"})
    assert len(told(SHARED, files)) == 1
    files["c/a.yaml"][0] = at("x", to={"server": HERE, "namespace": "elsewhere"})
    assert told(SHARED, files) == []


def test_two_clusters_share_nothing():
    files = {"c/a.yaml": [at("apps"), at("apps", "b", to={"server": "https://us.example"})], "apps/a.yaml": space("n")}
    assert told(SHARED, files) == []


def test_a_folder_within_another_is_shared():
    files = {"c/a.yaml": [at("apps", directory={"recurse": True}), at("apps/x", "b")], "apps/x/a.yaml": space("n")}
    assert told(SHARED, files) == ["Application b applies what Application argocd/a applies too: Namespace n"]


def test_an_application_of_two_clusters_shares_nothing_with_itself():
    files = {"eu/a.yaml": at("apps"), "us/a.yaml": at("apps"), "apps/a.yaml": space("n")}
    assert told(SHARED, files) == []


def test_an_object_that_is_written_twice_has_one_application():
    assert told(SHARED, {"c/a.yaml": at("apps"), "apps/a.yaml": [space("n"), space("n")]}) == []


def test_thousands_on_one_folder_are_not_paired_with_its_objects():
    files = {
        "c/a.yaml": [at("apps", f"a{i:04}") for i in range(3000)],
        "apps/a.yaml": [space(f"n{i}") for i in range(3000)],
    }
    assert len(told(SHARED, files)) == 2999
