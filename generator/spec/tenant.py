"""A tenant as its file describes it: nothing inherited yet, nothing rendered."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from generator import credentials
from generator.kubernetes.quotakeys import check_amounts
from generator.problems import Place, Problem, instead
from generator.spec import launchers, lifecycle, propagation, queues, repositories, secretrefs, subjects
from generator.spec.hierarchy import Bounds, bounds
from generator.spec.launchers import Launcher
from generator.spec.lifecycle import Offboarding
from generator.spec.propagation import Propagation, propagations
from generator.spec.queues import Queue
from generator.spec.repositories import Repository
from generator.spec.secretrefs import SecretRef
from generator.spec.settings import (
    Amounts,
    Limits,
    PodSecurity,
    Settings,
    amounts,
    check_limits,
    limits,
    pod_security,
    settings,
)
from generator.spec.settings import check as check_settings
from generator.spec.subjects import Subject, subject
from generator.yaml.documents import natural_key

#: The account that has the tenant's identity where the tenant lists none.
WORKLOAD = "workload"

#: The role of owners.
OWNER = "admin"


class Member(Struct, frozen=True):
    """Somebody with a role, in the namespaces of these short names; none named means all."""

    subject: Subject
    role: str
    namespaces: tuple[str, ...]
    origin: Place


class Kept(Struct, frozen=True):
    """Those whom the parent gives a role and who stay, in the namespaces of these short names; none named means all."""

    role: str
    namespaces: tuple[str, ...]
    origin: Place


class NamespaceSpec(Struct, frozen=True):
    """A namespace as the file lists it; ``name`` is ``None`` for the one of a tenant that lists none.

    ``full_name`` ``None`` leaves the name to the platform's rule, ``pod_security`` ``None`` the level to the
    tenant, ``quota`` ``None`` the namespace's part to what the others leave, ``limits`` ``None`` to the tenant.
    """

    name: str | None
    full_name: str | None
    display_name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    pod_security: PodSecurity | None
    quota: Amounts | None
    limits: Limits | None
    origin: Place
    lifecycle: str = lifecycle.ACTIVE
    offboarding: Offboarding | None = None


class AwsIdentity(Struct, frozen=True):
    """An AWS IAM role, reached by ``irsa`` or ``pod-identity``."""

    role_arn: str
    via: str


class GcpIdentity(Struct, frozen=True):
    """A Google service account's address."""

    service_account: str


class AzureIdentity(Struct, frozen=True):
    """An Azure managed identity; ``None`` leaves a field to the cluster."""

    client_id: str
    tenant_id: str | None
    identity_name: str | None
    token_expiration_seconds: int | None


class Identity(Struct, frozen=True):
    """A cloud identity for each provider that has one."""

    aws: AwsIdentity | None
    gcp: GcpIdentity | None
    azure: AzureIdentity | None
    origin: Place


class ServiceAccount(Struct, frozen=True):
    """A service account for workloads; ``role`` ``None`` gives it no rights, ``identity`` ``None`` no cloud."""

    name: str
    namespaces: tuple[str, ...]
    role: str | None
    automount_token: bool
    image_pull_secrets: tuple[str, ...]
    identity: Identity | None
    origin: Place


class Tenant(Struct, frozen=True):
    """One tenant. ``None`` in ``owners`` and ``members`` means that the parent decides, ``()`` means nobody.

    ``kept_owners`` and ``kept_members`` are whom of the parent's they keep; ``children`` ``None`` sets no bounds.
    ``queue`` is ``None`` for one whose jobs are not queued. Once the tenant is resolved, ``propagate`` holds what comes
    down to it as well, and ``bounds`` those of all above it.
    """

    name: str
    annotations: Mapping[str, str]
    display_name: str
    description: str
    parent: str | None
    tier: str | None
    lifecycle: str
    offboarding: Offboarding | None
    owners: tuple[Member, ...] | None
    members: tuple[Member, ...] | None
    kept_owners: tuple[Kept, ...]
    kept_members: tuple[Kept, ...]
    children: Bounds | None
    bounds: tuple[Bounds, ...]
    namespaces: tuple[NamespaceSpec, ...]
    settings: Settings
    service_accounts: tuple[ServiceAccount, ...]
    identity: Identity | None
    launchers: tuple[Launcher, ...]
    secrets: tuple[SecretRef, ...]
    repositories: tuple[Repository, ...]
    extras: Mapping[str, Any]
    propagate: tuple[Propagation, ...]
    origin: Place
    queue: Queue | None = None


def from_value(value: Mapping[str, Any], document: str) -> Tenant:
    """Make a tenant of a value that its schema has found valid; *document* is its file below the root."""
    place = Place(document)
    spec = value.get("spec", {})
    here = place / "spec"
    metadata = value["metadata"]
    get = spec.get
    identity = _identity(get("identity"), here)
    return Tenant(
        name=metadata["name"],
        annotations=metadata.get("annotations", {}),
        display_name=get("displayName", ""),
        description=get("description", ""),
        parent=get("parent"),
        tier=get("tier"),
        lifecycle=get("lifecycle", lifecycle.ACTIVE),
        offboarding=lifecycle.offboarding(get("offboarding"), here),
        owners=_people(get("owners"), here / "owners"),
        members=_people(get("members"), here / "members"),
        kept_owners=_kept(get("owners", ()), here / "owners"),
        kept_members=_kept(get("members", ()), here / "members"),
        children=bounds(get("children"), here / "children"),
        bounds=(),
        namespaces=_namespaces(get("namespaces"), place),
        settings=settings(spec, here, metadata.get("labels", {})),
        service_accounts=_service_accounts(get("serviceAccounts"), here, identity),
        identity=identity,
        launchers=_each(launchers.from_value, get("launchers", ()), here / "launchers"),
        secrets=_each(secretrefs.from_value, get("secrets", ()), here / "secrets"),
        repositories=_each(repositories.from_value, get("repositories", ()), here / "repositories"),
        extras=get("extras", {}),
        propagate=propagations(get("propagate", {}), metadata["name"], here / "propagate"),
        origin=place,
        queue=queues.from_value(get("queue"), here),
    )


def _each(take: Any, value: Sequence[Any], place: Place) -> Any:
    return tuple(take(item, place / natural_key(item, i)) for i, item in enumerate(value))


def _people(value: Sequence[Mapping[str, Any]] | None, place: Place) -> tuple[Member, ...] | None:
    """Take those whom a three-state list names; owners are admins of all namespaces."""
    if value is None:
        return None
    return tuple(
        Member(subject(item), item.get("role", OWNER), tuple(item.get("namespaces", ())), place / natural_key(item, i))
        for i, item in enumerate(value)
        if "inherited" not in item
    )


def _kept(value: Sequence[Mapping[str, Any]], place: Place) -> tuple[Kept, ...]:
    return tuple(
        Kept(item.get("role", OWNER), tuple(item.get("namespaces", ())), place / i)
        for i, item in enumerate(value)
        if "inherited" in item
    )


def _namespaces(value: Sequence[Mapping[str, Any]] | None, place: Place) -> tuple[NamespaceSpec, ...]:
    if value is None:
        return (NamespaceSpec(None, None, "", {}, {}, None, None, None, place),)
    here = place / "spec" / "namespaces"
    return tuple(_namespace(item, here / item["name"]) for item in value)


def _namespace(value: Mapping[str, Any], place: Place) -> NamespaceSpec:
    get = value.get
    return NamespaceSpec(
        name=value["name"],
        full_name=get("fullName"),
        display_name=get("displayName", ""),
        labels=get("labels", {}),
        annotations=get("annotations", {}),
        pod_security=pod_security(get("podSecurity")),
        quota=amounts(value["quota"]) if "quota" in value else None,
        limits=limits(get("limits"), place),
        origin=place,
        lifecycle=get("lifecycle", lifecycle.ACTIVE),
        offboarding=lifecycle.offboarding(get("offboarding"), place),
    )


def _service_accounts(
    value: Sequence[Mapping[str, Any]] | None, place: Place, identity: Identity | None
) -> tuple[ServiceAccount, ...]:
    """Take the accounts; an identity without any gets one of its own, for it belongs to somebody."""
    if value is None and identity is not None:
        return (ServiceAccount(WORKLOAD, (), None, False, (), identity, identity.origin),)
    return tuple(_service_account(item, place / "serviceAccounts" / item["name"], identity) for item in value or ())


def _service_account(value: Mapping[str, Any], place: Place, inherited: Identity | None) -> ServiceAccount:
    get = value.get
    return ServiceAccount(
        name=value["name"],
        namespaces=tuple(get("namespaces", ())),
        role=get("role"),
        automount_token=get("automountToken", False),
        image_pull_secrets=tuple(get("imagePullSecrets", ())),
        identity=_identity(get("identity"), place) or inherited,
        origin=place,
    )


def _identity(value: Mapping[str, Any] | None, place: Place) -> Identity | None:
    if value is None:
        return None
    aws, gcp, azure = value.get("aws"), value.get("gcp"), value.get("azure")
    return Identity(
        aws=aws and AwsIdentity(aws["roleArn"], aws.get("via", "irsa")),
        gcp=gcp and GcpIdentity(gcp["serviceAccount"]),
        azure=azure and _azure(azure),
        origin=place / "identity",
    )


def _azure(value: Mapping[str, Any]) -> AzureIdentity:
    get = value.get
    return AzureIdentity(value["clientId"], get("tenantId"), get("identityName"), get("tokenExpirationSeconds"))


def check(tenant: Tenant) -> Iterator[Problem]:
    """Find what the schema cannot see in one file alone: doubled names, references to nothing in it."""
    here = tenant.origin / "spec"
    shorts = [namespace.name for namespace in tenant.namespaces if namespace.name is not None]
    yield from _doubled(shorts, here / "namespaces")
    yield from _doubled([account.name for account in tenant.service_accounts], here / "serviceAccounts")
    for place, names in _mentions(tenant):
        for name in names:
            if name not in shorts:
                hint = instead(name, shorts) if shorts else "the tenant lists no namespaces, so leave this out"
                yield Problem(place / "namespaces", f"{name!r} is not a namespace of this tenant; {hint}")
    if tenant.identity is not None and not tenant.service_accounts:
        message = "an identity belongs to service accounts, and the list of them is empty; list one, or drop the list"
        yield Problem(here / "identity", message)
    yield from propagation.check(tenant.propagate)
    yield from launchers.check(tenant.launchers, [one.name for one in tenant.namespaces], here / "launchers")
    yield from _check_secrets(tenant)
    yield from repositories.check(tenant.repositories, [one.name for one in tenant.namespaces], here / "repositories")
    yield from check_settings(tenant.settings)
    yield from queues.check(tenant.queue, [one.name for one in tenant.namespaces])
    yield from lifecycle.check(tenant.lifecycle, tenant.offboarding)
    for namespace in tenant.namespaces:
        yield from _check_namespace(namespace)
    for kept in (*tenant.kept_owners, *tenant.kept_members) if tenant.parent is None else ():
        message = "there is no parent that anybody could be inherited from; name people, or a spec.parent"
        yield Problem(kept.origin / "inherited", message)
    for member in (*(tenant.owners or ()), *(tenant.members or ())):
        yield from subjects.check(member.subject, member.origin)
    for account in tenant.service_accounts:
        if account.name == "default":
            message = (
                "'default' never gets a role, a token or an identity here; give the workload an account of its own"
            )
            yield Problem(account.origin / "name", message)


def _check_namespace(given: NamespaceSpec) -> Iterator[Problem]:
    yield from lifecycle.check(given.lifecycle, given.offboarding)
    yield from check_amounts(given.quota or {}, given.origin / "quota")
    if given.limits is not None:
        yield from check_limits(given.limits)


def _check_secrets(tenant: Tenant) -> Iterator[Problem]:
    if tenant.secrets:
        accounts = [account.name for account in tenant.service_accounts]
        yield from secretrefs.check(tenant.secrets, [one.name for one in tenant.namespaces], accounts)
    if tenant.extras:
        yield from credentials.under_telling_keys(tenant.extras, tenant.origin / "spec" / "extras")


def _doubled(names: Sequence[str], place: Place) -> Iterator[Problem]:
    for i, name in enumerate(names):
        if name in names[:i]:
            yield Problem(place / i / "name", f"{name!r} is the name of an earlier one too; names are used once")


def _mentions(tenant: Tenant) -> Iterator[tuple[Place, tuple[str, ...]]]:
    """List the places that name the tenant's own namespaces."""
    for member in tenant.members or ():
        yield member.origin, member.namespaces
    for kept in tenant.kept_members:
        yield kept.origin, kept.namespaces
    for account in tenant.service_accounts:
        yield account.origin, account.namespaces
    for secret in tenant.secrets:
        yield secret.origin, secret.namespaces
    if tenant.settings.network is not None:
        for opening in (*(tenant.settings.network.ingress or ()), *(tenant.settings.network.egress or ())):
            yield opening.origin, opening.namespaces
    if tenant.settings.mesh is not None:
        for caller in tenant.settings.mesh.ingress or ():
            yield caller.origin, caller.namespaces
