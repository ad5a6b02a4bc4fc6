from hypothesis import given, settings
from hypothesis import strategies as st

from generator.admission import admit, narrowed, objects, of_job

PROPERTY = settings(max_examples=200, deadline=None, derandomize=True)
NAMES = st.sampled_from(["cpu", "memory", "nvidia.com/gpu", "hugepages-2Mi", "gpu", "", "a/b/c", 7])
AMOUNT = st.sampled_from(["0", "1", "500m", "2", "4Mi", "1e30", "-1", "x", "", None, 0.5, float("inf"), True, [], 3])
AMOUNTS = st.dictionaries(NAMES, AMOUNT, max_size=3)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def either(strategy):
    """Mostly what is asked for, sometimes anything at all."""
    return strategy | strategy | strategy | ANY


RESOURCES = either(st.fixed_dictionaries({}, optional={"requests": either(AMOUNTS), "limits": either(AMOUNTS)}))
CONTAINERS = either(
    st.lists(
        either(
            st.fixed_dictionaries(
                {"name": either(st.sampled_from("ab"))},
                optional={"resources": RESOURCES, "restartPolicy": either(st.just("Always"))},
            )
        ),
        max_size=3,
    )
)
POD = st.fixed_dictionaries(
    {"containers": CONTAINERS},
    optional={
        "initContainers": CONTAINERS,
        "resources": RESOURCES,
        "overhead": either(AMOUNTS),
        "activeDeadlineSeconds": ANY,
        "priorityClassName": ANY,
        "affinity": ANY,
    },
)
SOUND = st.dictionaries(st.sampled_from(["cpu", "memory"]), st.sampled_from(["0", "1", "500m", "2", "4Gi"]), max_size=2)
SOUND_POD = st.builds(
    lambda containers: {"containers": [{"name": f"c{i}", "resources": one} for i, one in enumerate(containers)]},
    st.lists(st.fixed_dictionaries({"requests": SOUND, "limits": SOUND}), min_size=1, max_size=3),
)
RANGES = {"l": {"limits": [{"type": "Container", "default": {"cpu": "1"}, "max": {"memory": "2Gi"}}]}}
QUOTAS = {"q": {"hard": {"requests.cpu": "2", "limits.memory": "4Gi", "pods": "3"}}}
CODES = {201, 400, 403, 422}


@PROPERTY
@given(either(POD))
def test_what_is_left_of_a_narrowed_pod_is_all_that_is_looked_at(spec):
    more = {**spec, "nodeName": "n", "volumes": []} if isinstance(spec, dict) else spec
    assert repr(narrowed(more)) == repr(narrowed(spec))
    ours, whole = (admit(one, limit_ranges=RANGES, quotas=QUOTAS) for one in (narrowed(more), spec))
    assert repr(ours) == repr(whole)


def test_pods_that_differ_in_what_is_not_admitted_by_are_the_same_when_narrowed():
    one, other = ({"containers": [{"name": "a", "image": image, "args": [image]}]} for image in ("one", "two"))
    assert narrowed(one) == narrowed(other) == {"containers": [{"name": "a"}]}


@PROPERTY
@given(either(POD))
def test_a_malformed_pod_is_answered(spec):
    ours = admit(spec, limit_ranges=RANGES, quotas=QUOTAS)
    assert ours.code in CODES
    assert (ours.message is None) is ours.accepted
    assert all(one.message for one in ours.refusals)


@PROPERTY
@given(either(st.fixed_dictionaries({"spec": either(st.fixed_dictionaries({"template": either(st.fixed_dictionaries({"spec": either(POD)}))}))})))  # fmt: skip
def test_a_malformed_job_is_answered(body):
    ours = of_job(body, limit_ranges=RANGES, quotas=QUOTAS)
    assert ours.code in CODES
    assert ours.pod.code in CODES


@PROPERTY
@given(st.dictionaries(st.sampled_from("ab"), either(st.fixed_dictionaries({"limits": ANY, "hard": ANY, "scopes": ANY, "scopeSelector": ANY})), max_size=2), ANY)  # fmt: skip
def test_malformed_limit_ranges_and_quotas_are_passed_over(specs, used):
    assert admit({"containers": []}, limit_ranges=specs, quotas=specs, used={"a": used}).code in CODES


@PROPERTY
@given(st.lists(ANY | st.fixed_dictionaries({"kind": st.sampled_from(["Pod", "Job", "Service", "PersistentVolumeClaim"]), "apiVersion": st.sampled_from(["v1", "batch/v1"]), "metadata": ANY, "spec": either(POD)}), max_size=4))  # fmt: skip
def test_malformed_objects_are_answered(manifests):
    assert len(objects(manifests, limit_ranges=RANGES, quotas=QUOTAS).objects) == len(manifests)


@PROPERTY
@given(SOUND_POD)
def test_what_is_defaulted_is_defaulted_again_unchanged(spec):
    once = admit(spec, limit_ranges=RANGES, quotas={})
    again = {"containers": [{"name": one.name, "resources": one.resources} for one in once.containers]}
    assert admit(again, limit_ranges=RANGES, quotas={}).containers == once.containers


@PROPERTY
@given(SOUND_POD)
def test_more_in_a_quota_never_refuses_more(spec):
    def refused(factor):
        hard = {"requests.cpu": f"{factor}", "limits.memory": f"{2 * factor}Gi", "pods": "1"}
        return {(one.rule, one.resource) for one in admit(spec, limit_ranges={}, quotas={"q": {"hard": hard}}).refusals}

    assert refused(4) <= refused(2) <= refused(1)


@PROPERTY
@given(st.lists(SOUND_POD, max_size=4))
def test_no_quota_ever_gives_away_more_than_it_has(specs):
    bodies = [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec} for spec in specs]
    ours = objects(bodies, limit_ranges=RANGES, quotas=QUOTAS)
    hard = admit({}, limit_ranges={}, quotas={}).usage
    assert ours.used["q"].get("pods", hard["pods"]).milli <= 3000
    assert ours.used["q"].get("requests.cpu", hard["pods"]).milli <= 2000
