import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from generator.access import Rule
from generator.access.algebra import NO_PERMISSIONS, Permissions, read
from generator.access.defaults import defaults
from generator.launcher import preset
from generator.launcher.powers import powers
from generator.launcher.suggestion import Candidate, Choice, candidate, may_be_like, measured, nearest, of_presets
from generator.spec.tenantroles import BUILT_IN

ROOT = Path(preset.__file__).parent.parent.parent
SEVEN = ("get", "list", "watch", "create", "update", "patch", "delete")
READ = ("get", "list", "watch")
ALL = ("*",)
CANDIDATES = (*of_presets(), *(candidate(name, "tenant role", rules) for name, rules in BUILT_IN.items()))

#: The role of a tutorial on "AI pipeline automation and job scheduling", for the whole cluster.
TUTORIAL = [
    Rule(SEVEN, ("",), ("pods", "pods/log", "services", "endpoints", "persistentvolumeclaims")),
    Rule(SEVEN, ("batch",), ("jobs", "cronjobs")),
]
#: The launcher's role as its chart has it today.
CHART = [
    Rule(("list",), ("",), ("serviceaccounts",)),
    Rule(READ, ("",), ("pods/log",)),
    Rule(SEVEN, ("",), ("pods", "pods/attach", "pods/exec")),
    Rule(("watch",), ("",), ("events",)),
    Rule((*READ, "create", "delete"), ("",), ("services",)),
    Rule(SEVEN, ("batch",), ("jobs",)),
    Rule(("get",), ("metrics.k8s.io",), ("pods",)),
]
OLD_CHART = [*CHART[2:], Rule(SEVEN, ("",), ("pods/log",))]
#: What installing Kubeflow adds to `edit`.
KUBEFLOW = [
    Rule(ALL, ("argoproj.io",), ALL),
    Rule((*SEVEN, "deletecollection"), ("kubeflow.org",), ("notebooks", "experiments", "trials", "pytorchjobs", "tfjobs")),
    Rule(SEVEN, ("serving.kserve.io",), ("inferenceservices", "inferenceservices/status")),
    Rule(SEVEN, ("ray.io",), ("rayjobs", "rayclusters", "rayservices")),
]  # fmt: skip
RULES = [*(rule for one in CANDIDATES for rule in one.rules), *KUBEFLOW, *TUTORIAL, *CHART]


def kubernetes(*names):
    """Return the rules that a role of Kubernetes collects from these."""
    wanted = {f"system:aggregate-to-{name}" for name in names}
    return [rule for role in defaults("1.36").roles if role.key.name in wanted for rule in role.rules]


def name_of(rules, candidates=CANDIDATES):
    found = nearest(rules, candidates)
    return found and found.called


def test_the_tutorials_role_is_for_running_jobs():
    found = nearest(TUTORIAL, CANDIDATES)
    assert found.describe() == (
        "the launcher preset 'batch-jobs' (volumes: true) would do",
        "beyond it, the role allows get, list, watch, create, update, patch, delete on endpoints, services in the core group; watch, update, patch on persistentvolumeclaims in the core group; create, update, patch, delete on pods in the core group; list, watch, create, update, patch, delete on pods/log in the core group; update on cronjobs, jobs in batch",
        "it adds get, list, watch on events in the core group",
    )
    assert (found.name, found.kind, found.options) == ("batch-jobs", "launcher preset", (("volumes", True),))


@pytest.mark.parametrize(
    ("rules", "called"),
    [
        (CHART, "the launcher preset 'posit-launcher'"),
        (OLD_CHART, "the launcher preset 'posit-launcher' (account-selection: false)"),
        (kubernetes("view"), "the tenant role 'viewer'"),
        (kubernetes("view", "edit"), "the tenant role 'editor'"),
        (kubernetes("view", "edit") + KUBEFLOW, "the tenant role 'editor'"),
        (kubernetes("view", "edit", "admin"), "the tenant role 'editor'"),
    ],
)
def test_roles_that_others_publish_have_one_in_their_place(rules, called):
    assert name_of(rules) == called


def test_what_no_request_has_is_all_that_the_launchers_preset_leaves_out():
    found = nearest(CHART, CANDIDATES)
    assert found.beyond == Permissions.of([Rule(("list", "watch", "update", "patch", "delete"), ("",), ("pods/attach", "pods/exec"))])  # fmt: skip
    assert found.adds == NO_PERMISSIONS
    assert len(found.describe()) == 2


@pytest.mark.parametrize(
    ("rules", "called"),
    [
        ([Rule(ALL, ALL, ALL)], None),
        ([Rule(SEVEN, ALL, ALL)], None),
        ([*TUTORIAL, Rule(ALL, ALL, ALL)], None),
        ([Rule(READ, ALL, ALL)], "the tenant role 'viewer'"),
        ([Rule(ALL, ("batch",), ALL)], "the launcher preset 'batch-jobs'"),
        ([Rule(ALL, ("argoproj.io",), ALL)], "the client preset 'argo-submitter'"),
        ([Rule(ALL, ("",), ("pods",))], "the launcher preset 'airflow-pod-launcher' (xcom: false)"),
    ],
)
def test_a_wildcard_is_what_it_covers_and_one_over_everything_says_nothing(rules, called):
    assert name_of(rules) == called


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [Rule(("get", "list"), ("",), ("nodes",))],
        [Rule(READ, ("",), ("configmaps",))],
        [Rule(SEVEN, ("",), ("configmaps",))],
        [Rule(READ, ("",), ("events", "pods")), Rule(("get",), ("",), ("pods/log",))],
        [Rule(("get",), urls=("/metrics",))],
        [Rule(SEVEN, ("apps",), ("daemonsets",))],
        [Rule(SEVEN, ("example.com",), ("widgets",))],
    ],
)
def test_for_a_role_that_nothing_is_like_nothing_is_said(rules):
    assert nearest(rules, CANDIDATES) is None


@pytest.mark.parametrize(
    "rules",
    [
        [Rule(("get",), ("",), ("secrets",))],
        [Rule(("get",), ("",), ("pods",))],
        [Rule(("get", "list"), ("*",), ("pods",))],
        [Rule(("get", "list"), ("",), ("configmaps", "pods"))],
    ],
)
def test_what_every_program_may_need_tells_of_no_engine(rules):
    assert nearest(rules, CANDIDATES) is None, "the executors of Argo and Kubeflow get pods and a secret, too"


def test_an_engine_is_known_by_its_own_kinds():
    rules = [Rule(("get",), ("",), ("pods",)), Rule(("create", "patch"), ("argoproj.io",), ("workflowtaskresults",))]
    assert name_of(rules) == "the workload preset 'argo-executor'"


def test_without_candidates_nothing_is_said():
    assert nearest(TUTORIAL, []) is None
    assert nearest(TUTORIAL, [Candidate("nothing", "tenant role", ())]) is None


@pytest.mark.parametrize("one", of_presets(), ids=lambda one: one.name)
def test_a_preset_is_nearest_to_itself_whatever_its_options(one):
    for option in (None, *one.choices):
        rules = [*one.rules, *(option.rules if option else ())]
        found = nearest(rules, CANDIDATES)
        if found is None:
            assert one.name == "training-operator-submitter", "without an option it only reads"
            continue
        assert (found.name, found.likeness, found.beyond, found.adds) == (one.name, 1, NO_PERMISSIONS, NO_PERMISSIONS)


def test_the_presets_that_could_be_anything_are_no_candidates():
    left_out = set(preset.names()) - {one.name for one in of_presets()}
    assert left_out == {"argo-memoizer", "kueue-tenant-user", "skypilot-workload"}


def test_neither_order_nor_hash_seeds_matter():
    program = (
        "from generator.access import Rule\n"
        "from generator.launcher.suggestion import nearest, of_presets\n"
        "rules = [Rule((verb,), ('', 'batch'), ('*',)) for verb in ('create', 'get', 'list', 'delete', 'watch')]\n"
        "for some in (rules, rules[:3], rules[:3][::-1]):\n"
        "    for candidates in (of_presets(), of_presets()[::-1]):\n"
        "        print(nearest(some, candidates).describe())\n"
    )
    environments = [os.environ | {"PYTHONHASHSEED": seed} for seed in ("1", "2")]
    told = [
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=one, capture_output=True, text=True, check=True)
        for one in environments
    ]
    first, second = (one.stdout.splitlines() for one in told)
    assert first == second
    assert first[0] == first[1]
    assert len(set(first[2:])) == 1


@given(st.lists(st.sampled_from(RULES), min_size=1, max_size=5))
def test_a_suggestion_gives_no_power_that_the_role_lacks_and_adds_up(rules):
    found, held = nearest(rules, CANDIDATES), Permissions.of(rules)
    if found is not None:
        assert powers(Permissions.of(found.rules)) <= powers(held)
        assert (held - found.beyond) | found.adds == Permissions.of(found.rules)


OWN = [Rule(ALL, (f"{name}.example.com",), ("jobs", "jobs/status")) for name in "abc"]
OWN += [
    Rule(("escalate", "get"), ("",), ("nodes", "pods")),
    Rule(("*",), ("",), ("pods",), ("one",)),
    Rule(READ, (), (), (), ("/x",)),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(OWN) | st.sampled_from(RULES), min_size=1, max_size=8))
def test_what_is_passed_over_unmeasured_would_have_been_like_nothing(rules):
    role = frozenset(rules)
    found = measured(role, frozenset(CANDIDATES))
    assert nearest(rules, CANDIDATES) == found
    assert found is None or may_be_like(role, frozenset(CANDIDATES))
    event("passed over" if not may_be_like(role, frozenset(CANDIDATES)) else "measured")


def test_a_role_of_an_operators_own_kinds_is_passed_over_unmeasured():
    own = frozenset([OWN[0], Rule(READ, ("",), ("nodes", "namespaces"))])
    assert not may_be_like(own, frozenset(CANDIDATES))
    assert may_be_like(frozenset(TUTORIAL), frozenset(CANDIDATES))


# The measure, step by step


def made(name, *rules, kind="preset", choices=()):
    return Candidate(name, kind, rules, choices)


JOBS = Rule(SEVEN, ("batch",), ("jobs",))
PODS = Rule(READ, ("",), ("pods",))
EXEC = Rule(("create",), ("",), ("pods/exec",))


def test_an_option_is_on_if_the_role_has_all_that_it_adds():
    choices = (Choice("pods", default=False, rules=(PODS,)), Choice("exec", default=True, rules=(EXEC,)))
    offered = [made("a", JOBS, choices=choices)]
    assert name_of([JOBS], offered) == "the preset 'a' (exec: false)"
    assert name_of([JOBS, EXEC], offered) == "the preset 'a'"
    assert name_of([JOBS, PODS], offered) == "the preset 'a' (pods: true, exec: false)"
    assert name_of([JOBS, Rule(("get",), ("",), ("pods",))], offered) == "the preset 'a' (exec: false)"


def test_a_candidate_with_a_power_that_the_role_lacks_is_left_out():
    assert name_of([JOBS], [made("a", JOBS, EXEC)]) is None
    assert name_of([JOBS, EXEC], [made("a", JOBS, EXEC)]) == "the preset 'a'"


def test_who_does_all_the_work_goes_before_who_is_more_alike():
    role = [JOBS, Rule(("create",), ("batch",), ("cronjobs",)), PODS]
    works = made("works", Rule(("create",), ("batch",), ("cronjobs", "jobs")))
    alike = made("alike", JOBS, PODS)
    assert name_of(role, [works]) is None, "it is too little alike"
    works = made("works", Rule((*READ, "create"), ("batch",), ("cronjobs", "jobs")))
    assert name_of(role, [works, alike]) == "the preset 'works'"
    assert name_of(role, [alike]) == "the preset 'alike'"


def test_of_those_about_as_like_the_smallest_wins():
    small, large = made("small", Rule(SEVEN[:6], ("batch",), ("jobs",))), made("large", JOBS)
    tiny = made("tiny", Rule(("create", "get"), ("batch",), ("jobs",)))
    assert name_of([JOBS], [large, small, tiny]) == "the preset 'small'"
    assert name_of([JOBS], [large, tiny]) == "the preset 'large'"


def test_then_the_name_decides():
    assert name_of([JOBS], [made("b", JOBS), made("a", JOBS, kind="z"), made("a", JOBS, kind="role")]) == "the role 'a'"


def test_a_grant_on_some_names_is_less_than_one_on_all():
    named, unnamed = (Rule(("get",), ("example.com",), ("widgets",), names) for names in (("a",), ()))
    assert nearest([unnamed], [made("one", named)]).likeness == 1
    assert nearest([named], [made("all", unnamed)]) is None


def test_rules_of_manifests_become_a_candidate():
    rule = {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": list(SEVEN)}
    assert candidate("a", "tenant role", [rule]) == Candidate("a", "tenant role", (JOBS,)) == Candidate("a", "tenant role", (read(rule),))  # fmt: skip
