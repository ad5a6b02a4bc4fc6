import pytest
from rules.judging import asking, messages, named

ASKED = asking("forbid-leaked-credentials")
KEY = "AKIAIOSFODNN7EXAMPLE"


def pod(**container):
    return named("Pod", "p", "ns1", spec={"containers": [{"name": "c", "image": "i", **container}]})


def test_a_config_map_is_told_with_the_key_and_without_the_value():
    found = messages(ASKED, named("ConfigMap", "m", "ns1", data={"a": "1", "b": f"key={KEY}"}))
    assert found == ["ConfigMap m holds what looks like an AWS access key, in data.b"]


@pytest.mark.parametrize(
    ("container", "where"),
    [
        ({"env": [{"name": "A", "value": KEY}]}, "the variable A of container c"),
        ({"args": ["--key", KEY]}, "args of container c"),
        ({"command": ["sh", "-c", f"KEY={KEY} run"]}, "command of container c"),
    ],
)
def test_a_container_is_told_with_where_it_stands(container, where):
    assert messages(ASKED, pod(**container)) == [f"Pod p holds what looks like an AWS access key, in {where}"]


def test_the_pods_of_a_workload_are_looked_into():
    job = named("Job", "j", "ns1", api="batch/v1", spec={"template": pod(args=[KEY])})
    assert messages(ASKED, job) == ["Job j holds what looks like an AWS access key, in args of container c"]


@pytest.mark.parametrize("env", [None, "x", [1], [{"name": "A"}], [{"name": "A", "value": 7}]])
def test_what_holds_no_text_holds_no_credential(env):
    assert messages(ASKED, pod(env=env)) == []
    assert messages(ASKED, named("ConfigMap", "m", "ns1", data=env if isinstance(env, dict) else None)) == []
