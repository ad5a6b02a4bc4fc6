import pytest

from generator.launcher.images import is_from


@pytest.mark.parametrize("registry", ["ghcr.io/example", "ghcr.io/example/"])
def test_a_prefix_ends_where_a_part_of_the_name_does(registry):
    assert is_from("ghcr.io/example/r:4.4", ["registry.example.com/", registry])
    assert not is_from("ghcr.io/examples/r:4.4", [registry])
    assert not is_from("ghcr.io/example", [registry])
    assert not is_from("ghcr.io/example/r", [])
