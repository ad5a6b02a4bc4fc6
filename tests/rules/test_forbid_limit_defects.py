import pytest
from rules.judging import asking, findings, messages, named

REFUSED = asking("forbid-limit-defects", defects=["refused"])
FILLED_IN = asking("forbid-limit-defects", defects=["max-as-default"])
CONTESTED = asking("forbid-limit-defects", defects=["contested-default"])


def limits(*items):
    return named("LimitRange", "l", "ns1", spec={"limits": list(items)})


def of_containers(**amounts):
    return {"type": "Container", **{field: {"cpu": amount} for field, amount in amounts.items()}}


GOOD = {"min": "50m", "defaultRequest": "100m", "default": "1", "max": "4"}


def test_amounts_in_order_are_taken():
    assert messages(REFUSED, limits(of_containers(**GOOD))) == []
    assert messages(REFUSED, limits(of_containers(**{**GOOD, "default": "4", "maxLimitRequestRatio": "10"}))) == []


@pytest.mark.parametrize(
    "change",
    [{"min": "200m"}, {"defaultRequest": "2"}, {"default": "8"}, {"max": "500m"}, {"maxLimitRequestRatio": "0.5"}],
)
def test_one_amount_out_of_order_is_refused(change):
    assert messages(REFUSED, limits(of_containers(**{**GOOD, **change}))) != []


def test_the_message_names_the_field_and_what_would_be_right():
    (finding,) = findings(REFUSED, limits(of_containers(default="8", max="4")))
    assert (finding.namespace, finding.kind, finding.name) == ("ns1", "LimitRange", "l")
    assert finding.message == (
        "LimitRange l in namespace ns1 is refused by the API server: "
        "spec.limits[0].default.cpu: default '8' is more than max '4'; lower default or raise max"
    )


@pytest.mark.parametrize(
    "spec", [{"limits": "all"}, {"limits": ["all"]}, {"limits": [{"type": "Container", "max": ["1"]}]}]
)
def test_what_cannot_be_decoded_is_refused(spec):
    assert messages(REFUSED, named("LimitRange", "l", "ns1", spec=spec)) == [
        "LimitRange l in namespace ns1 is not of the form that the API server can decode"
    ]
    messages(FILLED_IN, named("LimitRange", "l", "ns1", spec=spec))


def test_an_empty_limit_range_is_taken():
    assert messages(REFUSED, named("LimitRange", "l", "ns1", spec=None)) == []


def test_a_maximum_alone_becomes_everybodys_default():
    assert messages(FILLED_IN, limits(of_containers(max="4", default="1"))) == []
    assert messages(FILLED_IN, limits(of_containers(max="4"))) == [
        (
            "LimitRange l in namespace ns1 has no default for cpu, so a container that says nothing gets the maximum, "
            "4 of cpu"
        )
    ]


def test_a_maximum_of_none_and_one_for_whole_pods_give_nobody_anything():
    assert messages(FILLED_IN, limits(of_containers(max="0"))) == []
    assert messages(FILLED_IN, limits({"type": "Pod", "max": {"cpu": "4"}})) == []


def second(*items, namespace="ns1"):
    return named("LimitRange", "m", namespace, spec={"limits": list(items)})


def test_two_limit_ranges_that_give_different_defaults_are_told_by_each_resource():
    assert messages(
        CONTESTED, limits(of_containers(**GOOD)), second(of_containers(default="2", defaultRequest="100m"))
    ) == [
        "LimitRange m in namespace ns1 is not alone in giving a default of cpu, and the first that is asked holds: l has 1, m has 2"
    ]
    # A maximum is a default as well, and a default is a request.
    assert messages(CONTESTED, limits(of_containers(max="4")), second(of_containers(default="1"))) == [
        "LimitRange m in namespace ns1 is not alone in giving a default of cpu, and the first that is asked holds: l has 4, m has 1",
        (
            "LimitRange m in namespace ns1 is not alone in giving a defaultRequest of cpu, and the first that is asked holds: "
            "l has 4, m has 1"
        ),
    ]


@pytest.mark.parametrize(
    "other",
    [
        second(of_containers(**GOOD)),
        second(of_containers(default="1000m", defaultRequest="0.1")),
        second(of_containers(default="2"), namespace="ns2"),
        second({"type": "Container", "default": {"memory": "1Gi"}}),
        second({"type": "Pod", "max": {"cpu": "2"}}),
        second({"type": "Container", "default": {"cpu": "much"}}),
        second("all"),
    ],
)
def test_two_limit_ranges_that_do_not_contradict_each_other_are_fine(other):
    assert messages(CONTESTED, limits(of_containers(**GOOD)), other) == []
