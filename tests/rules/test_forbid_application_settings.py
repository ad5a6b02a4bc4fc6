import pytest
from rules.judging import asking, messages, named
from rules.syncing import ARGO, application, generated

from generator.rules import forbid_application_settings

ALL = [*forbid_application_settings.PARAMETERS["settings"].known]
PATHS = {"argocd.argoproj.io/manifest-generate-paths": "."}


def told(setting, *bodies):
    return messages(asking("forbid-application-settings", settings=[setting]), *bodies)


def files(*paths):
    return {"git": {"repoURL": "x", "files": [{"path": path} for path in paths]}}


def test_what_is_as_it_should_be_is_clean():
    given = application(source={"repoURL": "a", "path": "x"})
    assert messages(asking("forbid-application-settings", settings=ALL), given, generated()) == []


@pytest.mark.parametrize("project", ["default", "", None])
def test_no_project_is_the_default_one(project):
    given = [application(project=project), generated(template={"project": project})]
    assert told("default-project", *given) == [
        "Application vision is of project default, which anybody may use",
        "ApplicationSet vision is of project default, which anybody may use",
    ]


def test_a_project_that_is_generated_is_told():
    assert told("templated-project", generated(template={"project": "{{.path.basename}}"})) == [
        "ApplicationSet vision takes the project from what it generates from ({{.path.basename}})"
    ]
    assert told("templated-project", generated()) == []


def test_an_empty_set_is_not_applied():
    policy = {"syncPolicy": {"automated": {"allowEmpty": True}}}
    what = "vision may prune everything: it applies an empty set of manifests too (allowEmpty)"
    given = [application(**policy), generated(template=policy)]
    assert told("allow-empty", *given) == [f"Application {what}", f"ApplicationSet {what}"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["Replace=true"], ["Replace=true"]),
        (["Force=true", "Replace= true"], ["Replace=true and Force=true"]),
        (["Replace=false", "ServerSideApply=true"], []),
        (None, []),
        ([5], []),
    ],
)
def test_options_that_replace_are_told(options, expected):
    said = told("replace", application(syncPolicy={"syncOptions": options}))
    what = "which deletes or overwrites instead of changing"
    assert said == [f"Application vision syncs with {one}, {what}" for one in expected]


def test_several_of_one_repository_say_which_paths_matter():
    one, other = application("a"), application("b")
    assert told("no-paths", one, application("b", source={"repoURL": "elsewhere", "path": "x"})) == []
    expected = (
        "Application {} is rendered anew at each commit to https://git.example/vision, from which others come too"
    )
    assert told("no-paths", one, other) == [expected.format("a"), expected.format("b")]
    other["metadata"]["annotations"] = PATHS
    assert told("no-paths", one, other) == [expected.format("a")]


def test_an_application_set_over_folders_is_several():
    templated = generated(template={"source": {"repoURL": "x", "path": "{{.path.path}}"}})
    assert told("no-paths", templated) == [
        "ApplicationSet vision is rendered anew at each commit to x, from which others come too"
    ]
    templated["spec"]["template"]["metadata"]["annotations"] = PATHS
    assert told("no-paths", templated) == []


def test_a_chart_has_no_paths():
    chart = {"repoURL": "https://charts.example", "chart": "x"}
    assert told("no-paths", application("a", source=chart), application("b", source=chart)) == []


def test_a_missing_key_is_an_error():
    assert told("missing-keys", generated(goTemplateOptions=[])) == [
        "ApplicationSet vision renders a key that is not there as a text, for it lacks missingkey=error"
    ]
    assert told("missing-keys", generated(goTemplate=None)) == [
        "ApplicationSet vision leaves a key that is not there as it is written, for it does not use Go templates"
    ]


@pytest.mark.parametrize(
    ("policy", "is_told"),
    [
        (None, True),
        ({}, True),
        ({"applicationsSync": "sync"}, True),
        ({"applicationsSync": "create-delete"}, True),
        ({"applicationsSync": "create-only"}, False),
        ({"applicationsSync": "sync", "preserveResourcesOnDeletion": True}, False),
    ],
)
def test_what_is_not_generated_any_more_is_not_deleted(policy, is_told):
    expected = "ApplicationSet vision deletes an Application that it no longer generates, and all that it has applied"
    assert told("deleting", generated(syncPolicy=policy)) == [expected] * is_told


def test_a_single_star_crosses_folders():
    nested = {"matrix": {"generators": [{"clusters": {}}, {"merge": {"generators": [files("a/*/b.yaml")]}}]}}
    assert told("recursive-glob", generated([files("x/*.yaml", "y/**/z.yaml", "plain.yaml"), nested])) == [
        "ApplicationSet vision generates from files of deeper folders too (a/*/b.yaml, x/*.yaml); write ** if that is meant"
    ]


def test_with_new_globbing_it_does_not():
    data = {"applicationsetcontroller.enable.new.git.file.globbing": "true"}
    assert (
        told(
            "recursive-glob",
            generated([files("x/*.yaml")]),
            named("ConfigMap", "argocd-cmd-params-cm", "argocd", data=data),
        )
        == []
    )


@pytest.mark.parametrize(
    "value", [None, 5, "x", [], [5], [{}], {"spec": 5}, {"spec": {"sources": [5], "syncPolicy": []}}]
)
def test_a_malformed_one_is_no_traceback(value):
    for kind in ("Application", "ApplicationSet"):
        for spec in (value, {"template": value, "generators": value, "source": value, "syncPolicy": value}):
            body = named(kind, "x", "argocd", ARGO, spec=spec)
            assert isinstance(messages(asking("forbid-application-settings", settings=ALL), body), list)


def test_thousands_of_applications_of_a_repository_are_grouped():
    given = [application(f"a{i}") for i in range(5000)]
    assert len(messages(asking("forbid-application-settings", settings=ALL), *given)) == 5000
