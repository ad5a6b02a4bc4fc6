"""What surrounds the sessions of a tenant's Posit launcher, as far as checks of its object templates need to know it.

All of it is what the tenant file and the platform file say; what only a cluster knows (which secrets are there, which
programs its launcher may run) is taken to be what the tenant file names.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from generator.launcher.surroundings import Surroundings
from generator.organisation.directory import NO_FACTS
from generator.placement import cloud
from generator.placement.placement import Namespace, Placement, common_labels, place
from generator.problems import InputError, Place, Problem, instead
from generator.spec import registries
from generator.spec.launchers import POSIT, Launcher
from generator.spec.platform import Cluster, Platform
from generator.spec.templates import Templates
from generator.spec.tenant import AwsIdentity, AzureIdentity, ServiceAccount, Tenant

#: How long the product keeps a finished job unless ``job-expiry-hours`` says otherwise, and what an hour has.
_EXPIRY_HOURS, _HOUR = 24, 3600


def chosen(tenant: Tenant, name: str | None) -> Launcher:
    """Return the Posit launcher of a tenant that *name* names; ``None`` is the only one. Raise for any other."""
    own = {one.name: one for one in tenant.launchers if one.preset == POSIT}
    if not own:
        message = f"{tenant.name} has no launcher of the preset {POSIT!r}; add one, or name another tenant"
        raise InputError([Problem(tenant.origin / "spec" / "launchers", message)])
    return own[_one_of(own, name, "--launcher", f"is not a Posit launcher of {tenant.name}")]


def cluster_of(tenant: Tenant, platform: Platform, name: str | None) -> Cluster:
    """Return the cluster of a resolved tenant that *name* names; ``None`` is the only one. Raise for any other."""
    choice = tenant.settings.clusters
    there = platform.clusters.values() if choice is None else platform.clusters_of(choice)
    own = {one.name: one for one in there}
    return own[_one_of(own, name, "--cluster", f"is not a cluster of {tenant.name}")]


def _one_of(known: Collection[str], name: str | None, option: str, not_one: str) -> str:
    if name is None and len(known) == 1:
        return next(iter(known))
    if name is None:
        message = f"is missing, and there are several; {instead('', known)}"
        raise InputError([Problem(Place(option), message)])
    if name not in known:
        raise InputError([Problem(Place(option), f"{name!r} {not_one}; {instead(name, known)}")])
    return name


def of(launcher: Launcher, tenant: Tenant, cluster: Cluster, platform: Platform) -> Surroundings:
    """Return what surrounds the sessions of a launcher of a resolved tenant on one of its clusters."""
    here = place(tenant, NO_FACTS, platform, cluster, common_labels(tenant), Templates({}))
    home = here.home(launcher)
    given = (launcher.posit.templates if launcher.posit is not None else None) or {}
    pod: Mapping[str, Any] = given.get("pod", {})
    accounts = frozenset({launcher.session_account, *pod.get("selectableServiceAccounts", ())})
    listed = [*_listed(here, home, accounts)]
    return Surroundings(
        kubernetes=cluster.version,
        accounts=accounts,
        launcher=_own_account(here, home, launcher),
        registries=registries.under(platform.registries, (one.registries for one in tenant.bounds)),
        secrets=frozenset(_secrets(pod)),
        pull_secrets=frozenset(
            [*_texts(pod.get("imagePullSecrets"), "name"), *(name for one in listed for name in one.image_pull_secrets)]
        ),
        claims=frozenset(_of_volumes(pod, "persistentVolumeClaim", "claimName")),
        config_maps=frozenset(_of_volumes(pod, "configMap", "name")),
        identities=frozenset(pair for one in listed for pair in _identities(one, cluster)),
        capabilities=frozenset(pod.get("capabilities", ())),
        groups=tuple(_groups(tenant, home)),
        pod_security=home.pod_security.enforce,
        quota=any(key.partition(".")[2] in {"cpu", "memory"} or key in {"cpu", "memory"} for key in home.hard),
        mesh="istio" in cluster.addons,  # without sidecars there is nothing in a pod that could run on
        expiry=_expiry(launcher),
    )


def _listed(here: Placement, home: Namespace, names: frozenset[str]) -> Iterator[ServiceAccount]:
    """Yield the accounts of sessions that the tenant itself lists: the others have neither identity nor secrets."""
    for account in here.tenant.service_accounts:
        if account.name in names and here.lists(account.name, home):
            yield account


def _own_account(here: Placement, home: Namespace, launcher: Launcher) -> str:
    """Return the launcher's own account; nothing where it lives elsewhere, so that no session can run as it."""
    presets = here.platform.presets
    who = launcher.account(presets.bundle(POSIT).accounts[0], presets)
    return who.name if who.namespace in {None, home.name} else ""


def _identities(account: ServiceAccount, cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Yield what a pod may carry to get the identity that its account has at this cluster's cloud."""
    yield from cloud.annotations(account.identity, cluster).items()
    own = cloud.used(account.identity, cluster)
    if isinstance(own, AwsIdentity):  # kiam and kube2iam take a role by its ARN, or by its name alone
        yield "iam.amazonaws.com/role", own.role_arn
        yield "iam.amazonaws.com/role", own.role_arn.rpartition("/")[2]
    if isinstance(own, AzureIdentity):
        yield "azure.workload.identity/use", "true"


def _groups(tenant: Tenant, home: Namespace) -> Iterator[str]:
    """Yield the groups whose people work where the sessions run."""
    for one in (*(tenant.owners or ()), *(tenant.members or ())):
        if one.subject.kind == "Group" and (not one.namespaces or home.short in one.namespaces):
            yield one.subject.name


def _expiry(launcher: Launcher) -> int:
    options = (launcher.posit.kubernetes if launcher.posit is not None else None) or {}
    return int(float(options.get("job-expiry-hours", _EXPIRY_HOURS)) * _HOUR)


# -- what the settings of the templates name, which have the form of Kubernetes and no schema


def _secrets(pod: Mapping[str, Any]) -> Iterator[str]:
    yield from _of_volumes(pod, "secret", "secretName")
    for entry in _mappings(pod.get("env")):
        yield from _texts([_mapping(_mapping(entry.get("valueFrom")).get("secretKeyRef"))], "name")


def _of_volumes(pod: Mapping[str, Any], kind: str, key: str) -> Iterator[str]:
    yield from _texts([_mapping(volume.get(kind)) for volume in _mappings(pod.get("volumes"))], key)


def _texts(items: Any, key: str) -> Iterator[str]:
    for item in _mappings(items):
        if isinstance(item.get(key), str):
            yield item[key]


def _mappings(items: Any) -> list[Mapping[str, Any]]:
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, (list, tuple)) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
