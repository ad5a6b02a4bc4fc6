import json
from pathlib import Path

import pytest
from podsecurity.asking import container, pod, restricted, safe

from generator.podsecurity import (
    ENFORCE,
    ENFORCE_VERSION,
    Standard,
    enforced,
    message,
    narrowed,
    problems,
    violations,
)
from generator.problems import Place

ORACLE = Path(__file__).parents[1] / "oracles" / "pod-security.jsonl"
RECORDED = [json.loads(line) for line in ORACLE.read_text(encoding="utf-8").splitlines()]

SHARING = pod(container(), hostIPC=True)
NO_FLAG = "{} is neither true nor false; write one of them, without quotes"


@pytest.mark.parametrize("level", ["baseline", "restricted"])
def test_what_the_api_server_said_of_a_pod_is_what_we_say(level):
    verdicts = [
        (case, case[level], message(violations(case["metadata"], case["spec"], level), level)) for case in RECORDED
    ]
    assert [case for case, said, ours in verdicts if (said["allowed"], said["message"] or "") != (not ours, ours)] == []


def test_of_a_narrowed_pod_the_same_is_said():
    cases = [(case["metadata"], case["spec"]) for case in RECORDED]
    assert [one for one in cases if violations(*narrowed(*one), "restricted") != violations(*one, "restricted")] == []


def test_the_recorded_pods_are_many_and_of_all_kinds():
    allowed = {level: sum(case[level]["allowed"] for case in RECORDED) for level in ("baseline", "restricted")}
    assert len(RECORDED) == 1500
    assert 100 < allowed["restricted"] < allowed["baseline"] < 1400


def test_a_message_is_whole():
    reasons = violations({}, pod(container(privileged=True), hostIPC=True), "baseline", "v1.20")
    assert message(reasons, "baseline", "v1.20") == (
        'violates PodSecurity "baseline:v1.20": host namespaces (hostIPC=true), '
        'privileged (container "a" must not set securityContext.privileged=true)'
    )
    assert message((), "baseline") == ""


def test_privileged_refuses_nothing():
    assert violations({}, SHARING, "privileged") == ()


def test_restricted_tells_what_baseline_does_and_more_after_it():
    spec = pod(container(privileged=True), hostIPC=True)
    lesser, greater = violations({}, spec, "baseline"), violations({}, spec, "restricted")
    assert greater[: len(lesser)] == lesser
    assert [reason.partition(" (")[0] for reason in greater[len(lesser) :]] == [
        "allowPrivilegeEscalation != false",
        "unrestricted capabilities",
        "runAsNonRoot != true",
        "seccompProfile",
    ]


def test_what_restricted_asks_in_the_place_of_baseline_is_told_once():
    spec = pod(safe(capabilities={"drop": ["ALL"], "add": ["FOO"]}), volumes=[{"name": "v", "hostPath": {"path": "/"}}])
    assert [reason.partition(" (")[0] for reason in restricted(spec)] == [
        "unrestricted capabilities",
        "restricted volume types",
    ]


def test_the_latest_version_is_the_clusters_and_none_is_later():
    spec = pod(container(), securityContext={"sysctls": [{"name": "net.ipv4.tcp_rmem", "value": "1"}]})
    refused = {
        (version, cluster): bool(violations({}, spec, "baseline", version, cluster=cluster))
        for version in ("latest", "v1.31", "v1.32", "v1.99")
        for cluster in ("1.31", "1.32", "1.40")
    }
    admitted = {("latest", "1.32"), ("latest", "1.40"), ("v1.32", "1.32"), ("v1.32", "1.40")}
    assert {asked for asked, is_refused in refused.items() if not is_refused} == {
        *admitted,
        ("v1.99", "1.32"),
        ("v1.99", "1.40"),
    }


@pytest.mark.parametrize(
    ("level", "version", "cluster", "said"),
    [
        (
            "strict",
            "latest",
            "1.36",
            "'strict' is no level of Pod Security; use one of privileged, baseline, restricted",
        ),
        ("baseline", "1.29", "1.36", "'1.29' is no version of Pod Security; write latest, or one such as v1.36"),
        ("baseline", "v1.029", "1.36", "'v1.029' is no version of Pod Security; write latest, or one such as v1.36"),
        ("baseline", "latest", "v1.36", "'v1.36' is no version of a cluster; write one such as 1.36"),
    ],
)
def test_what_is_no_level_or_version_is_a_mistake_of_the_caller(level, version, cluster, said):
    with pytest.raises(ValueError, match="is no") as caught:
        violations({}, SHARING, level, version, cluster=cluster)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("level", "version", "standard"),
    [
        (None, "v1.20", Standard("privileged", "latest")),
        ("baseline", None, Standard("baseline", "latest")),
        ("baseline", "v1.20", Standard("baseline", "v1.20")),
        ("restricted", "latest", Standard("restricted", "latest")),
        ("Baseline", "v1.20", Standard("restricted", "v1.20")),  # what is no level is the strictest
        ("baseline", "1.20", Standard("baseline", "latest")),
        ("baseline", "v1.07", Standard("baseline", "latest")),
        ("baseline", "v1." + "9" * 30, Standard("baseline", "latest")),
        (True, None, Standard("privileged", "latest")),
    ],
)
def test_labels_are_read_as_the_api_server_reads_them(level, version, standard):
    labels = {ENFORCE: level, ENFORCE_VERSION: version, "pod-security.kubernetes.io/warn": "restricted"}
    assert enforced({key: value for key, value in labels.items() if value is not None}) == standard


def test_a_standard_is_written_as_in_messages():
    assert str(Standard("baseline", "v1.20")) == "baseline:v1.20"


def test_what_cannot_be_decoded_is_told_with_its_place():
    spec = pod(container(privileged="yes"), hostIPC="true")
    found = [*problems({"annotations": {"a": 5}}, spec, Place("job.yaml", ("spec", "template")))]
    assert {problem.field: problem.message for problem in found} == {
        "spec.template.spec.containers[0].securityContext.privileged": NO_FLAG.format("'yes'"),
        "spec.template.metadata.annotations.a": "5 is no text; quote it",
        "spec.template.spec.hostIPC": NO_FLAG.format("'true'"),
    }
    assert {problem.place.document for problem in found} == {"job.yaml"}
    assert violations({}, spec, "baseline") == ()
