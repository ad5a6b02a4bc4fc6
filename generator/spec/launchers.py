"""The launchers that a tenant asks for, as its file describes them: for whom, where, and with which rights.

Nothing here is inherited: a launcher stands in a namespace of its own tenant, and who submits jobs there is nobody
else's business. Which presets there are, the site says; so what is asked of them is checked apart from the rest.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from generator.launcher.bundle import Grant, Presets
from generator.problems import Place, Problem, instead
from generator.spec import subjects
from generator.spec.subjects import Subject, account

#: The preset that brings a configuration with it.
POSIT = "posit"

#: What the modes of the Posit launcher switch off: ``compat`` gives what its chart gives, ``tight`` what a launcher
#: that runs jobs and nothing else must have. An option that is written decides against its mode.
MODES: Mapping[str, Mapping[str, bool]] = {
    "compat": {},
    "tight": dict.fromkeys(("account-selection", "job-updates", "metrics", "pod-writes"), False),
}

#: A value of the launcher's own configuration, by its own key.
Values = Mapping[str, Any]


class Posit(Struct, frozen=True):
    """What only the Posit Job Launcher has; ``None`` in any field leaves it to the program.

    ``profiles`` are in the order of precedence, each with ``for``; ``resources`` in the order in which people see
    them, each with ``name``; ``kubernetes`` and ``templates`` are options of the plugin and of the object templates.
    """

    mode: str | None
    session_account: str | None
    nodes: bool | None
    token_secret: bool | None
    profiles: tuple[Values, ...] | None
    resources: tuple[Values, ...] | None
    kubernetes: Values | None
    templates: Values | None


class Launcher(Struct, frozen=True):
    """One launcher; ``namespace`` ``None`` means the only one of the tenant.

    ``subject`` is who gets the rights in place of an account made for it; ``service_account`` is what that account is
    called, ``accounts`` the same for each part of a preset that has several. ``None`` leaves it to the preset.
    """

    name: str
    preset: str
    namespace: str | None
    service_account: str | None
    subject: Subject | None
    accounts: Mapping[str, Subject]
    options: Mapping[str, bool]
    posit: Posit | None
    origin: Place

    @property
    def chosen(self) -> Mapping[str, bool]:
        """The options that are decided, by what is written or by the mode."""
        mode = self.posit.mode if self.posit is not None else None
        return {**MODES[mode or "compat"], **self.options}

    @property
    def session_account(self) -> str:
        """What the sessions of a Posit launcher run as."""
        return (self.posit and self.posit.session_account) or f"{self.name}-session"

    def grants(self, presets: Presets) -> tuple[Grant, ...]:
        """Return what it gives, part by part."""
        return presets.grants(self.preset, self.chosen)

    def account(self, part: str, presets: Presets) -> Subject:
        """Return who gets the rights of a part; an account without a namespace lives beside what it starts."""
        if self.subject is not None:
            return self.subject
        bundle = presets.bundle(self.preset)
        if len(bundle.accounts) > 1:
            return self.accounts.get(part) or account(f"{self.name}-{part}")
        return account(self.service_account or bundle.account or self.name)


_FIELDS = {"mode", "sessionAccount", "nodes", "tokenSecret", "profiles", "resources", "kubernetes", "templates"}


def from_value(value: Mapping[str, Any], place: Place) -> Launcher:
    """Take a launcher from a value that its schema has found valid."""
    get = value.get
    return Launcher(
        name=value["name"],
        preset=value["preset"],
        namespace=get("namespace"),
        service_account=get("serviceAccount"),
        subject=_subject(get("subject")),
        accounts={part: account(text) for part, text in get("accounts", {}).items()},
        options=get("options", {}),
        posit=_posit(value) if value["preset"] == POSIT or not _FIELDS.isdisjoint(value) else None,
        origin=place,
    )


def _subject(value: Mapping[str, str] | None) -> Subject | None:
    if value is None:
        return None
    if "serviceAccount" in value:
        return Subject("ServiceAccount", value["serviceAccount"], value.get("namespace"))
    return subjects.subject(value)


def _posit(value: Mapping[str, Any]) -> Posit:
    get = value.get
    return Posit(
        mode=get("mode"),
        session_account=get("sessionAccount"),
        nodes=get("nodes"),
        token_secret=get("tokenSecret"),
        profiles=_several(get("profiles")),
        resources=_several(get("resources")),
        kubernetes=get("kubernetes"),
        templates=get("templates"),
    )


def _several(value: Sequence[Values] | None) -> tuple[Values, ...] | None:
    return None if value is None else tuple(value)


def check(launchers: Sequence[Launcher], namespaces: Sequence[str | None], place: Place) -> Iterator[Problem]:
    """Find doubled launchers, and namespaces that they cannot stand in.

    *namespaces* are the tenant's, by their short names: ``None`` is the one of a tenant that lists none.
    """
    names = [launcher.name for launcher in launchers]
    for index, name in enumerate(names):
        if name in names[:index]:
            message = f"{name!r} is the name of an earlier one too; names are used once"
            yield Problem(place / index / "name", message)
    for launcher in launchers:
        objection = _misplaced(launcher.namespace, namespaces)
        if objection is not None:
            yield Problem(launcher.origin / "namespace", objection)
        if launcher.subject is not None:
            yield from subjects.check(launcher.subject, launcher.origin / "subject")


def _misplaced(namespace: str | None, namespaces: Sequence[str | None]) -> str | None:
    if not namespaces:
        return "the tenant has no namespaces; list one, or drop the launcher"
    shorts = [short for short in namespaces if short is not None]
    if namespace is None and len(shorts) > 1:
        return f"is missing, and the tenant has several; {instead('', shorts)}"
    if namespace is not None and namespace not in shorts:
        hint = instead(namespace, shorts) if shorts else "the tenant lists no namespaces, so leave this out"
        return f"{namespace!r} is not a namespace of this tenant; {hint}"
    return None


def check_presets(
    launchers: Sequence[Launcher], listed: Mapping[str, Collection[str]], presets: Presets
) -> Iterator[Problem]:
    """Find what launchers ask of presets that these do not have, and accounts that two of them claim.

    *listed* are the tenant's own service accounts, each with the short names of its namespaces, empty for all.
    """
    sound = []
    for launcher in launchers:
        problems = [*presets.check(launcher.preset, launcher.options, launcher.origin)]
        if launcher.preset in presets.names:
            problems += [*_check_accounts(launcher, presets), *_check_fields(launcher)]
        yield from problems
        if not problems:
            sound.append(launcher)
    yield from _check_claims(sound, listed, presets)
    yield from _check_plugins(sound)


def _check_plugins(launchers: Sequence[Launcher]) -> Iterator[Problem]:
    """Two plugins must not take each other's jobs for theirs."""
    owners: dict[str | None, Launcher] = {}
    for launcher in launchers:
        owner = owners.setdefault(launcher.namespace, launcher) if launcher.preset == POSIT else launcher
        if owner is not launcher:
            message = (
                f"launcher {owner.name} runs its jobs in this namespace, and the two would mix them up; name another"
            )
            yield Problem(launcher.origin / "namespace", message)


def _check_accounts(launcher: Launcher, presets: Presets) -> Iterator[Problem]:
    """Hold the accounts that are named against those that the preset has."""
    parts = presets.bundle(launcher.preset).accounts
    several = len(parts) > 1
    if several:
        wanted = f"accounts: {{{parts[0]}: ...}}"
        for field, written in (("serviceAccount", launcher.service_account), ("subject", launcher.subject)):
            if written is not None:
                message = f"{launcher.preset} has accounts for {' and '.join(parts)}; write {wanted}"
                yield Problem(launcher.origin / field, message)
    for part in launcher.accounts:
        if not several:
            message = f"{launcher.preset} has one account; write serviceAccount, or subject for one of elsewhere"
            yield Problem(launcher.origin / "accounts", message)
            break
        if part not in parts:
            message = f"{part!r} is no account of {launcher.preset}; {instead(part, parts)}"
            yield Problem(launcher.origin / "accounts" / part, message)
    if launcher.service_account is not None and launcher.subject is not None:
        message = "subject stands in the place of an account that is made; write one of serviceAccount, subject"
        yield Problem(launcher.origin / "subject", message)
    yield from _check_people(launcher, presets)


def _check_people(launcher: Launcher, presets: Presets) -> Iterator[Problem]:
    """People have the presets for people, and accounts the others."""
    for_people = any(grant.preset.kind == "human" for grant in launcher.grants(presets))
    kind = launcher.subject.kind if launcher.subject is not None else "ServiceAccount"
    place = launcher.origin / "subject"
    if for_people and kind == "ServiceAccount":
        yield Problem(place, f"{launcher.preset} is for people; write {{group: ...}} or {{user: ...}}")
    elif not for_people and kind != "ServiceAccount":
        message = f"{launcher.preset} is for a service account; write {{serviceAccount: ..., namespace: ...}}"
        yield Problem(place, message)


def _check_fields(launcher: Launcher) -> Iterator[Problem]:
    """Refuse what belongs to another preset, and what contradicts itself."""
    posit = launcher.posit
    if posit is None:
        return
    if launcher.preset != POSIT:
        for field in Posit.__struct_fields__:
            if getattr(posit, field) is not None:
                head, *rest = field.split("_")
                name = head + "".join(map(str.capitalize, rest))
                yield Problem(launcher.origin / name, f"belongs to the preset {POSIT!r}; drop it")
        return
    if posit.token_secret and launcher.subject is not None:
        message = (
            f"the token would be that of {launcher.subject.name}, which lives elsewhere; "
            "make it there, and write tokenSecret: false"
        )
        yield Problem(launcher.origin / "tokenSecret", message)


def _check_claims(
    launchers: Sequence[Launcher], listed: Mapping[str, Collection[str]], presets: Presets
) -> Iterator[Problem]:
    """Refuse that one account gets the rights of two launchers unseen, or that a job runs as its launcher."""
    owners: dict[tuple[str | None, str], Launcher] = {}
    for launcher in launchers:
        for field, name in _claims(launcher, presets):
            place = launcher.origin / field
            if name == "default":
                yield Problem(place, "'default' never gets a role, a token or an identity here; name another account")
                continue
            owner = owners.setdefault((launcher.namespace, name), launcher)
            if owner is launcher or is_listed(listed, name, launcher.namespace):
                continue
            message = (
                f"{name!r} is the account of launcher {owner.name} too, and would have the rights of both; "
                "name another, or list it in serviceAccounts if that is meant"
            )
            yield Problem(place, message)
        if launcher.preset == POSIT:
            yield from _check_sessions(launcher, {name for _, name in [*_claims(launcher, presets)][:-1]})


def _check_sessions(launcher: Launcher, own: Collection[str]) -> Iterator[Problem]:
    """Keep sessions from running as their launcher, whose accounts in their namespace are *own*."""
    if launcher.session_account in own:
        message = (
            f"{launcher.session_account!r} is the launcher's own account, and each job would run as its launcher; "
            "name another"
        )
        yield Problem(launcher.origin / "sessionAccount", message)
    pod = ((launcher.posit and launcher.posit.templates) or {}).get("pod", {})
    for name in pod.get("selectableServiceAccounts", ()):
        if name in own:
            message = f"{name!r} is the launcher's own account, and a job could run as its launcher; drop it"
            yield Problem(launcher.origin / "templates" / "pod" / "selectableServiceAccounts" / name, message)


def _claims(launcher: Launcher, presets: Presets) -> Iterator[tuple[str, str]]:
    """Yield the accounts that a launcher brings into its namespace, with the field that names each."""
    parts = presets.bundle(launcher.preset).accounts
    for part in parts:
        who = launcher.account(part, presets)
        if who.kind == "ServiceAccount" and who.namespace is None:
            yield "accounts" if len(parts) > 1 else "serviceAccount", who.name
    if launcher.preset == POSIT:
        yield "sessionAccount", launcher.session_account


def is_listed(listed: Mapping[str, Collection[str]], name: str, namespace: str | None) -> bool:
    """Tell whether the tenant itself lists an account of this name for a namespace, by its short name."""
    return name in listed and (not listed[name] or namespace in listed[name])
