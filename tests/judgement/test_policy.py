import random
import re
from pathlib import Path

import pytest
from agreement import agreed
from msgspec.structs import replace

from generator.judgement import catalogue, policy
from generator.manifest import Manifest
from generator.problems import InputError, Place
from generator.rules import RULES
from generator.rules.scene import Scene

POLICIES, _ = catalogue.read(Path("/nowhere"))
BY_ID = {one.id: one for one in POLICIES}
READS_SECRETS = BY_ID["no-secret-reading"]


def role(*rules, name="r", namespace="shared", kind="Role", **more):
    metadata = {"name": name, **({"namespace": namespace} if kind == "Role" else {}), **more}
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, "rules": list(rules)}


def rule(verbs, resources=("secrets",), groups=("",), **more):
    return {"apiGroups": list(groups), "resources": list(resources), "verbs": list(verbs), **more}


def binding(to="r", kind="Role", namespace="shared", subjects=("ml",)):
    metadata = {"name": "b", **({"namespace": namespace} if namespace else {})}
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": to},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": one} for one in subjects],
    }


def found(bodies, *policies):
    manifests = [Manifest(body, Place("m.yaml", (i,))) for i, body in enumerate(bodies)]
    return list(policy.judge(policies or POLICIES, manifests, version="1.36"))


def messages(bodies, *policies):
    return [finding.message for finding in found(bodies, *policies)]


@pytest.mark.parametrize("one", POLICIES, ids=lambda one: one.id)
def test_a_policys_examples_are_its_tests(one):
    assert one.passes
    assert one.fails
    assert list(policy.test(one)) == []


def test_an_example_that_does_not_do_what_it_says_is_told():
    turned = replace(READS_SECRETS, passes=READS_SECRETS.fails[:1], fails=READS_SECRETS.passes[:1])
    told = [f"{problem.place}: {problem.message}" for problem in policy.test(turned)]
    assert len(told) == 2
    assert told[0].startswith("no-secret-reading.yaml#examples/passes/0")
    assert told[1].startswith("no-secret-reading.yaml#examples/fails/0")


def test_a_rule_or_parameter_that_is_not_there_is_told_with_the_nearest():
    assert [problem.message for problem in policy.check(replace(READS_SECRETS, rule="forbid-grant"))] == [
        "'forbid-grant' is not a rule; did you mean 'forbid-grants'?"
    ]
    wrong = replace(READS_SECRETS, parameters={**READS_SECRETS.parameters, "grant": ["get"]})
    assert [problem.message for problem in policy.check(wrong)] == [
        "'grant' is not a parameter of forbid-grants; did you mean 'grants'?"
    ]
    with pytest.raises(InputError):
        found([], wrong)


def test_the_rules_are_those_of_the_folder():
    modules = (Path(policy.__file__).parent.parent / "rules").glob("*.py")
    asking = {path.stem for path in modules if "\nPARAMETERS" in path.read_text(encoding="utf-8")}
    assert {name.replace("-", "_") for name in RULES} == asking


def test_every_rule_is_asked_by_a_policy_or_a_benchmark():
    folder = Path(policy.__file__).parent.parent / "benchmarks"
    texts = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml")))
    assert {one.rule for one in POLICIES} | set(re.findall(r"\brule: ([a-z-]+)", texts)) == set(RULES)


def test_a_rule_finds_nothing_where_there_is_nothing_that_it_is_about():
    def others(one):
        about = RULES[one.rule].about
        return [[body for body in bodies if body["kind"] not in about] for bodies in (*one.fails, *one.passes)]

    def hits(one, bodies):
        scene = Scene([Manifest(body, Place("m.yaml", (i,))) for i, body in enumerate(bodies)])
        return RULES[one.rule].check(scene, one.parameters)

    narrow = [one for one in POLICIES if RULES[one.rule].about is not None]
    agreed((f"{one.id}: {hit}" for one in narrow for some in others(one) for hit in hits(one, some)), of=len(narrow))


def test_a_snapshot_is_something_that_a_rule_may_be_about():
    scene = Scene([], snapshot=[Manifest({"kind": "List", "apiVersion": "v1", "items": [binding()]}, Place("s"))])
    assert (scene.holds({"RoleBinding"}), scene.holds({"Role"}), scene.holds(None)) == (True, False, True)
    assert not Scene([]).holds(None)


READING = "Group ml is granted get on secrets in the core group, in namespace shared by RoleBinding b of Role r"


@pytest.mark.parametrize(
    "granted",
    [
        rule(["get"]),
        rule(["get"], ["*"]),
        rule(["get"], groups=["*"]),
        rule(["get"], ["pods", "secrets"], groups=["apps", ""]),
    ],
)
def test_no_way_of_writing_a_grant_hides_it(granted):
    assert messages([role(granted), binding()], READS_SECRETS) == [READING]


@pytest.mark.parametrize(
    "granted",
    [
        rule(["get"], groups=["secrets.example.com"]),
        rule(["get"], ["Secrets"]),
        rule(["get"], ["secrets/status"]),
        rule(["create"]),
        rule(["get"], ["*/secrets"]),
    ],
)
def test_what_grants_nothing_of_it_raises_no_alarm(granted):
    assert messages([role(granted), binding()], READS_SECRETS) == []


def test_one_secret_is_a_secret():
    assert messages([role(rule(["get"], resourceNames=["registry"])), binding()], READS_SECRETS) == [
        READING.replace("core group,", "core group, named registry,")
    ]


def test_a_second_rule_counts_as_the_first_does():
    assert messages([role(rule(["get"], ["pods"]), rule(["get"])), binding()], READS_SECRETS) == [READING]


def test_a_cluster_role_bound_in_a_namespace_is_seen_there():
    assert messages([role(rule(["get"]), kind="ClusterRole"), binding(kind="ClusterRole")], READS_SECRETS) == [
        "Group ml is granted get on secrets in the core group, in namespace shared by RoleBinding b of ClusterRole r"
    ]


def test_an_aggregated_role_grants_what_its_parts_grant():
    whole = role(kind="ClusterRole", name="whole")
    whole["aggregationRule"] = {"clusterRoleSelectors": [{"matchLabels": {"part": "yes"}}]}
    part = role(rule(["get"]), kind="ClusterRole", name="part", labels={"part": "yes"})
    assert len(found([whole, part, binding("whole", "ClusterRole")], READS_SECRETS)) == 1


def test_a_role_that_nobody_has_is_no_finding():
    assert messages([role(rule(["get"]))], READS_SECRETS) == []


def test_one_cause_is_one_finding_for_each_who_has_it():
    bodies = [role(rule(["*"], ["*"], ["*"])), binding(subjects=("ml", "ops"))]
    assert [finding.subject for finding in found(bodies, READS_SECRETS)] == ["group:ml", "group:ops"]


def test_the_order_of_manifests_changes_nothing():
    bodies = [
        *(role(rule(["*"]), name=f"r{i}") for i in range(4)),
        *({**binding(f"r{i}"), "metadata": {"name": f"b{i}", "namespace": "shared"}} for i in range(4)),
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shared"}},
    ]
    expected = [finding.identity for finding in found(bodies)]
    assert len(expected) > 4
    for seed in range(3):
        shuffled = random.Random(seed).sample(bodies, len(bodies))  # noqa: S311 - an order, and no secret
        assert [finding.identity for finding in found(shuffled)] == expected
