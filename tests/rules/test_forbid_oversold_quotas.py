from rules.judging import asking, messages, named, space

HNC = "hnc.x-k8s.io/v1alpha2"
ONCE, TWICE = (asking("forbid-oversold-quotas", times=times) for times in (1, 2))


def whole(namespace, **hard):
    return named("HierarchicalResourceQuota", "team", namespace, HNC, spec={"hard": hard})


def quota(namespace, name="q", **hard):
    return named("ResourceQuota", name, namespace, spec={"hard": hard})


def child(name, parent="top"):
    return named("SubnamespaceAnchor", name, parent, HNC)


def test_parts_add_up_to_the_whole_and_no_further():
    parts = [child("a"), quota("a", cpu="60"), child("b"), quota("b", **{"requests.cpu": "40"})]
    assert messages(ONCE, whole("top", cpu="100"), *parts) == []
    assert messages(ONCE, whole("top", cpu="99"), *parts) == [
        (
            "HierarchicalResourceQuota team in namespace top has 99 of requests.cpu, and 100 of it is promised: "
            "a 60, b 40"
        )
    ]
    assert messages(TWICE, whole("top", cpu="61"), *parts) == []


def test_who_may_use_all_shares_the_pool_and_is_promised_nothing():
    parts = [child("a"), quota("a", cpu="100"), child("b"), quota("b", cpu="100")]
    assert messages(ONCE, whole("top", cpu="100"), *parts) == []
    assert messages(ONCE, whole("top", cpu="100"), *parts, child("c"), quota("c", cpu="10")) == []


def test_a_child_with_a_whole_of_its_own_counts_by_that_and_another_by_what_is_below_it():
    deep = [child("a"), child("a1", "a"), quota("a1", cpu="40"), child("a2", "a"), quota("a2", cpu="40")]
    assert len(messages(ONCE, whole("top", cpu="81"), *deep, child("b"), quota("b", cpu="2"))) == 1
    assert messages(ONCE, whole("top", cpu="82"), *deep, child("b"), quota("b", cpu="2")) == []
    assert messages(ONCE, whole("top", cpu="52"), whole("a", cpu="80"), *deep) == []
    assert len(messages(ONCE, whole("top", cpu="82"), whole("a", cpu="50"), *deep)) == 1


def test_the_namespace_of_the_whole_takes_part_itself():
    assert len(messages(ONCE, whole("top", cpu="10"), quota("top", cpu="6"), child("a"), quota("a", cpu="6"))) == 1


def test_of_two_quotas_in_a_namespace_the_least_is_its_part():
    parts = [child("a"), quota("a", "q", cpu="9"), quota("a", "r", cpu="5"), child("b"), quota("b", cpu="5")]
    assert messages(ONCE, whole("top", cpu="10"), *parts) == []


def test_namespaces_are_chosen_by_labels_too():
    spec = {"selector": {"labels": {"matchLabels": {"team": "vision"}}}, "quota": {"hard": {"pods": "10"}}}
    shared = named("ClusterResourceQuota", "vision", api="quota.openshift.io/v1", spec=spec)
    capsule = {"namespaceSelectors": [{"matchLabels": {"team": "vision"}}], "quota": {"hard": {"pods": "10"}}}
    spaces = [space("a", team="vision"), space("b", team="vision"), space("c", team="speech")]
    quotas = [quota("a", pods="6"), quota("b", pods="6"), quota("c", pods="6")]
    for one in (shared, named("GlobalResourceQuota", "vision", api="capsule.clastix.io/v1beta2", spec=capsule)):
        assert messages(ONCE, one, *spaces, *quotas) == [
            f"{one['kind']} vision has 10 of pods, and 12 of it is promised: a 6, b 6"
        ]


def test_what_a_selector_chooses_in_another_way_is_not_guessed():
    spec = {
        "selector": {"labels": {"matchExpressions": [{"key": "team", "operator": "Exists"}]}},
        "quota": {"hard": {"pods": "1"}},
    }
    shared = named("ClusterResourceQuota", "vision", api="quota.openshift.io/v1", spec=spec)
    assert messages(ONCE, shared, space("a", team="vision"), quota("a", pods="6")) == []
    for malformed in (None, {"selector": 1, "quota": 1}, {"namespaceSelectors": [1]}):
        assert messages(ONCE, named("ClusterResourceQuota", "v", api="quota.openshift.io/v1", spec=malformed)) == []
