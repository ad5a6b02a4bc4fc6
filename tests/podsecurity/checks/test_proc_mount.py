from podsecurity.asking import around, baseline, container, pod, restricted, safe

SAID = 'procMount (container "a" must not set securityContext.procMount to "Unmasked")'


def test_each_mount_but_the_default_is_named():
    spec = pod(*(container(name, procMount=mount) for name, mount in [("a", "Default"), ("b", "x"), ("c", "")]))
    assert baseline(spec) == ['procMount (containers "b", "c" must not set securityContext.procMount to "", "x")']


def test_from_1_35_on_baseline_lets_pods_with_their_own_users():
    assert around(35, baseline, pod(container(procMount="Unmasked"), hostUsers=False)) == ([SAID], [])
    assert around(35, baseline, pod(container(procMount="Unmasked"), hostUsers=True)) == ([SAID], [SAID])


def test_restricted_never_does():
    assert around(35, restricted, pod(safe(procMount="Unmasked"), hostUsers=False)) == ([SAID], [SAID])
