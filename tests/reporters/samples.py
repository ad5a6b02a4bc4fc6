"""What the tests of the reporters look at: a few findings of every sort, and findings that may hold anything."""

import random

from hypothesis import strategies as st
from msgspec.structs import replace

from generator.finding import CONFIDENCES, REACHES, SEVERITIES, Finding, Policy, Waiver
from generator.problems import Place


def policy(name, severity, **fields):
    about = {
        "title": "Roles name their verbs",
        "category": "access",
        "why": "A wildcard allows\nwhat is not invented yet.",
        "fix": "Write the verbs that are needed.",
        "references": ("CIS Kubernetes Benchmark 1.12: 5.1.3", "https://example.com/rbac"),
    }
    return Policy(
        id=name,
        severities=dict.fromkeys(REACHES, severity),
        rule="rule",
        parameters={},
        passes=(),
        fails=(),
        origin=Place(f"policies/{name}.yaml"),
        **about | fields,
    )


VERBS = policy("no-wildcard-verbs", "high", codes=("R002", "RB003"))
QUOTA = policy(
    "namespace-has-quota",
    "medium",
    title="A namespace has a quota",
    category="resources",
    why="One tenant can take it all.",
    fix="Set spec.quota.",
    references=(),
)
WAIVER = Waiver(
    policy="namespace-has-quota",
    scope={"tenant": "audio"},
    reason="It is moving out.",
    owner="ann@example.com",
    until="2027-03-31",
    origin=Place("waivers.yaml", ("waivers", 0), 4, 3),
)

WILDCARD = Finding(
    policy=VERBS,
    message="role tenant-editor allows every verb on pods",
    place=Place("tenants/vision.yaml", ("spec", "members", 0, "role"), 14, 26),
    severity="critical",
    cluster="prod-eu",
    tenant="vision",
    namespace="vision-train",
    kind="Role",
    name="tenant-editor",
    subject="group:ml-vision",
    reach="tenant",
    chain=("RoleBinding vision-train/editors", "Role vision-train/tenant-editor"),
    includes=("no-exec", "no-secret-reading"),
    instead="the role viewer",
    related=(Place("rendered/prod-eu/vision.yaml", (), 7, 1),),
)
UNLIMITED = Finding(
    policy=QUOTA,
    message="namespace vision-train has no quota",
    place=Place("tenants/vision.yaml", ("spec",)),
    severity="medium",
    confidence="likely",
    namespace="vision-train",
    kind="Namespace",
    name="vision-train",
)
WAIVED = replace(
    UNLIMITED,
    message="namespace audio has no quota",
    place=Place("tenants/audio.yaml", ("spec",), 3, 1),
    confidence="certain",
    tenant="audio",
    namespace="audio",
    name="audio",
    waiver=WAIVER,
)
FINDINGS = (UNLIMITED, WAIVED, WILDCARD)


def many(number, finding=UNLIMITED):
    return [replace(finding, message=f"namespace n{one} has no quota") for one in range(number)]


def moved(finding):
    """Put lines above a finding."""
    return replace(finding, place=replace(finding.place, line=finding.place.line + 40, column=9))


def orders(findings, times=6):
    """Yield the findings in several orders, always the same ones."""
    for seed in range(times):
        yield random.Random(seed).sample(list(findings), len(findings))  # noqa: S311 - an order, no secret


#: Whatever a YAML file can hold, with what formats care about more often than chance has it.
TEXTS = st.text(
    st.one_of(
        st.characters(codec="utf-8"), st.sampled_from("\x00\x1b\r\n\t\x85\u2028\ufffe%:,|<>&@`[]()'\"\\\U0001f600")
    )
)
HOSTILE = st.builds(
    replace,
    st.just(WILDCARD),
    message=TEXTS,
    place=st.builds(Place, TEXTS, st.just(()), st.integers(0, 99), st.integers(0, 99)),
    severity=st.sampled_from(SEVERITIES),
    confidence=st.sampled_from(CONFIDENCES),
    namespace=TEXTS,
    name=TEXTS,
    chain=st.lists(TEXTS, max_size=3).map(tuple),
    waiver=st.none() | st.just(replace(WAIVER, reason="<&>\x1b")),
    kind=st.sampled_from(["Role", "RoleBinding", "Namespace"]),
    subject=st.sampled_from(["", "group:ml"]) | TEXTS.map("user:{}".format),
    includes=st.lists(TEXTS, max_size=2).map(tuple),
    instead=TEXTS,
)
