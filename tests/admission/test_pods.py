import pytest

from generator.admission import Plugin, Rule, admit
from generator.admission.pod import read
from generator.kubernetes.quantity import parse


def container(name="main", *, limits=None, requests=None, **more):
    return {"name": name, "resources": {"limits": limits or {}, "requests": requests or {}}, **more}


def spec(*containers, **more):
    return {"containers": list(containers), **more}


def ranges(*items, name="l"):
    return {name: {"limits": list(items)}}


def of(kind="Container", **fields):
    return {"type": kind, **fields}


def admitted(given, *, limits=None, quotas=None, used=None):
    return admit(given, limit_ranges=limits or {}, quotas=quotas or {}, used=used)


def told(given, **namespace):
    return [one.message for one in admitted(given, **namespace).refusals]


def test_a_refusal_can_be_told_in_other_words():
    twenty = spec(container(limits={"cpu": "20"}))
    [one] = admitted(twenty, limits=ranges(of(max={"cpu": "16"}), name="vision-train")).refusals
    assert (one.plugin, one.rule, one.source, one.subject) == (Plugin.LIMIT_RANGER, Rule.MAX, "vision-train", "main")
    assert (one.resource, one.asked, one.allowed) == ("cpu", parse(20), parse(16))
    assert one.message == "maximum cpu usage per Container is 16, but limit is 20"


def test_all_refusals_are_told_and_the_answer_is_the_first_ones():
    given = spec(container(limits={"cpu": "2"}, requests={"cpu": "3"}))
    ours = admitted(given, limits=ranges(of(max={"cpu": "1"})), quotas={"q": {"hard": {"requests.cpu": "1"}}})
    assert [one.plugin for one in ours.refusals] == [Plugin.VALIDATION, Plugin.LIMIT_RANGER, Plugin.RESOURCE_QUOTA]
    assert ours.code == 422
    assert ours.message == (
        'Pod "pod" is invalid: spec.containers[0].resources.requests: '
        'Invalid value: "3": must be less than or equal to cpu limit of 2'
    )


# Defaults -------------------------------------------------------------------------------------------------------------


def test_the_first_limit_range_by_name_gives_a_default_and_each_what_it_alone_has():
    limits = {
        **ranges(of(default={"cpu": "1"}), name="b"),
        **ranges(of(default={"cpu": "2", "memory": "1Gi"}), name="c"),
    }
    [one] = admitted(spec(container()), limits=limits).containers
    assert one.resources["limits"] == {"cpu": "1", "memory": "1Gi"}
    limits |= ranges(of(defaultRequest={"cpu": "500m"}), name="a")
    [one] = admitted(spec(container()), limits=limits).containers
    assert one.resources["requests"] == {"cpu": "500m", "memory": "1Gi"}


def test_the_order_in_which_limit_ranges_are_given_does_not_matter():
    first, second = ranges(of(default={"cpu": "1"}), name="a"), ranges(of(default={"cpu": "2"}), name="b")
    one, other = (admitted(spec(container()), limits=limits) for limits in ({**first, **second}, {**second, **first}))
    assert one == other


def test_init_containers_get_defaults_and_are_bounded():
    limits = ranges(of(default={"cpu": "1"}, max={"cpu": "2"}))
    given = spec(container(), initContainers=[container("before"), container("big", limits={"cpu": "3"})])
    ours = admitted(given, limits=limits)
    assert [one.resources["limits"]["cpu"] for one in ours.containers] == ["1", "1", "3"]
    assert [(one.subject, one.message) for one in ours.refusals] == [
        ("big", "maximum cpu usage per Container is 2, but limit is 3")
    ]


def test_a_default_limit_below_what_a_container_requests_makes_it_invalid():
    given = spec(container(requests={"cpu": "2"}))
    assert admitted(given, limits=ranges(of(default={"cpu": "1"}))).code == 422


def test_a_limit_range_that_would_be_refused_does_nothing():
    wrong = ranges(of(default={"cpu": "3"}, max={"cpu": "2"}))
    assert admitted(spec(container()), limits=wrong).containers[0].resources == {}
    assert admitted(spec(container()), limits={"a": None, "b": [], "c": {"limits": [{}]}}).accepted


def test_numbers_with_a_fraction_are_amounts():
    ours = admitted(spec(container(limits={"cpu": 0.5, "memory": 1e9})), limits=ranges(of(max={"cpu": 1.5})))
    assert ours.accepted
    assert ours.containers[0].resources["limits"] == {"cpu": "500m", "memory": "1G"}


# Limits ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "given", "message"),
    [
        (
            of(min={"cpu": "1"}),
            {"requests": {"cpu": "500m"}},
            "minimum cpu usage per Container is 1, but request is 500m",
        ),
        (of(max={"cpu": "1"}), {"limits": {"cpu": "2"}}, "maximum cpu usage per Container is 1, but limit is 2"),
        (
            of("Pod", max={"cpu": "1"}),
            {"requests": {"cpu": "2"}},
            "maximum cpu usage per Pod is 1.  No limit is specified",
        ),
        (
            of("Pod", min={"cpu": "1"}),
            {},
            "minimum cpu usage per Pod is 1.  No request is specified",
        ),
        (
            of(maxLimitRequestRatio={"cpu": "2"}),
            {"requests": {"cpu": "1"}, "limits": {"cpu": "3"}},
            "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000",
        ),
        (
            of(maxLimitRequestRatio={"cpu": "2"}),
            {"requests": {"cpu": "1"}},
            "cpu max limit to request ratio per Container is 2, but no limit is specified or limit is 0",
        ),
        (
            of(maxLimitRequestRatio={"cpu": "2"}),
            {},
            "cpu max limit to request ratio per Container is 2, but no request is specified or request is 0",
        ),
    ],
)
def test_bounds_are_kept(item, given, message):
    assert told(spec(container(**given)), limits=ranges(item)) == [message]


def test_a_ratio_of_exactly_the_maximum_is_kept():
    given = spec(container(requests={"cpu": "300m"}, limits={"cpu": "600m"}))
    assert told(given, limits=ranges(of(maxLimitRequestRatio={"cpu": "2"}))) == []


def test_a_ratio_is_asked_and_allowed_as_a_ratio():
    given = spec(container(requests={"cpu": "1"}, limits={"cpu": "2500m"}))
    [one] = admitted(given, limits=ranges(of(maxLimitRequestRatio={"cpu": "2"}))).refusals
    assert (one.rule, str(one.asked), str(one.allowed)) == (Rule.RATIO, "2500m", "2")


def test_amounts_beyond_an_int64_are_compared_in_whole_units():
    given = spec(container(requests={"memory": "1"}, limits={"memory": "1e30"}))
    assert len(told(given, limits=ranges(of(maxLimitRequestRatio={"memory": "2"}, max={"memory": "7Ei"})))) == 2


def test_the_limit_ranger_stops_at_the_first_limit_range_that_refuses():
    limits = {**ranges(of(max={"cpu": "2"}), name="a"), **ranges(of(max={"cpu": "1"}), name="b")}
    ours = admitted(spec(container(limits={"cpu": "4"})), limits=limits)
    assert [one.source for one in ours.refusals] == ["a", "b"]
    assert ours.message == 'pods "pod" is forbidden: maximum cpu usage per Container is 2, but limit is 4'


def test_a_cause_that_two_containers_share_is_told_once():
    big = {"limits": {"cpu": "4"}}
    ours = admitted(spec(container("a", **big), container("b", **big)), limits=ranges(of(max={"cpu": "2"})))
    assert len(ours.refusals) == 2
    assert ours.message == 'pods "pod" is forbidden: maximum cpu usage per Container is 2, but limit is 4'


# The resources that pods may name -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "messages"),
    [
        ({"requests": {"nvidia.com/gpu": "1"}}, [".limits: Required value: Limit must be set for non overcommitable resources"]),
        (
            {"requests": {"nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "2"}},
            ['.requests: Invalid value: "1": must be equal to nvidia.com/gpu limit of 2'],
        ),
        (
            {"limits": {"nvidia.com/gpu": "500m"}},
            [
                '.limits[nvidia.com/gpu]: Invalid value: "500m": must be an integer',
                '.requests[nvidia.com/gpu]: Invalid value: "500m": must be an integer',
            ],
        ),
        (
            {"requests": {"cpu": "-1"}},
            ['.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
        ),
        (
            {"requests": {"storage": "1Gi"}},
            ['.requests[storage]: Invalid value: "storage": must be a standard resource for containers'],
        ),
        (
            {"requests": {"gpu": "1"}},
            [
                '.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
                '.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers',
            ],
        ),
        (
            {"limits": {"hugepages-2Mi": "4Mi"}},
            [": Forbidden: HugePages require cpu or memory"],
        ),
        (
            {"limits": {"hugepages-2Mi": "3Mi", "memory": "1Gi"}},
            [
                '.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
                '.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
            ],
        ),
        ({"limits": {"hugepages-2Mi": "4Mi", "memory": "1Gi", "nvidia.com/gpu": "2"}}, []),
    ],
)  # fmt: skip
def test_which_resources_a_container_may_name(given, messages):
    assert told(spec(container(**given))) == [f"spec.containers[0].resources{message}" for message in messages]


def test_a_page_size_that_is_none_is_told():
    [limit, _] = told(spec(container(limits={"hugepages-x": "1Gi", "cpu": "1"})))
    assert limit.endswith("1Gi is not positive integer multiple of hugepages-x")


# Pods as a whole ------------------------------------------------------------------------------------------------------


def in_all(given):
    """Return what a quota counts, as texts, without the pod itself."""
    return {
        key: str(amount) for key, amount in admitted(given).usage.items() if key.startswith(("requests.", "limits."))
    }


def test_containers_add_up_and_init_containers_do_not():
    before = [container("a", requests={"cpu": "3"}), container("b", requests={"cpu": "1", "memory": "4Gi"})]
    given = spec(container(requests={"cpu": "1"}), container("c", requests={"cpu": "1"}), initContainers=before)
    assert in_all(given) == {"requests.cpu": "3", "requests.memory": "4Gi"}


def test_a_sidecar_counts_beside_all_that_come_after_it():
    sidecar = container("side", requests={"cpu": "2"}, restartPolicy="Always")
    small, big = container("small", requests={"cpu": "1"}), container("big", requests={"cpu": "9"})
    assert in_all(spec(small, initContainers=[sidecar])) == {"requests.cpu": "3"}
    assert in_all(spec(small, initContainers=[sidecar, big])) == {"requests.cpu": "11"}
    assert in_all(spec(small, initContainers=[big, sidecar])) == {"requests.cpu": "9"}


def test_overhead_is_charged_but_not_bounded():
    given = spec(
        container(requests={"cpu": "1", "memory": "1Gi"}, limits={"cpu": "2"}), overhead={"cpu": "1", "memory": "1Gi"}
    )
    assert in_all(given) == {"requests.cpu": "2", "requests.memory": "2Gi", "limits.cpu": "3"}
    assert told(given, limits=ranges(of("Pod", max={"cpu": "2"}))) == []
    assert len(told(given, quotas={"q": {"hard": {"limits.cpu": "2"}}})) == 1


def test_what_a_pod_names_for_itself_takes_the_place_of_the_sum():
    given = spec(
        container(requests={"cpu": "1"}),
        container("b"),
        resources={"requests": {"cpu": "2"}, "limits": {"memory": "4Gi"}},
    )
    assert in_all(given) == {"requests.cpu": "2", "requests.memory": "4Gi", "limits.memory": "4Gi"}
    needs_cpu = {"q": {"hard": {"requests.cpu": "8"}}}
    assert told(given, quotas=needs_cpu) == []
    assert told({**given, "resources": {}}, quotas=needs_cpu) == ["failed quota: q: must specify requests.cpu for: b"]
    assert told(given, limits=ranges(of("Pod", max={"cpu": "1", "memory": "2Gi"}))) == [
        "maximum cpu usage per Pod is 1.  No limit is specified",
        "maximum memory usage per Pod is 2Gi, but limit is 4Gi",
    ]


def test_a_pod_with_limits_requests_what_its_containers_do():
    given = spec(container(requests={"cpu": "1"}), resources={"limits": {"cpu": "4", "memory": "1Gi"}})
    assert in_all(given)["requests.cpu"] == "1"
    assert in_all(given)["requests.memory"] == "1Gi"


def test_a_pod_may_not_name_less_than_its_containers():
    given = spec(
        container(requests={"cpu": "3"}, limits={"cpu": "5"}),
        resources={"requests": {"cpu": "2"}, "limits": {"cpu": "4"}},
    )
    assert told(given) == [
        'spec.resources.requests[cpu]: Invalid value: "2": must be greater than or equal to aggregate container requests of 3',
        'spec.resources.containers[0][cpu].limits: Invalid value: "5": must be less than or equal to pod limits of 4',
    ]


def test_a_pod_as_a_whole_names_cpu_memory_and_huge_pages_only():
    [message, *_] = told(spec(container(), resources={"limits": {"nvidia.com/gpu": "1", "cpu": "1"}}))
    assert message == (
        'spec.resources.limits[nvidia.com/gpu]: Unsupported value: "nvidia.com/gpu": '
        'supported values: "cpu", "hugepages-", "memory"'
    )


def test_a_pod_gets_the_huge_pages_of_its_containers():
    given = spec(container(limits={"hugepages-2Mi": "4Mi", "cpu": "1"}), resources={"requests": {"cpu": "1"}})
    pod = admitted(given).pod
    assert str(pod.limits["hugepages-2Mi"]) == str(pod.requests["hugepages-2Mi"]) == "4Mi"


# What cannot be read --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, None),
        ([], "spec: is a list, and has to be a mapping"),
        ({"containers": {}}, "spec.containers: is a dict, and has to be a list"),
        ({"containers": ["a"]}, "spec.containers[0]: is a str, and has to be a mapping"),
        ({"containers": [{"name": 1}]}, "spec.containers[0].name: is a int, and has to be a text"),
        (
            {"initContainers": [{"resources": []}]},
            "spec.initContainers[0].resources: is a list, and has to be a mapping",
        ),
        (
            {"containers": [{"resources": {"limits": {1: "1"}}}]},
            "spec.containers[0].resources.limits: has the key 1, which is not a text",
        ),
        ({"activeDeadlineSeconds": "1h"}, "spec.activeDeadlineSeconds: is a str, and has to be a whole number"),
        ({"overhead": {"cpu": True}}, None),
    ],
)
def test_what_is_malformed_is_refused_with_its_place(given, message):
    _, refusals = read(given)
    if message:
        assert [one.message for one in refusals] == [message]
    assert all(one.plugin is Plugin.DECODING for one in refusals)


def test_an_amount_that_is_none_is_refused_before_anything_else():
    ours = admitted(spec(container(limits={"memory": "4GB"})), limits=ranges(of(max={"memory": "1Gi"})))
    assert ours.code == 400
    assert ours.message == (
        'Pod in version "v1" cannot be handled as a Pod: spec.containers[0].resources.limits[memory]: '
        "'4GB' is not a Kubernetes quantity; write 4Gi or 4G"
    )


# Both amounts of one resource, and huge pages of the pod as a whole ------------------------------------------------------


def test_a_minimum_holds_for_the_limit_and_a_maximum_for_the_request_too():
    upside_down = spec(container(requests={"cpu": "4"}, limits={"cpu": "2"}))
    assert "minimum cpu usage per Container is 3, but limit is 2" in told(
        upside_down, limits=ranges(of(min={"cpu": "3"}))
    )
    assert "maximum cpu usage per Container is 3, but request is 4" in told(
        upside_down, limits=ranges(of(max={"cpu": "3"}))
    )


def test_huge_pages_of_the_pod_as_a_whole_are_charged_but_not_bounded():
    pages = spec(
        container(limits={"hugepages-2Mi": "2Mi", "cpu": "1"}),
        resources={"limits": {"hugepages-2Mi": "8Mi", "cpu": "1"}},
    )
    assert told(pages, limits=ranges(of("Pod", max={"hugepages-2Mi": "4Mi"}))) == []
    assert [one.resource for one in admitted(pages, quotas={"q": {"hard": {"hugepages-2Mi": "4Mi"}}}).refusals] == [
        "hugepages-2Mi"
    ]


def test_a_pod_that_requests_huge_pages_gets_no_limit_on_them():
    given = spec(
        container(limits={"hugepages-2Mi": "2Mi", "cpu": "1"}),
        resources={"requests": {"hugepages-2Mi": "4Mi", "cpu": "1"}},
    )
    ours = admitted(given)
    assert "hugepages-2Mi" not in ours.pod.limits
    assert [one.rule for one in ours.refusals] == [Rule.REQUEST]
