"""The checks of the Pod Security Standards: a module for each, or for two that ask about the same field.

A check is a pure function of a pod, with the wording of ``k8s.io/pod-security-admission``: people look for it.
"""

from generator.podsecurity.check import Check
from generator.podsecurity.checks import (
    app_armor_profile,
    capabilities,
    host_namespaces,
    host_ports,
    host_probes,
    privilege_escalation,
    privileged,
    proc_mount,
    run_as_non_root,
    run_as_user,
    se_linux_options,
    seccomp_profile,
    sysctls,
    volumes,
    windows_host_process,
)

#: In the order in which the API server tells reasons: those of baseline first, then by their names.
CHECKS: tuple[Check, ...] = (
    app_armor_profile.BASELINE,
    capabilities.BASELINE,
    host_namespaces.BASELINE,
    volumes.BASELINE,
    host_ports.BASELINE,
    host_probes.BASELINE,
    privileged.BASELINE,
    proc_mount.BASELINE,
    se_linux_options.BASELINE,
    seccomp_profile.BASELINE,
    sysctls.BASELINE,
    windows_host_process.BASELINE,
    privilege_escalation.RESTRICTED,
    capabilities.RESTRICTED,
    proc_mount.RESTRICTED,
    volumes.RESTRICTED,
    run_as_non_root.RESTRICTED,
    run_as_user.RESTRICTED,
    seccomp_profile.RESTRICTED,
)
