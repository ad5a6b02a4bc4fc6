import json
from pathlib import Path

import pytest
from rules.judging import asking, messages, named, space

ASKED = asking("require-admissible-pods")
ORACLE = Path(__file__).parents[1] / "oracles" / "silent-pods.jsonl"
RECORDED = [json.loads(line) for line in ORACLE.read_text(encoding="utf-8").splitlines()]
SAID = "namespace ns1 does not admit, or does not count, ordinary pods: "


def quota(hard, name="q", **spec):
    return named("ResourceQuota", name, "ns1", spec={"hard": hard, **spec})


def limits(*items, name="l"):
    return named("LimitRange", name, "ns1", spec={"limits": list(items)})


def container(**fields):
    return {"type": "Container", **fields}


def told(*bodies):
    return [message.removeprefix(SAID) for message in messages(ASKED, space(), *bodies)]


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: str(case["message"])[:60])
def test_what_the_api_server_did_with_such_a_pod_is_what_we_say(case):
    found = told(*([limits(*case["limitRange"]["limits"])] if case["limitRange"] else []), *quotas_of(case))
    if case["accepted"] or case["quota"] is None or case["quota"]["hard"].get("pods") != "0":
        assert (found == []) is case["accepted"]  # else the quota wants no pods, which is no mistake


def quotas_of(case):
    return [named("ResourceQuota", "q", "ns1", spec=case["quota"])] if case["quota"] else []


def test_the_recorded_pods_are_of_both_kinds():
    assert {case["accepted"] for case in RECORDED} == {True, False}
    assert len(RECORDED) > 20


def test_what_a_quota_counts_needs_a_default():
    assert told(
        quota({"limits.cpu": "4", "requests.memory": "8Gi"}), limits(container(defaultRequest={"cpu": "1"}))
    ) == [
        (
            "ResourceQuota q counts limits.cpu, and there is no default limit for cpu; "
            "ResourceQuota q counts requests.memory, and there is no default request for memory"
        )
    ]


def test_a_limit_range_that_is_refused_gives_no_default():
    assert len(told(quota({"cpu": "4"}), limits(container(default={"cpu": "1"}, max={"cpu": "500m"})))) == 1


def test_one_default_pod_has_room_in_the_quota():
    # StatCan's profile controller wrote 500 for 500m.
    huge = limits(container(default={"cpu": "500"}))
    assert told(quota({"limits.cpu": "45"}), huge) == [
        "ResourceQuota q has 45 of limits.cpu in all, and one pod takes 500 by default"
    ]
    assert told(quota({"limits.cpu": "500"}), huge) == []


@pytest.mark.parametrize("hard", [{"pods": "0"}, {"requests.cpu": "0", "limits.memory": "1Gi"}])
def test_a_quota_of_nothing_is_meant(hard):
    assert told(quota(hard)) == []


def test_the_bounds_of_another_limit_range_count():
    given = limits(container(default={"cpu": "4"}), name="a")
    assert told(given, limits(container(max={"cpu": "2"}), name="b")) == [
        "the default for cpu is 4, and LimitRange b for each Container allows 2 at most"
    ]
    assert told(given, limits({"type": "Pod", "max": {"cpu": "2"}}, name="b")) == [
        "the default for cpu is 4, and LimitRange b for each Pod allows 2 at most"
    ]
    assert told(limits({"type": "Pod", "min": {"memory": "1Gi"}})) == [
        "there is no default request for memory, and LimitRange l for each Pod asks for 1Gi at least"
    ]


def test_the_ratio_of_limit_to_request_is_kept():
    fields = {"default": {"cpu": "1"}, "defaultRequest": {"cpu": "100m"}, "maxLimitRequestRatio": {"cpu": "4"}}
    assert told(limits(container(**fields))) == [
        (
            "the default limit for cpu is 1 and the default request 100m, "
            "and LimitRange l for each Container allows a ratio of 4 at most"
        )
    ]
    assert told(limits(container(**{**fields, "maxLimitRequestRatio": {"cpu": "10"}}))) == []


def test_the_first_limit_range_by_name_gives_the_default():
    first, second = (limits(container(default={"cpu": size}), name=name) for name, size in (("a", "1"), ("b", "9")))
    tight = quota({"limits.cpu": "2"})
    assert told(second, first, tight) == []


@pytest.mark.parametrize(("scopes", "count"), [(["Terminating"], 1), (["BestEffort"], 0), (["PriorityClass"], 0)])
def test_a_quota_counts_the_pods_in_its_scopes(scopes, count):
    hard = {"pods": "5"} if scopes == ["BestEffort"] else {"requests.cpu": "5"}
    assert len(told(quota(hard, scopes=scopes))) == count


def test_a_pod_of_best_effort_is_in_no_quota_of_others():
    of_others = quota({"requests.cpu": "5"}, scopes=["NotBestEffort"])
    assert told(of_others) == []
    assert len(told(of_others, limits(container(default={"memory": "1Gi"})))) == 1


def test_equal_namespaces_are_all_told():
    bodies = [{**quota({"cpu": "1"}), "metadata": {"name": "q", "namespace": name}} for name in ("a", "b")]
    assert len(messages(ASKED, space("a"), space("b"), *bodies)) == 2


@pytest.mark.parametrize("spec", [None, [], {"hard": []}, {"hard": {"cpu": "x"}}, {"hard": {"cpu": []}}])
def test_what_is_malformed_refuses_nobody(spec):
    assert told(named("ResourceQuota", "q", "ns1", spec=spec)) == []
