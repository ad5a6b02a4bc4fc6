from podsecurity.asking import baseline, container, pod


def test_each_that_is_shared_is_named():
    spec = pod(container(), hostIPC=True, hostNetwork=True, hostPID=True)
    assert baseline(spec) == ["host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)"]


def test_what_is_not_shared_is_fine():
    assert baseline(pod(container(), hostIPC=False, hostNetwork=None)) == []
