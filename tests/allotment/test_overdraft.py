"""What is promised and is not there. Texts of tenants go in, problems come out."""

from msgspec.structs import replace
from tenancy import TWO_CLUSTERS, ledger_of, told

from generator.allotment import overdraft
from generator.yaml import documents

RESEARCH = "namespaces: []\nquota: {hard: {requests.cpu: 10, pods: 100}}"


def problems(tenants, shared=""):
    return sorted(told(overdraft.check(ledger_of(tenants, shared))))


def child(cpu, pods=1, more=""):
    return f"parent: research\nquota: {{hard: {{requests.cpu: {cpu}, pods: {pods}}}}}\n{more}"


# Partition


def test_children_that_exactly_fit_are_fine():
    assert problems({"research": RESEARCH, "vision": child("9999m", 50), "nlp": child("1m", 50)}) == []


def test_one_millicore_too_much_is_told_with_both_lines():
    assert problems({"research": RESEARCH, "vision": child(6), "nlp": child("4001m")}) == [
        (
            "tenants/research.yaml#spec/quota/hard/requests.cpu: research has 10 of requests.cpu, and promises 10001m: "
            "6 (vision, tenants/vision.yaml#spec/quota/hard/requests.cpu) + "
            "4001m (nlp, tenants/nlp.yaml#spec/quota/hard/requests.cpu); lower a part by 1m, or raise the whole"
        )
    ]


def test_a_child_that_alone_has_too_much_is_told_at_its_line():
    assert problems({"research": RESEARCH, "vision": child("10001m")}) == [
        (
            "tenants/vision.yaml#spec/quota/hard/requests.cpu: 10001m of requests.cpu is more than research has to give "
            "(10, tenants/research.yaml#spec/quota/hard/requests.cpu); write 10 or less, or raise that"
        )
    ]


def test_the_parents_own_namespaces_count():
    research = f"{RESEARCH}\n".replace("namespaces: []", "namespaces: [{name: a, quota: {requests.cpu: 5, pods: 1}}]")
    assert problems({"research": research, "vision": child(5)}) == []
    assert problems({"research": research, "vision": child(6)}) == [
        (
            "tenants/research.yaml#spec/quota/hard/requests.cpu: research has 10 of requests.cpu, and promises 11: "
            "5 (its own namespaces) + 6 (vision, tenants/vision.yaml#spec/quota/hard/requests.cpu); "
            "lower a part by 1, or raise the whole"
        )
    ]


def test_of_nothing_nothing_can_be_had():
    assert problems({"research": RESEARCH.replace("100", "0"), "vision": child(6)}) == [
        (
            "tenants/vision.yaml#spec/quota/hard/pods: 1 of pods is more than research has to give "
            "(0, tenants/research.yaml#spec/quota/hard/pods); write 0, or raise that"
        )
    ]


def test_a_child_that_leaves_keys_open_is_told_once():
    assert problems({"research": RESEARCH, "vision": "parent: research\nquota: {hard: {secrets: 3}}"}) == [
        (
            "tenants/vision.yaml#spec/quota: how much of requests.cpu, pods is left open, and research, of whose quota this "
            "is a part, has a cap on it (tenants/research.yaml#spec/quota/hard/requests.cpu); write requests.cpu: 0, or the "
            "part that it gets"
        )
    ]


def test_cpu_and_requests_cpu_are_one_thing():
    vision = "parent: research\nquota: {hard: {cpu: 11, pods: 1}}"
    assert problems({"research": RESEARCH, "vision": vision}) == [
        (
            "tenants/vision.yaml#spec/quota/hard/cpu: 11 of requests.cpu is more than research has to give "
            "(10, tenants/research.yaml#spec/quota/hard/requests.cpu); write 10 or less, or raise that"
        )
    ]


def test_the_namespaces_of_a_child_without_a_quota_count_by_what_they_name():
    vision = "parent: research\nnamespaces: [{name: a, quota: {requests.cpu: 11}}]"
    assert problems({"research": RESEARCH, "vision": vision}) == [
        (
            "tenants/vision.yaml#spec/namespaces/a/quota: how much of pods is left open, and research, of whose quota this is "
            "a part, has a cap on it (tenants/research.yaml#spec/quota/hard/pods); write pods: 0, or the part that it gets"
        ),
        (
            "tenants/vision.yaml#spec/namespaces: 11 of requests.cpu is more than research has to give "
            "(10, tenants/research.yaml#spec/quota/hard/requests.cpu); write 10 or less, or raise that"
        ),
    ]


def test_children_of_a_group_without_a_quota_count_with_the_next_above():
    tenants = {"research": RESEARCH, "group": "parent: research\nnamespaces: []"}
    below = {name: child(6).replace("parent: research", "parent: group") for name in ("a", "b")}
    assert problems({**tenants, "a": below["a"]}) == []
    [problem] = problems(tenants | below)
    assert problem.startswith(
        "tenants/research.yaml#spec/quota/hard/requests.cpu: research has 10 of requests.cpu, and promises 12: "
    )


def test_a_frozen_tenants_promise_stands():
    [problem] = problems({"research": RESEARCH, "a": child(6, more="lifecycle: offboarding"), "b": child(5)})
    assert "promises 11" in problem


def test_the_quota_of_a_tier_is_a_promise_and_the_tenant_is_told_where_it_names_it():
    tiers = "tiers: {big: {quota: {hard: {requests.cpu: 11, pods: 1}}}}"
    [problem] = problems({"research": RESEARCH, "a": "parent: research\ntier: big"}, tiers)
    assert problem.startswith("tenants/a.yaml#spec/tier: 11 of requests.cpu is more than research has to give")


def test_the_platforms_default_is_for_a_tenants_own_namespaces_and_divides_nothing():
    defaults = "defaults: {quota: {hard: {pods: 5}}}"
    assert problems({"a": "", "b": "parent: a", "c": "parent: a"}, defaults) == []
    [problem] = problems({"r": "quota: {hard: {pods: 9}}", "a": "parent: r", "b": "parent: a"}, defaults)
    assert problem.endswith(
        "r has 9 of pods, and promises 10: 5 (a, tenants/a.yaml#metadata/name) + 5 (b, tenants/b.yaml#metadata/name); "
        "lower a part by 1, or raise the whole"
    )


def test_the_platforms_default_of_a_parent_bounds_nobody_below_it():
    defaults = "defaults: {quota: {hard: {pods: 2}}}"
    tenants = {
        "unit": "namespaces: []\nquota: {mode: shared, maxOvercommit: 1, hard: {pods: 12}}",
        "mid": "parent: unit",
        "leaf": "parent: mid\nquota: {hard: {pods: 10}}",
    }
    nodes = ledger_of(tenants, defaults).forest.nodes
    assert {name: str(node.caps["pods"].amount) for name, node in nodes.items()} == {
        "unit": "12",
        "mid": "2",
        "leaf": "10",
    }
    assert problems(tenants, defaults) == []
    [problem] = problems(tenants | {"leaf": "parent: mid\nquota: {hard: {pods: 11}}"}, defaults)
    assert problem.startswith(
        "tenants/unit.yaml#spec/quota: all namespaces at or below unit could use 13 of pods together (most of it in mid, "
    )
    over = {"unit": tenants["unit"], "mid": "parent: unit", "leaf": "parent: mid\nquota: {hard: {pods: 13}}"}
    assert nodes["leaf"].source("pods").name == "leaf"
    assert ledger_of(over, defaults).forest.nodes["leaf"].source("pods").name == "unit"


def test_how_the_platforms_default_is_divided_is_nothing_to_children():
    defaults = "defaults: {quota: {mode: shared, hard: {pods: 5}}}"
    nodes = ledger_of({"a": "", "b": "parent: a\nquota: {hard: {pods: 9}}"}, defaults).forest.nodes
    assert [(node.mode, str(node.caps["pods"].amount)) for node in nodes.values()] == [
        ("shared", "5"),
        ("partition", "9"),
    ]


def test_the_ceiling_of_the_platforms_default_holds_for_a_tenants_own_namespaces():
    defaults = "defaults: {quota: {mode: shared, maxOvercommit: 2, hard: {pods: 5}}}"
    assert problems({"a": "namespaces: [{name: m}, {name: o}]", "b": "parent: a", "c": "parent: a"}, defaults) == []
    assert problems({"a": "namespaces: [{name: m}, {name: o}, {name: p}]"}, defaults) == [
        (
            "tenants/a.yaml#spec/namespaces: all namespaces of a could use 15 of pods together, and it has 5: 3 times as much, "
            "and maxOvercommit is 2; give the tenant a quota of its own, or raise that of spec.defaults.quota in the platform file"
        )
    ]


def test_of_many_children_the_largest_are_named():
    [problem] = problems({"research": RESEARCH} | {f"c{i}": child(2) for i in range(6)})
    assert problem.endswith(
        "(c3, tenants/c3.yaml#spec/quota/hard/requests.cpu) + 2 more; lower a part by 2, or raise the whole"
    )


def test_lines_are_what_the_caller_makes_of_places():
    found = overdraft.check(ledger_of({"research": RESEARCH, "vision": child(11)}), lambda place: f"{place.document}:7")
    assert "(10, tenants/research.yaml:7)" in next(found).message


def test_a_place_is_written_with_todays_line(tmp_path):
    (tmp_path / "a.yaml").write_text("spec:\n  quota:\n    hard: {pods: 1}\n")
    place = documents.Place("a.yaml", ("spec", "quota", "hard"))
    assert documents.spots(tmp_path)(place) == "a.yaml:3"
    assert documents.spots(tmp_path)(replace(place, document="b.yaml")) == "b.yaml"


# Clusters


def on(cluster, cpu):
    return child(cpu, more=f"clusters: [{cluster}]")


def test_a_bound_holds_on_each_cluster_by_itself():
    research = f"{RESEARCH}\nclusters: [eu]"
    assert problems({"research": research, "a": on("eu", 10), "b": on("us", 10)}, TWO_CLUSTERS) == []
    [problem] = problems({"research": research, "a": on("us", 6), "b": on("us", 6)}, TWO_CLUSTERS)
    assert "research has 10 of requests.cpu, and promises 12 on us: " in problem


SMALL = 'clusters: [{name: eu, version: "1.34", capacity: {cpu: 12}}, {name: us, version: "1.34", capacity: {cpu: 5}}]'


def test_what_roots_are_promised_fits_into_each_cluster():
    tenants = {
        name: f"quota: {{hard: {{cpu: 6}}}}\nclusters: [{where}]"
        for name, where in (("a", "eu"), ("b", "eu"), ("c", "us"))
    }
    del tenants["c"]
    assert problems(tenants, SMALL) == []
    assert problems(tenants | {"c": "quota: {hard: {requests.cpu: 1}}\nclusters: [eu]"}, SMALL) == [
        (
            "tenants/platform.yaml#spec/clusters/eu/capacity/cpu: eu has 12, and tenants are promised 13: "
            "6 (a, tenants/a.yaml#spec/quota/hard/cpu) + 6 (b, tenants/b.yaml#spec/quota/hard/cpu) + "
            "1 (c, tenants/c.yaml#spec/quota/hard/requests.cpu); lower a quota by 1, raise the capacity, or declare "
            'overcommit: {cpu: "1.084"}'
        )
    ]
    assert (
        problems(
            tenants | {"c": "quota: {hard: {requests.cpu: 1}}\nclusters: [eu]"},
            SMALL.replace("{cpu: 12}", "{cpu: 12}, overcommit: {cpu: '1.084'}"),
        )
        == []
    )


def test_what_no_factor_makes_enough_is_not_to_be_overcommitted():
    two = 'clusters: [{{name: eu, version: "1.34", capacity: {{cpu: {}}}}}, {{name: us, version: "1.34"}}]'
    research = "namespaces: []\nquota: {hard: {pods: 9}}\nclusters: [us]"
    tenants = {"research": research, "a": "parent: research\nquota: {hard: {pods: 1, cpu: 1000}}\nclusters: [eu]"}
    for there, remedy in [
        (
            "1",
            '1k (research, tenants/research.yaml#spec/quota); lower a quota by 999, raise the capacity, or declare overcommit: {cpu: "1000"}',
        ),
        ("1m", "1k (research, tenants/research.yaml#spec/quota); lower a quota by 999999m or raise the capacity"),
        ("0", "1k (research, tenants/research.yaml#spec/quota); lower a quota by 1k or raise the capacity"),
    ]:
        [problem] = problems(tenants, two.format(there))
        assert problem.endswith(remedy)


def test_where_only_children_live_a_parent_counts_with_what_they_have():
    research = "namespaces: []\nquota: {hard: {cpu: 12}}\nclusters: [eu]"
    tenants = {"research": research, "a": "parent: research\nquota: {hard: {cpu: 5}}\nclusters: [us]"}
    assert problems(tenants, SMALL) == []


# Shared


SHARED = "namespaces: []\nquota: {mode: shared, hard: {pods: 10}}"


def test_sharing_has_no_ceiling_of_its_own_and_keeps_to_one_that_is_declared():
    below = {"a": "parent: unit", "b": "parent: unit"}
    assert problems({"unit": SHARED, **below}) == []
    assert problems({"unit": SHARED.replace("hard", "maxOvercommit: 2, hard"), **below}) == []
    assert problems({"unit": SHARED.replace("hard", "maxOvercommit: '1.5', hard"), **below}) == [
        (
            "tenants/unit.yaml#spec/quota: all namespaces at or below unit could use 20 of pods together (most of it in b, "
            "tenants/b.yaml#metadata/name), and it has 10: 2 times as much, and maxOvercommit is 1.5; write "
            'quota.maxOvercommit: "2", or lower what they may use'
        )
    ]


def test_a_parent_in_parts_is_not_overcommitted_unless_it_says_so():
    research = "namespaces: []\nquota: {hard: {pods: 10}}"
    sharing = "parent: research\nquota: {mode: shared, hard: {pods: 10}}\nnamespaces: [{name: a}, {name: b}]"
    [problem] = problems({"research": research, "unit": sharing})
    assert problem.startswith(
        "tenants/research.yaml#spec/quota: all namespaces at or below research could use 20 of pods together"
    )
    assert problem.endswith(
        '2 times as much, and no maxOvercommit allows that; write quota.maxOvercommit: "2", or lower what they may use'
    )
    assert problems({"research": research.replace("hard", "maxOvercommit: 2, hard"), "unit": sharing}) == []


def test_a_child_in_parts_counts_for_the_keys_that_come_from_whoever_shares_above_it():
    unit = "namespaces: []\nquota: {mode: shared, maxOvercommit: 1, hard: {cpu: 40, pods: 40}}"
    child = "parent: unit\nquota: {mode: partition, hard: {pods: 20}}"  # and each gets 40 of cpu from unit
    [problem] = problems({"unit": unit, "a": child, "b": child})
    assert problem.startswith(
        "tenants/unit.yaml#spec/quota: all namespaces at or below unit could use 80 of cpu together"
    )


def test_a_cluster_counts_all_that_those_who_share_could_use():
    sharing = "quota: {mode: shared, hard: {cpu: 6}}\nclusters: [eu]\nnamespaces: [{name: a}, {name: b}, {name: c}]"
    [problem] = problems({"unit": sharing}, SMALL)
    assert "eu has 12, and tenants are promised 18: 18 (unit, " in problem


# Delegated


def test_where_a_controller_adds_up_nothing_is_promised_twice():
    unit = "quota: {mode: delegated, to: openshift, maxOvercommit: 1, hard: {cpu: 6}}\nclusters: [eu]"
    assert problems({"unit": unit, "a": "parent: unit", "b": "parent: unit"}, SMALL) == []


def test_a_tenant_is_wherever_its_quota_has_to_be_added_up():
    unit = "quota: {mode: delegated, to: openshift, hard: {pods: 6}}\nclusters: [eu]"
    assert problems({"unit": unit, "a": "parent: unit\nclusters: [us]"}, TWO_CLUSTERS) == [
        (
            "tenants/a.yaml#spec/clusters: us is not among the clusters of unit, so nobody would add up there what is used of "
            "its quota (tenants/unit.yaml#spec/quota); add it to its clusters, or choose others here"
        )
    ]
