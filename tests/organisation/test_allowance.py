"""What a file says of its quota, as a short text and back."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tenancy import plain

from generator.organisation.allowance import Share, pack, unpack

KEYS = st.sampled_from(["requests.cpu", "limits.cpu", "pods", "count/jobs.batch", "requests.example.com/fpga", "cpu"])
HARD = st.dictionaries(KEYS, st.sampled_from([0, 12, "500m", "16Gi"]), min_size=1)
QUOTA = st.fixed_dictionaries(
    {},
    optional={
        "mode": st.sampled_from(["partition", "shared", "delegated"]),
        "to": st.sampled_from(["hnc", "openshift"]),
        "maxOvercommit": st.sampled_from(["1.5", 3]),
        "hard": HARD,
    },
)
SPEC = st.fixed_dictionaries({}, optional={"quota": QUOTA, "namespaces": st.lists(st.none() | HARD, max_size=3)})


def texts(hard):
    return {key: str(amount) for key, amount in hard.items()}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(SPEC)
def test_what_is_packed_is_unpacked(spec):
    listed = spec.get("namespaces", [])
    written = spec | {"namespaces": [{"name": "a"} | ({"quota": part} if part else {}) for part in listed]}
    found = unpack(pack(written))
    quota = spec.get("quota")
    assert plain(found.hard) == (None if quota is None else texts(quota.get("hard", {})))
    assert (found.mode, found.to) == ((quota or {}).get("mode", ""), (quota or {}).get("to", ""))
    assert found.overcommit == str((quota or {}).get("maxOvercommit", ""))
    named = [None if part is None else texts(part) for part in listed]
    assert [plain(part) for part in found.parts] == (named if any(listed) else [])


def test_what_most_files_say_is_short():
    assert pack({"quota": {"hard": {"requests.cpu": 8, "pods": 40}}}) == ",,,C=8,P=40"
    assert pack({}) == ""


def test_of_what_children_have_the_most_on_any_cluster_counts():
    share = Share(given=(("eu", (("pods", 3000), ("requests.cpu", 500))), ("us", (("pods", 5000),))))
    assert plain(share.given_on("eu")) == {"pods": "3", "requests.cpu": "500m"}
    assert plain(share.most_given()) == {"pods": "5", "requests.cpu": "500m"}
    assert share.given_on("lab") == {}
