import pytest
from rules.checkouts import config, kust
from rules.judging import named
from rules.syncing import application, kustomization, source

from generator.checkout import Checkout, File, Spot
from generator.manifest import Manifest
from generator.problems import Place
from generator.rules import bundles
from generator.rules.repositories import address
from generator.rules.scene import Scene


def scene(files, remotes=(), strays=()):
    listed = {path: bodies if isinstance(bodies, list) else [bodies] for path, bodies in files.items()}
    manifests = [Manifest(body, Place(path), path) for path, some in listed.items() for body in some]
    whole = {path: File(1, (1,) if path in strays else ()) for path in listed}
    return Scene(
        manifests, checkout=Checkout(whole, {path: Spot("", path) for path in listed}, {"": frozenset(remotes)})
    )


def flux(files, **options):
    """Tell what each Kustomization applies: an object with the namespace that it is put into."""
    return {
        bundle.applier.name: sorted(f"{one.moved}/{one.item.name}".lstrip("/") for one in bundle.build.applied)
        for bundle in bundles.of_flux(scene(files, **options))
    }


def argo(files, **options):
    found = bundles.of_argo(scene(files, **options))
    return [(one.applier.name, sorted(item.name for item, _ in one.build.applied)) for one in found]


def at(path, name="k", **spec):
    return kustomization(name, path=path, **spec)


def test_a_folder_without_a_kustomization_is_applied_to_its_depths():
    given = {
        "c/k.yaml": at("./apps"),
        "apps/a.yaml": config("a"),
        "apps/x/y/b.yml": config("b"),
        "apps/c.json": config("c"),
    }
    assert flux(given) == {"k": ["a", "b"]}


def test_a_kustomization_lists_what_is_built():
    given = {
        "c/k.yaml": at("apps/prod"),
        "apps/prod/kustomization.yaml": kust(resources=["../base", "own.yaml", "gone.yaml"], components=["../extra"]),
        "apps/prod/own.yaml": config("own"),
        "apps/prod/other.yaml": config("other"),
        "apps/base/kustomization.yaml": kust(resources=["a.yaml"]),
        "apps/base/a.yaml": config("a"),
        "apps/extra/kustomization.yaml": {**kust(resources=["e.yaml"]), "kind": "Component"},
        "apps/extra/e.yaml": config("e"),
    }
    assert flux(given) == {"k": ["a", "e", "own"]}


def test_the_outermost_namespace_decides():
    given = {
        "c/k.yaml": at("apps"),
        "apps/kustomization.yaml": kust(namespace="outer", resources=["inner", "a.yaml"]),
        "apps/a.yaml": config("a"),
        "apps/inner/kustomization.yaml": kust(namespace="inner", resources=["b.yaml"]),
        "apps/inner/b.yaml": config("b"),
    }
    assert flux(given) == {"k": ["outer/a", "outer/b"]}


def test_folders_below_that_are_built_are_built():
    given = {
        "c/k.yaml": at("apps"),
        "apps/a.yaml": config("a"),
        "apps/x/kustomization.yaml": kust(namespace="x", resources=["b.yaml"]),
        "apps/x/b.yaml": config("b"),
        "apps/x/unlisted.yaml": config("unlisted"),
    }
    assert flux(given) == {"k": ["a", "x/b"]}


def test_builds_in_a_circle_end():
    given = {
        "c/k.yaml": at("apps"),
        "apps/kustomization.yaml": kust(resources=["../more", "a.yaml"]),
        "apps/a.yaml": config("a"),
        "more/kustomization.yaml": kust(resources=["../apps", "."]),
    }
    assert flux(given) == {"k": ["a"]}


def test_what_is_for_tools_alone_is_not_applied():
    local = config("local")
    local["metadata"]["annotations"] = {"config.kubernetes.io/local-config": "true"}
    assert flux({"c/k.yaml": at("apps"), "apps/a.yaml": [config("a"), local]}) == {"k": ["a"]}


def test_of_a_repository_that_is_elsewhere_nothing_is_known():
    apps = {"apps/a.yaml": config("a")}
    assert flux({"c/k.yaml": [at("apps"), at("gone", "other")], **apps}) == {}
    assert flux({"c/k.yaml": at("apps"), **apps}) == {"k": ["a"]}
    assert flux({"c/k.yaml": at("./"), **apps}) == {}


@pytest.mark.parametrize(
    "url", ["https://git.example/vision.git", "git@git.example:vision", "ssh://git@git.example:22/vision"]
)
def test_a_repository_that_git_knows_is_here(url):
    given = {"c/k.yaml": [at("apps"), at("gone", "other"), source(url=url)], "apps/a.yaml": config("a")}
    assert flux(given, remotes=[address("https://git.example/vision")]) == {"k": ["a"]}
    assert flux(given, remotes=["git.example/elsewhere"]) == {}


def test_a_repository_whose_folder_holds_what_applies_it_is_here():
    own = at("clusters/prod", "flux-system", sourceRef={"kind": "GitRepository", "name": "flux-system"})
    given = {
        "clusters/prod/sync.yaml": own,
        "clusters/prod/apps.yaml": [
            at("apps"),
            at("apps", "same", sourceRef={"kind": "GitRepository", "name": "flux-system"}),
        ],
        "apps/a.yaml": config("a"),
    }
    assert set(flux(given)) == {"flux-system", "same"}


def test_a_branch_is_another_repository():
    given = {
        "c/k.yaml": [at("apps"), source(ref={"branch": "main"})],
        "c/other.yaml": [kustomization("o", "b", path="gone"), source(namespace="b", ref={"branch": "dev"})],
        "apps/a.yaml": config("a"),
    }
    assert set(flux(given)) == {"k"}


@pytest.mark.parametrize("path", ["${cluster}/apps", 5, None, "../..", "/"])
def test_a_strange_path_is_no_traceback(path):
    assert flux({"c/k.yaml": at(path), "apps/a.yaml": config("a")}) == {}


def here(path, name="a", **source_fields):
    return application(name, source={"repoURL": "https://git.example/x", "path": path, **source_fields})


def test_a_directory_is_applied_as_it_is():
    files = {
        "apps/a.yaml": here("tenants"),
        "tenants/x.yaml": config("x"),
        "tenants/y.json": config("y"),
        "tenants/d/z.yaml": config("z"),
    }
    assert argo(files) == [("a", ["x", "y"])]
    files["apps/a.yaml"] = here("tenants", directory={"recurse": True})
    assert argo(files) == [("a", ["x", "y", "z"])]
    files["apps/a.yaml"] = here("tenants", directory={"recurse": True, "exclude": "{d/*,y.*}"})
    assert argo(files) == [("a", ["x"])]
    files["apps/a.yaml"] = here("tenants", directory={"recurse": True, "include": "d/*"})
    assert argo(files) == [("a", ["z"])]


def test_a_kustomization_is_built_unless_a_directory_is_asked_for():
    files = {
        "apps/a.yaml": here("tenants"),
        "tenants/kustomization.yaml": kust(resources=["x.yaml"]),
        "tenants/x.yaml": config("x"),
    }
    files["tenants/y.yaml"] = config("y")
    assert argo(files) == [("a", ["x"])]
    files["apps/a.yaml"] = here("tenants", directory={})
    assert argo(files) == [("a", ["", "x", "y"])]


def test_a_chart_is_not_looked_into():
    files = {"apps/a.yaml": here("chart"), "chart/Chart.yaml": [], "chart/x.yaml": config("x")}
    assert argo(files) == []
    assert argo({"apps/a.yaml": here("chart", helm={"values": "x"}), "chart/x.yaml": config("x")}) == []


def test_each_source_of_several_counts():
    body = here("tenants")
    body["spec"]["sources"] = [{"repoURL": "https://git.example/x", "path": "more"}, {"repoURL": "y", "chart": "z"}, 5]
    assert argo({"apps/a.yaml": body, "tenants/x.yaml": config("x"), "more/y.yaml": config("y")}) == [
        ("a", ["x"]),
        ("a", ["y"]),
    ]


def test_thousands_of_folders_and_of_kustomizations_on_one_folder_are_looked_through_once():
    many = {f"apps/{i}/a.yaml": config(f"a{i}") for i in range(3000)}
    apart = [at(f"apps/{i}", f"k{i}") for i in range(3000)]
    together = [at("apps", f"all{i}") for i in range(3000)]
    found = bundles.of_flux(scene({"c/k.yaml": [*apart, *together], **many}))
    assert len(found) == 6000
    assert len({id(one.build) for one in found}) == 3001


def test_nothing_is_known_without_files():
    assert (
        bundles.of_flux(Scene([Manifest(at("apps"), Place("k.yaml")), Manifest(named("Namespace", "a"), Place("a"))]))
        == ()
    )


def test_nobody_holds_a_run_up_by_what_looks_like_variables():
    text = config("a", x="${a" * 100_000)
    assert sorted(bundles.variables(next(iter(scene({"a.yaml": text}).everything)))) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://git.example/vision/deploy.git", "git.example/vision/deploy"),
        ("https://user:word@Git.Example/vision/deploy/", "git.example/vision/deploy"),
        ("ssh://git@git.example:2222/vision/deploy", "git.example/vision/deploy"),
        ("git@git.example:vision/deploy.git", "git.example/vision/deploy"),
        ("git@git.example:deploy", "git.example/deploy"),
        ("oci://registry.example/vision", "registry.example/vision"),
        ("x", "x/"),
        ("", "/"),
    ],
)
def test_an_address_is_the_same_however_it_is_reached(url, expected):
    assert address(url) == expected
