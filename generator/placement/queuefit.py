"""Whether a tenant's queue and its ResourceQuotas allow the same, on one cluster, and whether its jobs get through.

The queue decides when a job starts, and the quota refuses pods. Where the queue has more than the quota, jobs are
started and their pods refused; so all that a queue can ever use, borrowed or its own, must fit into the quotas of the
namespaces that have queues. What is promised to a group's members must fit into the group's own quota in the same way.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from generator.kubernetes import quantity
from generator.kubernetes.quantity import ZERO, Quantity
from generator.kueue import DEFAULT_QUEUE, QUEUE_LABEL
from generator.kueue.jobs import JOB_KINDS, asked_of
from generator.kueue.quotas import caps, keys
from generator.launcher import preset
from generator.organisation.cohorts import Written
from generator.placement.placement import Namespace, Placement
from generator.problems import Place, Problem, instead
from generator.spec.launchers import POSIT, Launcher
from generator.spec.queueing import JobAdmission, check_fairness
from generator.spec.queues import Queue

#: Amounts of a resource by flavor, those of no flavor left out.
_ByFlavor = Mapping[str, Quantity]


def check(here: Placement) -> Iterator[Problem]:
    """Find where queue and quota disagree, and jobs that the admission policies would always refuse."""
    queue = here.tenant.queue
    if here.seat is not None and here.seat.leads:
        yield from _check_promises(here, here.seat.promised)
    if here.cluster.has_kueue:
        yield from _check_delegated(here)
    if queue is None or here.seat is None or not here.queued:
        return
    yield from _check_use(here, queue, here.seat.available)
    kueue = here.platform.kueue
    if kueue is not None:
        yield from check_fairness(kueue, queue.preemption, queue.origin)
        if kueue.admission.holds_on(here.cluster.name):
            yield from _check_covered(queue, kueue.admission)
            yield from _check_launchers(here, queue, kueue.admission)


def _check_use(here: Placement, queue: Queue, available: Written) -> Iterator[Problem]:
    """Find what a queue can use and the quotas of its namespaces refuse."""
    namespaces = [one for one in here.namespaces if queue.names(one.short)]
    for name, by_flavor in _by_resource(available).items():
        most = sum(by_flavor.values(), ZERO)
        allowed = [caps(name, namespace.hard) for namespace in namespaces]
        if not namespaces or None in allowed:  # what no key caps is allowed
            continue
        cap = sum((one for one in allowed if one is not None), ZERO)
        if most > cap:
            largest = max(by_flavor, key=lambda flavor: by_flavor[flavor].milli)
            quota = _quota_place(here, name)
            message = (
                f"with what it may borrow on {here.cluster.name} the queue can use {_sum(by_flavor)} {name}, and the "
                f"quota allows {_where(namespaces)} {cap} ({quota}): jobs would be started and their pods refused; "
                "lower what the queue has or may borrow, or raise the quota"
            )
            yield Problem(queue.origin / "flavors" / largest / name, message, others=(quota,))


def _check_promises(here: Placement, promised: Written) -> Iterator[Problem]:
    """Find what the queues of a group have in all and the group's own quota does not.

    The platform's default is no quota of a group: it is for the namespaces of each tenant that says nothing.
    """
    quota, queue = here.tenant.settings.quota, here.tenant.queue
    if quota is None or here.platform.is_default(quota):
        return
    for name, by_flavor in _by_resource(promised).items():
        total = sum(by_flavor.values(), ZERO)
        cap = caps(name, quota.hard)
        if cap is not None and total > cap:
            place = _quota_place(here, name)
            message = (
                f"the queues of the tenant and of those below it have {_sum(by_flavor)} {name} on {here.cluster.name}, "
                f"and its quota is {cap} ({place}); lower one of them, or raise the quota"
            )
            yield Problem(queue.origin if queue is not None else place, message, others=(place,))


def _check_delegated(here: Placement) -> Iterator[Problem]:
    """Hold a quota that Kueue is to add up against the tree that does it: all of it must be queued, and bounded."""
    quota = here.tenant.settings.quota
    if quota is None or (quota.mode, quota.to) != ("delegated", "kueue") or not quota.hard:
        return
    place = quota.origin / "to"
    if here.seat is None:
        message = (
            f"on {here.cluster.name} neither this tenant nor one below it has a queue, so that Kueue adds up nothing; "
            "write queue, or another mode"
        )
        yield Problem(place, message)
        return
    default = here.platform.is_default(quota)  # which is for the tenant's own namespaces
    for name in [name for name in here.seat.unqueued if name == here.tenant.name or not default][:_SHOWN]:
        message = (
            f"the jobs of {name} are not queued on {here.cluster.name}, so that Kueue adds up nothing of what it uses; "
            "give it a queue, or write another mode"
        )
        yield Problem(place, message)
    for name, by_flavor in _by_resource(here.seat.available if default else here.seat.reach).items():
        cap = caps(name, quota.hard)
        if cap is not None and sum(by_flavor.values(), ZERO) > cap:
            written = _quota_place(here, name)
            message = (
                f"Kueue is to add up {name}, and lets the queues at or below this tenant use {_sum(by_flavor)} on "
                f"{here.cluster.name}, where its quota is {cap} ({written}); lower what they have, or borrow in pool"
            )
            origin = here.tenant.queue.origin if here.tenant.queue is not None else place
            yield Problem(origin, message, others=(written,))


#: So many tenants are told of that nobody adds up.
_SHOWN = 5


def _by_resource(amounts: Written) -> Mapping[str, _ByFlavor]:
    found: dict[str, dict[str, Quantity]] = defaultdict(dict)
    for flavor, name, text in amounts:
        amount = quantity.parse(text)
        if amount:
            found[name][flavor] = amount
    return found


def _sum(by_flavor: _ByFlavor) -> str:
    """Write a sum with its parts, the only one alone."""
    parts = " + ".join(f"{amount} ({flavor})" for flavor, amount in by_flavor.items())
    return f"{parts} = {sum(by_flavor.values(), ZERO)}" if len(by_flavor) > 1 else parts


def _where(namespaces: Sequence[Namespace]) -> str:
    return " and ".join(namespace.name for namespace in namespaces)


def _quota_place(here: Placement, resource: str) -> Place:
    """Return where the quota says how much there is of a resource."""
    quota = here.tenant.settings.quota
    if quota is None:
        return here.tenant.origin / "spec" / "namespaces"
    key = next((key for key in keys(resource) if key in quota.hard), None)
    return quota.origin / "hard" / key if key is not None else quota.origin


def _check_covered(queue: Queue, admission: JobAdmission) -> Iterator[Problem]:
    """Find a resource that every job must ask for and that the queue has nothing of, so that no job would start."""
    covered = {name for resources in (queue.flavors or {}).values() for name in resources}
    for name in admission.requests:
        if name not in covered:
            place = admission.origin / "requests"
            message = (
                f"every job must ask for {name} ({place}), and the queue has none, so that no job would ever start; "
                f"write how much {name} there is"
            )
            yield Problem(queue.origin / "flavors", message, others=(place,))


def _check_launchers(here: Placement, queue: Queue, admission: JobAdmission) -> Iterator[Problem]:
    """Find launchers whose jobs name no queue, where there is none for those that name none."""
    if not admission.queue_name:
        return
    for launcher in here.tenant.launchers:
        names = queue.names(here.home(launcher).short)
        kinds = _made(launcher, here, asked_of(admission.jobs))
        if kinds and DEFAULT_QUEUE not in names:
            yield from _check_label(launcher, kinds, names, queue)


def _check_label(launcher: Launcher, kinds: Sequence[str], names: Sequence[str], queue: Queue) -> Iterator[Problem]:
    """Judge what a launcher puts on its jobs as far as that is known; of others it is only a warning."""
    job = (launcher.posit.templates or {}).get("job", {}) if launcher.posit is not None else {}
    chosen = job.get("labels", {}).get(QUEUE_LABEL)
    if chosen is None:
        remedy = f", or set the label {QUEUE_LABEL} in templates.job.labels" if launcher.preset == POSIT else ""
        message = (
            f"its {' and '.join(kinds)} objects are refused unless they name a queue, and this namespace has none "
            f"called {DEFAULT_QUEUE} for those that name none; add it ({queue.origin / 'queues'}){remedy}"
        )
        others = (queue.origin / "queues",)
        yield Problem(launcher.origin / "preset", message, warning=launcher.preset != POSIT, others=others)
    elif chosen not in names:
        message = f"{chosen!r} is not a queue of its namespace; {instead(chosen, names)}"
        yield Problem(launcher.origin / "templates" / "job" / "labels" / QUEUE_LABEL, message)


def _made(launcher: Launcher, here: Placement, jobs: Sequence[str]) -> list[str]:
    """Return which of these kinds of job a launcher may create."""
    rules = [
        rule for grant in launcher.grants(here.platform.presets) for rule in preset.rules(grant.preset, grant.options)
    ]
    return [
        kind
        for kind in jobs
        if any(
            JOB_KINDS[kind].group in rule.get("apiGroups", ())
            and JOB_KINDS[kind].resource in rule.get("resources", ())
            and "create" in rule["verbs"]
            for rule in rules
        )
    ]
