from podsecurity.asking import around, baseline, container, pod


def options(**fields):
    return {"seLinuxOptions": fields}


def test_types_for_containers_are_fine():
    spec = pod(container(**options(type="container_kvm_t", level="s0")), security=options(type="container_init_t"))
    assert baseline(spec) == []


def test_all_that_is_set_is_told_together():
    spec = pod(
        container("a", **options(type="spc_t", role="r")),
        container("b", **options(user="u")),
        container("c", **options(type="")),
        security=options(type="foo"),
    )
    said = (
        'pod and containers "a", "b" set forbidden securityContext.seLinuxOptions: '
        'types "foo", "spc_t"; user may not be set; role may not be set'
    )
    assert baseline(spec) == [f"seLinuxOptions ({said})"]


def test_the_type_for_engines_came_with_1_31():
    said = 'seLinuxOptions (container "a" set forbidden securityContext.seLinuxOptions: type "container_engine_t")'
    assert around(31, baseline, pod(container(**options(type="container_engine_t")))) == ([said], [])
