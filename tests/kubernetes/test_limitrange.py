import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.kubernetes.limitrange import FIELDS, Wrong, complete, defaulted, missing, problems
from generator.kubernetes.quantity import QuantityError, parse

RECORDED = Path(__file__).parent.parent / "oracles" / "limitranges.jsonl"
ORACLE = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]

PROPERTY = settings(max_examples=300, deadline=None, derandomize=True)
LIMITS = {"cpu": "1", "memory": "2Gi", "ephemeral-storage": "4Gi"}
REQUESTS = {"cpu": "100m", "memory": "256Mi", "ephemeral-storage": "1Gi"}
FORCING = [
    *("cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage"),
    *("limits.cpu", "limits.memory", "limits.ephemeral-storage"),
]


def container(**fields):
    return {"limits": [{"type": "Container", **fields}]}


def completed(spec, *keys, default=LIMITS, request=REQUESTS):
    return complete(spec, keys, default, request)["limits"]


def test_the_api_server_accepts_the_same_limit_ranges():
    differ = [row["spec"] for row in ORACLE if (not problems(row["spec"])) != row["accepted"]]
    assert len(ORACLE) == 300
    assert differ == []


def test_the_api_server_stores_the_same_defaults():
    rows = [row for row in ORACLE if row["accepted"]]
    assert len(rows) == 80
    for row in rows:
        assert defaulted(row["spec"]) == row["stored"]


def test_what_is_stored_is_stored_again_unchanged():
    for row in ORACLE:
        once = defaulted(row["spec"])
        assert defaulted(once) == once


def test_every_problem_is_in_an_item_that_the_api_server_refuses_too():
    for row in ORACLE:
        for route, _ in problems(row["spec"]):
            assert f"spec.limits[{route[1]}]" in row["message"]


def test_one_cause_is_told_once():
    spec = container(min={"cpu": "4"}, defaultRequest={"cpu": "1"}, default={"cpu": "2"}, max={"cpu": "3"})
    message = "min '4' is more than defaultRequest '1'; lower min or raise defaultRequest"
    assert problems(spec) == [Wrong(("limits", 0, "min", "cpu"), message)]


@pytest.mark.parametrize(
    ("item", "route", "message"),
    [
        ({"type": "container"}, ("type",), "'container' is not a type of limits; did you mean 'Container'?"),
        ({"type": "Pod", "default": {"cpu": 1}}, ("default",), "'Pod' takes no default; write it under type 'Container'"),
        ({"type": "PersistentVolumeClaim"}, (), "'PersistentVolumeClaim' has neither min nor max for storage; write one of them"),
        ({"type": "Container", "max": {"cpu": "1x"}}, ("max", "cpu"), "'1x' is not a Kubernetes quantity; write 1 or 1000m"),
        ({"type": "Container", "max": {"cpus": 1}}, ("max", "cpus"), "'cpus' is not a resource for type 'Container'; did you mean 'cpu'?"),
        (
            {"type": "Container", "max": {"requests.nvidia.com/gpu": 1}},
            ("max", "requests.nvidia.com/gpu"),
            "'requests.nvidia.com/gpu' is not a resource that containers have; write nvidia.com/gpu",
        ),
        (
            {"type": "Container", "max": {"nvidia.com/gpu": 2}, "defaultRequest": {"nvidia.com/gpu": 1}},
            ("defaultRequest", "nvidia.com/gpu"),
            "nvidia.com/gpu cannot be overcommitted: defaultRequest '1' must equal default (which max sets) '2'; write '2'",
        ),
        (
            {"type": "Container", "maxLimitRequestRatio": {"cpu": "0.5"}},
            ("maxLimitRequestRatio", "cpu"),
            "the ratio of limit to request '500m' is less than 1; write 1 or more",
        ),
        (
            {"type": "Pod", "min": {"cpu": 1}, "max": {"cpu": 2}, "maxLimitRequestRatio": {"cpu": 3}},
            ("maxLimitRequestRatio", "cpu"),
            "the ratio '3' is more than max '2' / min '1' allow; lower it or leave it out",
        ),
    ],
)  # fmt: skip
def test_a_problem_names_its_field_and_what_would_be_right(item, route, message):
    assert problems({"limits": [item]}) == [Wrong(("limits", 0, *route), message)]


def test_a_second_item_of_a_type_is_refused():
    message = "'Container' is limited already in limits[0]; write one item for it"
    assert problems({"limits": [{"type": "Container"}] * 2}) == [Wrong(("limits", 1, "type"), message)]


def test_ratios_are_compared_as_go_does_when_amounts_are_large_or_nothing():
    def ratio(ratio, least, most):
        item = {
            "type": "Pod",
            "min": {"memory": least},
            "max": {"memory": most},
            "maxLimitRequestRatio": {"memory": ratio},
        }
        return problems({"limits": [item]})

    assert ratio("1.5", "1Gi", "1.5Gi") == []
    assert ratio("1.5", "10Pi", "15Pi") != []  # whole units: 1.5 is taken for 2
    assert ratio("100", "0", "1Gi") == []


def test_amounts_that_are_none_cannot_be_defaulted():
    with pytest.raises(QuantityError, match="'1x' is not a Kubernetes quantity"):
        defaulted(container(max={"cpu": "1x"}))


def test_a_quota_gets_a_limit_range_that_answers_each_of_its_keys():
    assert completed({}, "limits.cpu", "requests.memory", "pods", "requests.nvidia.com/gpu") == [
        {"default": {"cpu": "1"}, "defaultRequest": {"cpu": "100m", "memory": "256Mi"}, "type": "Container"}
    ]


def test_a_quota_that_forces_nothing_gets_no_limit_range():
    assert completed({}, "pods", "count/jobs.batch") == []


def test_ephemeral_storage_has_a_default_so_that_pods_do_not_escape_its_quota():
    assert completed({}, "limits.ephemeral-storage") == [
        {"default": {"ephemeral-storage": "4Gi"}, "defaultRequest": {"ephemeral-storage": "1Gi"}, "type": "Container"}
    ]


def test_only_a_max_does_not_give_every_container_the_max():
    assert completed(container(max={"cpu": "16"})) == [
        {"default": {"cpu": "1"}, "defaultRequest": {"cpu": "100m"}, "max": {"cpu": "16"}, "type": "Container"}
    ]


def test_a_max_for_devices_gives_no_container_a_device():
    (item,) = completed(container(max={"nvidia.com/gpu": 2}))
    assert item["default"] == item["defaultRequest"] == {"nvidia.com/gpu": "0"}


def test_what_is_written_stays_and_bounds_what_is_added():
    spec = container(min={"memory": "512Mi"}, max={"memory": "1Gi"}, default={"cpu": "4"})
    (item,) = completed(spec, "limits.memory", "requests.memory", "requests.cpu")
    assert item["default"] == {"cpu": "4", "memory": "1Gi"}
    assert item["defaultRequest"] == {"cpu": "100m", "memory": "512Mi"}


def test_defaults_keep_the_ratio_of_limit_to_request():
    (item,) = completed(container(maxLimitRequestRatio={"cpu": "4", "memory": "3"}, defaultRequest={"cpu": "50m"}))
    assert item["default"] == {"cpu": "200m", "memory": "2Gi"}
    assert item["defaultRequest"] == {"cpu": "50m", "memory": "715827883"}


def test_a_request_is_never_above_the_limit():
    (item,) = completed(container(default={"cpu": "50m"}), "requests.cpu")
    assert item["defaultRequest"] == {"cpu": "50m"}


def test_what_has_no_fallback_is_left_to_kubernetes_and_named_as_missing():
    spec = complete(container(max={"memory": "1Gi"}), ["limits.cpu", "limits.memory"], {}, {})
    assert spec == defaulted(container(max={"memory": "1Gi"}))
    assert missing(spec, ["limits.cpu", "limits.memory", "pods"]) == ("limits.cpu",)


def test_other_types_are_left_as_they_are():
    claim = {"type": "PersistentVolumeClaim", "max": {"storage": "32Gi"}}
    assert completed({"limits": [claim]}, "cpu") == [{"defaultRequest": {"cpu": "100m"}, "type": "Container"}, claim]


def test_a_bound_on_pods_makes_containers_name_what_it_asks_for():
    most, least = {"type": "Pod", "max": {"cpu": "32"}}, {"type": "Pod", "min": {"memory": "64Mi"}}
    named = {"default": {"cpu": "1"}, "defaultRequest": {"cpu": "100m"}, "type": "Container"}
    assert completed({"limits": [most]}) == [named, most]
    assert completed({"limits": [least]}) == [{"defaultRequest": {"memory": "256Mi"}, "type": "Container"}, least]


RESOURCES = st.sampled_from(["cpu", "memory", "ephemeral-storage", "nvidia.com/gpu", "hugepages-2Mi"])
AMOUNTS = st.sampled_from([0, 1, 2, "3", "100m", "1500m", "64Mi", "1Gi", "1.5Gi", "4Gi"])
ITEMS = st.fixed_dictionaries(
    {"type": st.just("Container")},
    optional={field: st.dictionaries(RESOURCES, AMOUNTS, max_size=3) for field in FIELDS},
)
KEYS = st.lists(st.sampled_from([*FORCING, "pods", "requests.storage"]))


@PROPERTY
@given(ITEMS.filter(lambda item: not problems({"limits": [item]})), KEYS, st.randoms(use_true_random=False))
def test_a_completed_limit_range_is_accepted_stored_unchanged_and_misses_nothing(item, keys, draw):
    spec = complete({"limits": [item]}, keys, LIMITS, REQUESTS)
    assert problems(spec) == []
    assert defaulted(spec) == spec
    assert complete(spec, keys, LIMITS, REQUESTS) == spec
    assert missing(spec, keys) == ()
    draw.shuffle(keys)
    assert complete({"limits": [dict(reversed(item.items()))]}, keys, LIMITS, REQUESTS) == spec


@PROPERTY
@given(ITEMS.filter(lambda item: not problems({"limits": [item]})), KEYS)
def test_completing_changes_nothing_that_is_written(item, keys):
    (done,) = complete({"limits": [item]}, keys, LIMITS, REQUESTS)["limits"]
    for field in FIELDS:
        for name, amount in item.get(field, {}).items():
            assert done[field][name] == str(parse(amount))


@PROPERTY
@given(ITEMS.filter(lambda item: not problems({"limits": [item]})), KEYS)
def test_a_silent_container_keeps_every_ratio_that_has_both_sides_filled(item, keys):
    (done,) = complete({"limits": [item]}, keys, LIMITS, REQUESTS)["limits"]
    written = {name for field in ("default", "defaultRequest") for name in item.get(field, {})}
    for name, ratio in done.get("maxLimitRequestRatio", {}).items():
        if name in LIMITS and name not in written and "min" not in item and "max" not in item:
            limit, request = parse(done["default"][name]), parse(done["defaultRequest"][name])
            assert limit.milli * 1000 <= request.milli * parse(ratio).milli


def test_the_order_of_keys_does_not_matter():
    wanted = completed({}, *FORCING)
    assert completed({}, *reversed(FORCING)) == wanted
    assert completed({}, *FORCING[4:], *FORCING[:4]) == wanted


def test_amounts_beyond_all_numbers_are_no_error():
    item = {"maxLimitRequestRatio": {"cpu": "1e900"}, "max": {"cpu": "1e901"}, "min": {"cpu": "1"}}
    assert list(problems({"limits": [{**item, "type": "Container"}]})) == []
