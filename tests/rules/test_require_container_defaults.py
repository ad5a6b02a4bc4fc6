import pytest
from rules.judging import asking, messages, named, space

ASKED = asking("require-container-defaults", resources=["cpu", "memory"])


def limits(*items):
    return named("LimitRange", "l", "ns1", spec={"limits": list(items)})


def container(**fields):
    return {"type": "Container", **fields}


ALL = {"cpu": "1", "memory": "1Gi"}


def test_what_has_no_default_is_named():
    assert messages(ASKED, space(), limits(container(defaultRequest=ALL))) == [
        "namespace ns1 gives containers no default limit for cpu, no default limit for memory"
    ]


@pytest.mark.parametrize("fields", [{"default": ALL}, {"max": ALL}, {"default": ALL, "defaultRequest": ALL}])
def test_a_default_that_the_api_server_adds_counts(fields):
    assert messages(ASKED, space(), limits(container(**fields))) == []


def test_a_limit_range_that_is_refused_gives_nothing():
    refused = container(default=ALL, max={"cpu": "500m"})
    assert len(messages(ASKED, space(), limits(refused))) == 1


def test_bounds_of_pods_are_no_defaults_of_containers():
    assert len(messages(ASKED, space(), limits({"type": "Pod", "max": ALL}))) == 1


@pytest.mark.parametrize("item", [[], "x", {}, container(default=[]), container(max={"cpu": []}), {"type": 1}])
def test_a_malformed_limit_range_gives_nothing(item):
    assert len(messages(ASKED, space(), limits(item))) == 1
