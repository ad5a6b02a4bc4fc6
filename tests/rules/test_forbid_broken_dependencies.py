import pytest
from rules.judging import asking, findings, messages
from rules.syncing import kustomization, release

ASKED = asking("forbid-broken-dependencies", cases=["circle", "missing"])


def after(name, *awaited, make=kustomization, namespace="apps"):
    return make(
        name, namespace, dependsOn=[dict(zip(("name", "namespace"), one.split("@"), strict=False)) for one in awaited]
    )


def test_a_circle_is_told_once_by_its_first():
    given = [after("c", "a"), after("b", "c"), after("a", "b"), after("d", "a")]
    assert messages(ASKED, *given) == ["Kustomization a waits for itself, by way of apps/b, apps/c"]


def test_what_waits_for_itself_alone_is_a_circle():
    assert messages(ASKED, after("a", "a")) == ["Kustomization a waits for itself"]


def test_what_is_not_there_is_likely_to_be_missing():
    [found] = findings(ASKED, after("a", "b"))
    assert (found.message, found.confidence) == (
        "Kustomization a waits for Kustomization b of namespace apps, which is not there",
        "likely",
    )


def test_a_dependency_is_of_the_same_kind_and_namespace():
    given = [after("a", "b"), release("b"), kustomization("b", "elsewhere")]
    assert len(messages(ASKED, *given)) == 1
    assert messages(ASKED, after("a", "b@elsewhere"), kustomization("b", "elsewhere")) == []


def test_releases_wait_for_releases():
    assert messages(ASKED, after("a", "b", make=release), after("b", "a", make=release)) == [
        "HelmRelease a waits for itself, by way of apps/b"
    ]


def test_what_is_put_into_a_namespace_later_is_found_by_name():
    assert messages(ASKED, after("a", "b", namespace=None), kustomization("b")) == []
    assert messages(ASKED, after("a", "b"), kustomization("b", None)) == []


def test_of_two_clusters_each_is_looked_at():
    given = [after("a", "b"), after("b", "a"), after("a"), after("b", "gone")]
    assert messages(ASKED, *given) == [
        "Kustomization a waits for itself, by way of apps/b",
        "Kustomization b waits for Kustomization gone of namespace apps, which is not there",
    ]


@pytest.mark.parametrize("value", [None, 5, "b", [5], [{}], [{"name": 5}], {"name": "b"}])
def test_a_malformed_list_waits_for_nothing(value):
    assert messages(ASKED, kustomization(dependsOn=value)) == []


def test_a_circle_of_thousands_needs_no_recursion():
    given = [after(f"k{i:04}", f"k{(i + 1) % 5000:04}") for i in range(5000)]
    assert messages(ASKED, *given) == [
        "Kustomization k0000 waits for itself, by way of apps/k0001, apps/k0002, apps/k0003 and 4996 more"
    ]
