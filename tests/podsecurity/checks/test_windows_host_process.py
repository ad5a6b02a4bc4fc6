from podsecurity.asking import baseline, container, pod

HOST = {"windowsOptions": {"hostProcess": True}}


def test_whoever_asks_to_be_a_process_of_the_node_is_named():
    spec = pod(container("a", **HOST), container("b", windowsOptions={}), security=HOST)
    said = 'pod and container "a" must not set securityContext.windowsOptions.hostProcess=true'
    assert baseline(spec) == [f"hostProcess ({said})"]


def test_other_options_are_fine():
    assert baseline(pod(container(windowsOptions={"hostProcess": False}))) == []
