from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tenancy import plain, told, vision

from generator.kubernetes import quantity
from generator.organisation import shares

HERE = "tenants/vision.yaml#spec"


def tenant(whole, mode="partition", **parts):
    """Make a tenant of its quota and its namespaces' parts, each a flow mapping without braces; ``None`` is open."""
    names = [
        f"  - {{name: {name}" + (f", quota: {{{part}}}}}" if part is not None else "}") for name, part in parts.items()
    ]
    listed = ["namespaces:", *names] if parts else []
    return vision("\n".join([f"quota: {{mode: {mode}, hard: {{{whole}}}}}", *listed]))


def caps(*args, **parts):
    made = tenant(*args, **parts)
    assert told(shares.check(made)) == []
    return {name: plain(amounts) for name, amounts in shares.of(made).items()}


def problems(*args, **parts):
    return told(shares.check(tenant(*args, **parts)))


# Partition


def test_a_single_namespace_that_names_nothing_gets_the_whole():
    assert caps("requests.cpu: 4, pods: 10") == {None: {"requests.cpu": "4", "pods": "10"}}
    assert caps("requests.cpu: 4, pods: 10", train=None) == {"train": {"requests.cpu": "4", "pods": "10"}}


def test_a_single_namespace_that_names_its_part_gets_that():
    assert caps("pods: 10, secrets: 5", train="pods: 4") == {"train": {"pods": "4", "secrets": "0"}}


def test_the_namespace_that_leaves_its_part_open_gets_what_the_others_leave():
    found = caps(
        "requests.cpu: 4, pods: 10, secrets: 5",
        a="requests.cpu: 1500m, pods: 3",
        b="requests.cpu: 1, pods: 2",
        rest=None,
    )
    assert found["rest"] == {"requests.cpu": "1500m", "pods": "5", "secrets": "5"}


def test_keys_that_a_namespace_does_not_name_are_nothing_to_it():
    assert caps("pods: 10, count/jobs.batch: 5", a="pods: 3", b=None)["a"] == {"pods": "3", "count/jobs.batch": "0"}


def test_a_key_of_a_namespace_alone_is_its_own_cap():
    assert caps("pods: 10", a="pods: 3, secrets: 7", b=None) == {"a": {"pods": "3", "secrets": "7"}, "b": {"pods": "7"}}


def test_parts_that_exactly_fit_are_fine_in_any_unit():
    assert caps(
        "requests.cpu: 1, requests.memory: 1Gi",
        a="requests.cpu: 999m, requests.memory: 1023Mi",
        b="requests.cpu: 1m, requests.memory: 1024Ki",
    )
    assert problems("requests.cpu: 1, requests.memory: 1Gi", a="requests.cpu: '0.25', requests.memory: 512Mi", b="requests.cpu: 750m, requests.memory: 0.5Gi") == []  # fmt: skip


def test_one_millicore_too_much_is_too_much():
    assert problems("requests.cpu: 1", a="requests.cpu: 600m", b="requests.cpu: 401m") == [
        (
            f"{HERE}/namespaces: the namespaces' parts of requests.cpu are 600m (a) + 401m (b) = 1001m, and the tenant has 1; "
            "lower a part"
        )
    ]


def test_each_key_that_does_not_fit_is_told():
    assert problems("pods: 1, secrets: 1, services: 9", a="pods: 2, secrets: 2, services: 1", b=None) == [
        f"{HERE}/namespaces: the namespaces' parts of {key} are 2 (a) = 2, and the tenant has 1; lower a part"
        for key in ("pods", "secrets")
    ]


def test_only_one_namespace_may_leave_its_part_open():
    remedy = "and only one can have what is left; give one of them a quota, or set spec.quota.mode: shared"
    assert problems("secrets: 9", a=None, b="secrets: 1", c=None, d=None) == [
        f"{HERE}/namespaces/c: both a and c leave their part of the quota open, {remedy}",
        f"{HERE}/namespaces/d: both a and d leave their part of the quota open, {remedy}",
    ]


@pytest.mark.parametrize(
    "key", ["requests.cpu", "limits.memory", "cpu", "memory", "pods", "count/pods", "requests.ephemeral-storage"]
)
def test_a_named_part_without_a_key_that_every_pod_needs_is_told(key):
    assert problems(f"{key}: 4, secrets: 5", a="secrets: 1", b=None) == [
        f"{HERE}/namespaces/a/quota: a names its part of the quota, and no {key}, so no pod could start there; name a part"
    ]


def test_a_part_of_zero_is_a_decision():
    assert problems("pods: 4", a="pods: 0", b=None) == []


def test_what_the_whole_has_nothing_of_need_not_be_named():
    assert problems("pods: 0, secrets: 5", a="secrets: 1", b=None) == []


def test_parts_that_leave_nothing_of_what_every_pod_needs_are_told():
    assert problems("pods: 4, secrets: 5", a="pods: 3, secrets: 5", b="pods: 1", rest=None) == [
        f"{HERE}/namespaces/rest: the others' parts leave no pods for rest, so no pod could start there; lower a part"
    ]


# Shared


def test_shared_caps_each_namespace_by_the_whole_or_less_where_it_says_so():
    assert caps("pods: 10, secrets: 5", "shared", a=None, b="pods: 3", c="pods: 99, services: 2") == {
        "a": {"pods": "10", "secrets": "5"},
        "b": {"pods": "3", "secrets": "5"},
        "c": {"pods": "10", "secrets": "5", "services": "2"},
    }


# Without a quota of the tenant


def nobodys(*namespaces):
    return vision("namespaces:\n" + "\n".join(f"  - {{{text}}}" for text in namespaces))


NOBODY = (
    f"{HERE}/quota: nobody says what the tenant may consume; add a quota here, a tier that has one, or "
    "spec.defaults.quota to the platform file"
)


def test_a_tenant_with_namespaces_must_have_a_quota_from_somewhere():
    assert told(shares.check(vision())) == [NOBODY]
    assert told(shares.check(nobodys("name: a", "name: b"))) == [NOBODY]
    assert told(shares.check(nobodys("name: a, quota: {pods: 1}", "name: b"))) == [NOBODY]


def test_namespaces_that_all_name_their_part_need_no_quota_of_the_tenant():
    made = nobodys("name: a, quota: {pods: 1}", "name: b, quota: {secrets: 2}")
    assert told(shares.check(made)) == []
    assert {name: plain(amounts) for name, amounts in shares.of(made).items()} == {
        "a": {"pods": "1"},
        "b": {"secrets": "2"},
    }


def test_a_tenant_without_namespaces_needs_no_quota():
    made = vision("namespaces: []")
    assert told(shares.check(made)) == []
    assert shares.of(made) == {}


# Any partition


UNITS = {"requests.cpu": "{}m", "limits.memory": "{}Mi", "pods": "{}", "secrets": "{}", "requests.nvidia.com/gpu": "{}"}


def caps_of(least):
    """Draw caps, mostly of all keys: a namespace that leaves one out is often refused."""
    keys = st.just(set(UNITS)) | st.sets(st.sampled_from(sorted(UNITS)), min_size=1)
    return keys.flatmap(lambda chosen: st.fixed_dictionaries(dict.fromkeys(sorted(chosen), st.integers(least, 4))))


def flow(given, times=1):
    return ", ".join(f"{key}: {UNITS[key].format(count * times)}" for key, count in given.items())


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    caps_of(2),
    st.lists(st.none() | caps_of(0), min_size=2, max_size=4),
    st.integers(1, 6),
    st.integers(0, 99),
)
def test_whatever_partition_is_accepted_its_parts_never_exceed_the_whole(whole, parts, times, seed):
    listed = {f"n{i}": None if part is None else flow(part) for i, part in enumerate(parts)}
    made = tenant(flow(whole, times), **listed)
    assume(not list(shares.check(made)))
    found = shares.of(made)
    for key, amount in made.settings.quota.hard.items():
        assert sum((caps[key] for caps in found.values()), quantity.ZERO) <= amount
        assert all(caps[key] >= quantity.ZERO for caps in found.values())
    shuffled = list(listed.items())
    Random(seed).shuffle(shuffled)  # noqa: S311 - any order will do
    assert shares.of(tenant(flow(whole, times), **dict(shuffled))) == found
