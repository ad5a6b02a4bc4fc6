from building import shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.sync import shards

NAMES = st.sets(st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True), max_size=60)
MOST = st.integers(min_value=1, max_value=8)
TEN_THOUSAND = [f"tenant-{i}" for i in range(10_000)]


def home(divided):
    """Turn a division around: the shard of each tenant."""
    return {name: shard for shard, names in divided.items() for name in names}


def test_few_tenants_are_one_shard():
    assert shards.divide(["nlp", "vision", "audit"], 3) == {"tenants": ("audit", "nlp", "vision")}
    assert shards.divide([], 3) == {}


def test_a_shard_is_called_after_the_bits_that_its_tenants_share():
    assert shards.divide(["nlp", "vision", "audit", "research"], 3) == {
        "tenants-0": ("nlp", "research", "vision"),
        "tenants-1": ("audit",),
    }


@given(NAMES, MOST)
@settings(deadline=None)
def test_each_tenant_is_in_exactly_one_shard_of_at_most_so_many(names, most):
    divided = shards.divide(names, most)
    assert sorted(name for some in divided.values() for name in some) == sorted(names)
    assert all(0 < len(some) <= most for some in divided.values())


@given(NAMES, MOST, st.integers())
@settings(deadline=None)
def test_order_does_not_matter(names, most, seed):
    assert list(shards.divide(shuffled(sorted(names), seed), most).items()) == list(shards.divide(names, most).items())


@given(NAMES, MOST, st.sampled_from(["vision", "nlp", "zz"]))
@settings(deadline=None)
def test_a_new_tenant_moves_at_most_the_tenants_of_one_shard(names, most, new):
    before, after = (home(shards.divide(some, most)) for some in (names - {new}, names | {new}))
    assert len({before[name] for name in before if before[name] != after[name]}) <= 1


@given(NAMES, NAMES, MOST, MOST)
@settings(max_examples=200, deadline=None)
def test_a_shard_that_stays_keeps_its_tenants_whatever_else_changes(names, others, most, then):
    before, after = shards.divide(names, most), shards.divide(others, then)
    for shard in before.keys() & after.keys():
        assert set(before[shard]) & others == set(after[shard]) & names


@given(NAMES, MOST, st.data())
@settings(deadline=None)
def test_the_removal_of_tenants_that_were_leaving_moves_nobody(names, most, data):
    leaving = data.draw(st.sets(st.sampled_from(sorted(names)), max_size=most)) if names else set()
    before = home(shards.divide(names, most, leaving))
    after = home(shards.divide(names - leaving, most))
    assert after == {name: shard for name, shard in before.items() if name not in leaving}


@given(NAMES, MOST, st.data())
@settings(deadline=None)
def test_however_many_are_leaving_no_shard_has_more_than_twice_as_many(names, most, data):
    leaving = data.draw(st.sets(st.sampled_from(sorted(names)))) if names else set()
    divided = shards.divide(names, most, leaving)
    assert sorted(name for some in divided.values() for name in some) == sorted(names)
    assert all(len(some) <= 2 * most for some in divided.values())
    assert all(len(set(some) - leaving) <= most for some in divided.values())


def test_ten_thousand_tenants_are_spread_over_about_three_hundred_shards():
    divided = shards.divide(TEN_THOUSAND, 50)
    assert len(divided) == 264
    assert max(map(len, divided.values())) == 50
    assert max(map(len, divided)) == len("tenants-") + 9
