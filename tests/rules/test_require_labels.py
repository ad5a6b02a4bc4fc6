import pytest
from rules.judging import asking, messages, named, space, tenants_space

PROFILE = named("Profile", "ns1", api="kubeflow.org/v1", spec={"owner": {"kind": "User", "name": "ann"}})


def asked(**parameters):
    return asking("require-labels", **{"kinds": ["Namespace"], "labels": {"team": "*", "env": "prod"}, **parameters})


def test_each_label_that_is_missing_or_other_is_named():
    assert messages(asked(), space()) == ["Namespace ns1 has no labels team, env=prod"]
    assert messages(asked(), space(team="a", env="test")) == ["Namespace ns1 has no label env=prod"]
    assert messages(asked(), space(team="a", env="prod")) == []


@pytest.mark.parametrize("labels", [{"team": "a"}, {"env": "prod"}])
def test_one_of_them_may_do(labels):
    assert messages(asked(need="one"), space(**labels)) == []
    assert messages(asked(need="one"), space(env="test")) == ["Namespace ns1 has none of the labels team, env=prod"]


def test_an_empty_label_is_none():
    assert len(messages(asked(labels={"team": "*"}), space(team=""))) == 1


def test_only_the_kinds_that_are_asked_about_count():
    labels = asked(kinds=["Deployment"], labels={"team": "*"})
    assert messages(labels, space()) == []
    assert len(messages(labels, named("Deployment", "d", "ns1", "apps/v1"))) == 1


def test_only_what_is_labelled_counts():
    labels = asked(labelled={"env": "prod"}, labels={"team": "*"})
    assert messages(labels, space()) == []
    assert len(messages(labels, space(env="prod"))) == 1


def test_only_tenants_or_profiles_count():
    of_tenants = asked(of="tenants")
    assert messages(of_tenants, space()) == []
    assert len(messages(of_tenants, tenants_space())) == 1
    assert len(messages(of_tenants, tenants_space(), named("Pod", "p", "ns1"), named("Pod", "p", "ns2"))) == 1
    assert messages(asked(of="profiles"), space()) == []
    assert len(messages(asked(of="profiles"), space(), PROFILE)) == 1


@pytest.mark.parametrize(
    "labels", [{"app.kubernetes.io__part-of": "kubeflow-profile"}, {"serving.kubeflow.org__x": "y"}]
)
def test_a_label_of_kubeflow_makes_a_profile(labels):
    assert len(messages(asked(of="profiles"), space(**labels))) == 1
    assert len(messages(asked(of="plain-profiles"), space(**labels))) == 1
    assert messages(asked(of="plain-profiles"), space(**labels), PROFILE) == []


def test_a_label_that_only_looks_like_kubeflows_makes_none():
    assert messages(asked(of="profiles"), space(**{"notkubeflow.org__x": "y"})) == []
