from podsecurity.asking import baseline, container, pod


def ports(name, *numbers):
    return {**container(name), "ports": [{"containerPort": 1, "hostPort": number} for number in numbers]}


def test_ports_of_the_node_are_named_in_the_order_of_their_texts():
    spec = pod(ports("a", 0), ports("b", 9, 80), ports("c", 8080, 80))
    assert baseline(spec) == ['hostPort (containers "b", "c" use hostPorts 80, 8080, 9)']


def test_one_port_alone():
    assert baseline(pod(ports("a", 80))) == ['hostPort (container "a" uses hostPort 80)']


def test_the_nodes_network_makes_each_port_one_of_the_node():
    assert baseline(pod(ports("a", 0), hostNetwork=True)) == [
        "host namespaces (hostNetwork=true)",
        'hostPort (container "a" uses hostPort 1)',
    ]
