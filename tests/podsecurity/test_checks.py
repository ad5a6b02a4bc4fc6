import importlib
from pathlib import Path

import pytest

from generator.podsecurity import checks
from generator.podsecurity.check import Check
from generator.podsecurity.checks import CHECKS

FOLDER = Path(checks.__file__).parent

#: Kubernetes' own names, each with the minor versions from which a rule of it holds.
BASELINE = {
    "appArmorProfile": [0],
    "capabilities_baseline": [0],
    "hostNamespaces": [0],
    "hostPathVolumes": [0],
    "hostPorts": [0],
    "hostProbesAndHostLifecycle": [34],
    "privileged": [0],
    "procMount": [0, 35],
    "seLinuxOptions": [0, 31],
    "seccompProfile_baseline": [0, 19],
    "sysctls": [0, 27, 29, 32, 37],
    "windowsHostProcess": [0],
}
RESTRICTED = {
    "allowPrivilegeEscalation": [8, 25],
    "capabilities_restricted": [22, 25],
    "procMount_restricted": [35],
    "restrictedVolumes": [0],
    "runAsNonRoot": [0, 35],
    "runAsUser": [23, 35],
    "seccompProfile_restricted": [19, 25],
}


def test_the_registry_equals_the_folder():
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    found = [importlib.import_module(f"generator.podsecurity.checks.{module}") for module in sorted(modules)]
    written = {id(value) for module in found for value in vars(module).values() if isinstance(value, Check)}
    assert written == {id(check) for check in CHECKS}
    assert all(hasattr(module, "BASELINE") or hasattr(module, "RESTRICTED") for module in found)


@pytest.mark.parametrize(("level", "known"), [("baseline", BASELINE), ("restricted", RESTRICTED)])
def test_every_check_has_its_versions_in_order(level, known):
    assert {check.id: [*check.rules] for check in CHECKS if check.level == level} == known


def test_checks_stand_in_the_order_of_the_api_servers_reasons():
    assert [check.id for check in CHECKS] == [*sorted(BASELINE), *sorted(RESTRICTED)]


def test_what_overrides_a_check_is_of_restricted_and_overrides_one_of_baseline():
    overriding = {check.id: (check.level, check.overrides) for check in CHECKS if check.overrides}
    assert overriding == {
        "capabilities_restricted": ("restricted", "capabilities_baseline"),
        "procMount_restricted": ("restricted", "procMount"),
        "restrictedVolumes": ("restricted", "hostPathVolumes"),
        "seccompProfile_restricted": ("restricted", "seccompProfile_baseline"),
    }
