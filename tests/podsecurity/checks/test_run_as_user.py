from podsecurity.asking import around, pod, restricted, safe


def test_nobody_asks_for_the_user_0_from_1_23_on():
    spec = pod(safe("a", runAsUser=0), safe("b", runAsUser=1), security={"runAsUser": 0})
    assert around(23, restricted, spec) == ([], ['runAsUser=0 (pod and container "a" must not set runAsUser=0)'])


def test_from_1_35_on_pods_with_their_own_users_may():
    spec = pod(safe("a", runAsUser=0), hostUsers=False)
    assert around(35, restricted, spec) == (['runAsUser=0 (container "a" must not set runAsUser=0)'], [])
