from generator.access.algebra import Permissions
from generator.spec.tenantroles import BUILT_IN


def test_each_role_includes_the_ones_before_it_and_more():
    viewer, editor, admin = (Permissions.of(BUILT_IN[name]) for name in ("viewer", "editor", "admin"))
    assert viewer < editor < admin


def test_no_role_has_a_wildcard():
    words = {word for rules in BUILT_IN.values() for rule in rules for listed in rule.values() for word in listed}
    assert not [word for word in words if "*" in word]
