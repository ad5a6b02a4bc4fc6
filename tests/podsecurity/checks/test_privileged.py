from podsecurity.asking import baseline, container, pod


def test_no_container_is_privileged():
    spec = pod(
        container("a", privileged=True),
        container("b", privileged=False),
        ephemeralContainers=[container("c", privileged=True)],
    )
    assert baseline(spec) == ['privileged (containers "a", "c" must not set securityContext.privileged=true)']
    assert baseline(spec, "v1.0") == baseline(spec)


def test_silence_is_fine():
    assert baseline(pod(container())) == []
