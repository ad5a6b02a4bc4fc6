import pytest

from generator.admission import Plugin, of_job
from generator.kubernetes.limitrange import POD


def job(resources=None, *, pod=None, **spec):
    container = {"name": "main", "resources": {"limits": resources or {}}}
    template = {"spec": {"containers": [container], "restartPolicy": "Never", **(pod or {})}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "train", "namespace": "vision-train"},
        "spec": {"template": template, **spec},
    }


def made(body, *, limits=None, hard=None, used=None, **quota):
    quotas = {"q": {"hard": hard, **quota}} if hard else {}
    return of_job(body, limit_ranges=limits or {}, quotas=quotas, used={"q": used} if used else None)


def test_a_job_is_created_although_its_pods_cannot_be():
    limits = {"l": {"limits": [{"type": POD, "max": {"cpu": "16"}}]}}
    ours = made(job({"cpu": "20"}), limits=limits)
    assert (ours.accepted, ours.code, ours.message) == (True, 201, None)
    assert not ours.runs
    assert ours.pod.code == 403
    assert ours.pod.message == 'pods "train-" is forbidden: maximum cpu usage per Pod is 16, but limit is 20'


def test_a_job_is_an_object_that_a_quota_counts():
    ours = made(job(), hard={"count/jobs.batch": "3"}, used={"count/jobs.batch": "3"})
    assert ours.message == (
        'jobs.batch "train" is forbidden: exceeded quota: q, '
        "requested: count/jobs.batch=1, used: count/jobs.batch=3, limited: count/jobs.batch=3"
    )
    assert ours.pod.accepted
    assert not ours.runs


def test_a_template_is_validated_with_the_job_and_before_defaults():
    body = job()
    body["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"nvidia.com/gpu": "1"}}
    ours = made(body)
    assert ours.code == 422
    assert ours.message == (
        'Job.batch "train" is invalid: spec.template.spec.containers[0].resources.limits: '
        "Required value: Limit must be set for non overcommitable resources"
    )


def test_the_deadline_of_a_job_is_not_its_pods():
    of_ending = {"hard": {"pods": "0"}, "scopes": ["Terminating"]}
    assert made(job(activeDeadlineSeconds=60), **of_ending).runs
    assert not made(job(pod={"activeDeadlineSeconds": 60}), **of_ending).runs


@pytest.mark.parametrize(
    ("spec", "at_once"),
    [
        ({}, 1),
        ({"parallelism": 4}, 4),
        ({"parallelism": 4, "completions": 2}, 2),
        ({"parallelism": 2, "completions": 9}, 2),
        ({"completions": 9}, 1),
        ({"parallelism": 0}, 0),
    ],
)
def test_how_many_pods_run_at_once(spec, at_once):
    assert made(job(**spec)).at_once == at_once


def test_there_has_to_be_room_for_all_pods_that_run_at_once():
    def ours(parallelism):
        hard = {"limits.cpu": "16", "pods": "10"}
        return made(job({"cpu": "4"}, parallelism=parallelism), hard=hard, used={"limits.cpu": "2"})

    assert ours(3).room == 3
    assert ours(3).runs
    assert ours(4).pod.accepted
    assert not ours(4).runs
    assert made(job({"cpu": "4"})).room is None


def test_a_name_that_the_api_server_makes_is_shown_as_far_as_it_is_known():
    body = {**job({"cpu": "2"}), "metadata": {"generateName": "run-"}}
    assert made(body, hard={"count/jobs.batch": "0"}).message.startswith('jobs.batch "run-" is forbidden')


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"spec": []}, "spec: is a list, and has to be a mapping"),
        ({"spec": {"parallelism": "two"}}, "spec.parallelism: is a str, and has to be a whole number"),
        ({"spec": {"template": 1}}, "spec.template: is a int, and has to be a mapping"),
        (
            {"spec": {"template": {"spec": {"containers": 1}}}},
            "spec.template.spec.containers: is a int, and has to be a list",
        ),
    ],
)
def test_what_is_malformed_is_refused_with_its_place(body, message):
    ours = made(body)
    assert [(one.plugin, one.message) for one in ours.refusals] == [(Plugin.DECODING, message)]
    assert ours.code == 400
    assert ours.message == f'Job in version "v1" cannot be handled as a Job: {message}'
