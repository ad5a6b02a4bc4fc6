"""What LimitRanges and quotas refuse of the jobs that a launcher offers, in sentences for whoever wrote the launcher.

Each names both sides: who asks for how much, and which object of which namespace allows how much; and what would be
right on either side. What one setting brings about is one problem, however many objects refuse it.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

from msgspec import Struct

from generator.admission import Plugin, Refusal, Rule
from generator.kubernetes.quantity import Quantity
from generator.launcher.asks import KEYS, RATIOS, Ask, Offer
from generator.launcher.ground import Ground
from generator.launcher.payloads import CONTAINER
from generator.problems import Place, Problem

_PODS = "Pod"  # whose amount it is where a pod is looked at as a whole
#: How fine the options are: thousandths of a CPU or of a share, whole megabytes and devices.
_STEPS = {"cpu": Decimal("0.001"), "ratio": Decimal("0.001")}
#: More digits than any quantity has that is read.
_EXACT = Context(prec=1100)
#: Thousandths, which quantities count, in one of an option's units.
_UNITS = {"memory": 10**9}


class Cause(Struct, frozen=True):
    """Why something is refused, so that it is told once: where it was decided, about what, and in which way."""

    place: Place
    resource: str
    way: str


def told(ask: Ask, refusals: Iterable[Refusal], offer: Offer, ground: Ground) -> Iterator[tuple[Cause, Problem]]:
    """Yield a problem for each cause for which a job is refused."""
    several: dict[Cause, list[Refusal]] = {}
    for one in refusals:
        several.setdefault(_cause(one, ask, offer), []).append(one)
    for cause, found in several.items():
        sentence = _Told(ask, cause, found, offer, ground).sentence()
        yield cause, Problem(cause.place, sentence, warning=bool(ask.endless))


def is_asked(one: Refusal, ask: Ask) -> bool:
    """Tell whether it is about an amount that the job itself asks for, and the templates do not fill in."""
    _, resource = _meant(one)
    return resource in ask.demand.limits or resource in ask.demand.requests


def _cause(one: Refusal, ask: Ask, offer: Offer) -> Cause:
    kind, resource = _meant(one)
    if not _is_of_session(one):
        return Cause(offer.templates_place, resource, f"{one.source}: {one.message}")
    filled_in = None if is_asked(one, ask) else offer.default_place(kind, resource)
    if resource not in KEYS:
        return Cause(filled_in or offer.origin, resource, f"{one.source}: {one.message}")
    way, setting = _way(one), ask.settings.get(_key(ask, one))
    if way == "unnamed" and is_asked(one, ask):
        return Cause(offer.templates_place, resource, way)
    return Cause(setting.place if setting is not None else filled_in or ask.place, resource, way)


def _way(one: Refusal) -> str:
    if one.rule is Rule.RATIO:
        return "ratio"
    if one.rule is Rule.REQUIRED or (one.asked is None and one.rule in {Rule.MIN, Rule.MAX}):
        return "unnamed"
    if one.rule is Rule.MIN:
        return "under"
    return "over" if one.rule in {Rule.MAX, Rule.EXCEEDED} else "invalid"


def _meant(one: Refusal) -> tuple[str, str]:
    """Return whether a refusal is about limits or requests, and of which resource."""
    if one.plugin is not Plugin.RESOURCE_QUOTA:
        return ("limits" if one.rule in {Rule.MAX, Rule.RATIO} else "requests"), one.resource
    field, dot, resource = one.resource.partition(".")
    return (field, resource) if dot and field in {"limits", "requests"} else ("requests", one.resource)


def _is_of_session(one: Refusal) -> bool:
    """Tell whether it is about the container whose amounts people choose; a quota counts all of a pod together."""
    if one.plugin is Plugin.RESOURCE_QUOTA and one.rule is not Rule.REQUIRED:
        return True
    return bool({CONTAINER, _PODS} & set(one.subject.split(",")))


def _key(ask: Ask, one: Refusal) -> str:
    """Return the option that decides the amount."""
    field, resource = _meant(one)
    way, key = _way(one), f"{ask.prefix}{KEYS[resource]}"
    if way == "ratio" or field == "requests":
        if f"{key}-request" in ask.settings:
            return f"{key}-request"
        limit, ratio = ask.demand.limits.get(resource), RATIOS.get(resource, "")
        enough = way == "ratio" or (way == "under" and limit is not None and one.allowed and limit >= one.allowed)
        if ratio in ask.settings and enough:
            return ratio
    return key


class _Told(Struct, frozen=True):
    """One cause, with all that was refused for it, on its way to a sentence."""

    ask: Ask
    cause: Cause
    refusals: Sequence[Refusal]
    offer: Offer
    ground: Ground

    def sentence(self) -> str:
        write = {"over": self._over, "under": self._under, "ratio": self._ratio, "unnamed": self._unnamed}
        return write.get(self.cause.way, self._other)()

    def _over(self) -> str:
        if self.ask.endless:
            subject = f"{self.ask.subject} may ask for {_any(self.cause.resource)}, for max-{KEYS[self.cause.resource]}"
            given = self.ask.number(f"max-{KEYS[self.cause.resource]}")
            asked = f"{subject} {'is not set' if given is None else f'is {given}'}"
        else:
            asked = f"{self.ask.subject} {self._asked()}{self.ask.manner}"
        return f"{asked}; {self._bounds('allows')}; {self._mend(self._most(), 'raise')}"

    def _under(self) -> str:
        asked = f"{self.ask.subject} {self._asked()}{self.ask.manner}"
        return f"{asked}; {self._bounds('asks for at least')}; {self._mend(self._least(), 'lower', ' or more')}"

    def _ratio(self) -> str:
        one, what = self.refusals[0], _NOUNS.get(self.cause.resource, self.cause.resource)
        times = "more than" if one.asked is None else f"{_count(one.asked)} times"
        asked = f"{self.ask.subject} is limited to {times} the {what} that it reserves{self.ask.manner}"
        bounds = " and ".join(f"{self.ground.name(one)} allows {_count(one.allowed)} times" for one in self.refusals)
        mend = self._mend(self._share(), "raise", " or more")
        if self.cause.resource not in self.ask.demand.limits:  # what the templates fill in
            mend = f"set {_key(self.ask, one)}, all of which is reserved, or {mend}"
        return f"{asked}; {bounds}; {mend}"

    def _unnamed(self) -> str:
        field, resource = _meant(self.refusals[0])
        what = _NOUNS.get(resource, resource)
        asked = f"{self.ask.subject} names no {field.removesuffix('s')} for {what}{self.ask.manner}"
        bounds = " and ".join(f"{self.ground.name(one)} counts {one.resource}" for one in self.refusals)
        if resource in (self.ask.demand.limits if field == "limits" else self.ask.demand.requests):
            return f"{asked}, though it was asked for; {bounds}; have job.tpl write it"
        return f"{asked}; {bounds}, and refuses pods without; set {_key(self.ask, self.refusals[0])}"

    def _other(self) -> str:
        one = self.refusals[0]
        if one.asked is None or one.allowed is None or one.rule not in {Rule.MAX, Rule.MIN, Rule.EXCEEDED}:
            who = self.ground.name(one) if one.source else "the API server"
            return f"{who} refuses {self.ask.subject.removesuffix(',')}{self.ask.manner}: {one.message}"
        whose = "" if _is_of_session(one) else f" for its container {one.subject}"
        asked = f"{self.ask.subject} needs {one.asked} of {one.resource}{whose}"
        word, mend = ("asks for at least", "lower") if one.rule is Rule.MIN else ("allows", "raise")
        field = self.ground.field(one, self.offer.origin)
        return f"{asked}; {self.ground.name(one)} {word} {one.allowed}; {mend} {field}"

    # -- the two sides

    def _asked(self) -> str:
        """Say how much is asked for, and what is reserved if that is something else."""
        limit = self.ask.demand.limits.get(self.cause.resource)
        words: dict[str, str] = {}
        for one in self.refusals:
            field = _meant(one)[0]
            if one.asked is not None:
                verb = "asks" if field == "limits" or limit == one.asked else "reserves"
                words.setdefault(verb, f"{verb} {_amount(self.cause.resource, one.asked)}")
        return " and ".join(words.values())

    def _bounds(self, verb: str) -> str:
        """Say what each object allows; a quota names its key, and what of the amount it counts."""
        said: dict[str, list[str]] = {}
        for one in self.refusals:
            amount = _bare(self.cause.resource, one.allowed)
            of = f" of {one.resource} in all" if one.plugin is Plugin.RESOURCE_QUOTA else ""
            whole = " for a whole pod" if one.plugin is Plugin.LIMIT_RANGER and one.subject == _PODS else ""
            said.setdefault(self.ground.name(one), []).append(f"{amount}{of}{whole}")
        return ", ".join(f"{name} {verb} {' and '.join(amounts)}" for name, amounts in said.items())

    # -- what would be right

    def _mend(self, value: str | None, verb: str, beyond: str = "") -> str:
        fields = " and ".join(dict.fromkeys(self.ground.field(one, self.offer.origin) for one in self.refusals))
        kind, resource = _meant(self.refusals[0])
        is_filled_in = self.cause.place == self.offer.default_place(kind, resource)
        own = f"{'lower' if verb == 'raise' else 'raise'} it, or " if is_filled_in else ""
        if value is None:
            return f"{own}{verb} {fields}"
        return f"{own}set {_key(self.ask, self.refusals[0])} to {value}{beyond}, or {verb} {fields}"

    def _most(self) -> str | None:
        """Return the most that all objects allow, as the option is written; ``None`` if the option cannot say it."""
        resource = self.cause.resource
        value = _rounded(min(self._in_option(one) for one in self.refusals), resource, ROUND_FLOOR)
        if not value and resource in RATIOS:  # 0 is no limit there
            return None
        return _plain(max(value, Decimal(0)))

    def _least(self) -> str | None:
        """Return the least that all objects ask for."""
        resource = self.cause.resource
        one = max(self.refusals, key=self._in_option)
        limit = self.ask.demand.limits.get(resource)
        if one.allowed is not None and limit is not None and _key(self.ask, one) == RATIOS.get(resource):
            return _plain(_rounded(Decimal(one.allowed.milli) / limit.milli, "ratio", ROUND_CEILING))
        return _plain(_rounded(self._in_option(one), resource, ROUND_CEILING))

    def _share(self) -> str | None:
        """Return what has to be reserved, as a share or as an amount."""
        resource = self.cause.resource
        allowed = min((one.allowed.milli for one in self.refusals if one.allowed), default=0)
        limit = self.ask.demand.limits.get(resource)
        if not allowed or not limit or resource not in RATIOS:
            return None
        share = Decimal(1000) / allowed
        if _key(self.ask, self.refusals[0]).endswith("-request"):
            value = Decimal(limit.milli) / _UNITS.get(resource, 1000) * share
            return _plain(_rounded(value, resource, ROUND_CEILING))
        return _plain(_rounded(share, "ratio", ROUND_CEILING))

    def _in_option(self, one: Refusal) -> Decimal:
        """Return what is allowed in the option's unit; of what is reserved, as much as makes a limit of it."""
        field, resource = _meant(one)
        amount = Decimal(one.allowed.milli if one.allowed else 0) / _UNITS.get(resource, 1000)
        ratio = self.ask.number(RATIOS.get(resource, ""))
        if field == "requests" and ratio and _key(self.ask, one) == f"{self.ask.prefix}{KEYS[resource]}":
            return amount / Decimal(ratio)
        return amount


_NOUNS = {"cpu": "CPUs"}


def _any(resource: str) -> str:
    return "any number of CPUs" if resource == "cpu" else f"any amount of {resource}"


def _amount(resource: str, amount: Quantity) -> str:
    """Write an amount of a resource in words: ``20 CPUs``, ``512M of memory``."""
    if resource == "cpu":
        return f"{_count(amount)} {'CPU' if amount.milli == 1000 else 'CPUs'}"  # noqa: PLR2004 - one of them
    return f"{amount} of {resource}"


def _bare(resource: str, amount: Quantity | None) -> str:
    return "none" if amount is None else _count(amount) if resource == "cpu" else str(amount)


def _count(amount: Quantity | None) -> str:
    """Write an amount as a plain number: ``0.5``, where Kubernetes writes ``500m``."""
    return "none" if amount is None else _plain(Decimal(amount.milli) / 1000)


def _rounded(value: Decimal, unit: str, rounding: str) -> Decimal:
    """Round to what the option for a resource, or for a ratio, can be."""
    return value.quantize(_STEPS.get(unit, Decimal(1)), rounding, _EXACT)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
