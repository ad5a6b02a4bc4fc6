"""Queues through the whole program: what one tenant's file changes for others, with an index and without."""

from pathlib import Path

import pytest
from repositories import files, repository, tenant, told, write

from generator.judgement import catalogue
from generator.pipeline import Options, render

POLICIES = tuple(one for one in catalogue.read(Path("/nowhere"))[0] if one.rule == "forbid-invalid-queues")
PLATFORM = """\
apiVersion: tenantry.dev/v1
kind: Platform
metadata: {name: example}
spec:
  clusters: [{name: prod, version: "1.34", addons: [kueue]}]
  defaults: {quota: {hard: {pods: 10}}}
  kueue:
    flavors: [{name: gpu, capacity: {cpu: 8}}]
    admission: {requests: []}
"""
QUEUE = "queue: {flavors: {gpu: {cpu: 4}}}"
EVERY_WAY = [{}, {"use_index": False}]


def queues(root):
    return sorted(path for path in files(root) if path.endswith("60-queue.yaml") and "tenants" in path)


@pytest.mark.parametrize("options", EVERY_WAY)
def test_a_parent_becomes_a_cohort_when_a_child_gets_a_queue(tmp_path, options):
    root = repository(tmp_path, platform=PLATFORM, top="{namespaces: []}", vision="{parent: top}")
    assert told(render(root, Options(**options))) == []
    assert queues(root) == []
    write(root, "tenants/vision.yaml", tenant("vision", f"{{parent: top, {QUEUE}}}"))
    assert told(render(root, Options(**options))) == []
    assert queues(root) == ["rendered/prod/tenants/top/60-queue.yaml", "rendered/prod/tenants/vision/60-queue.yaml"]
    write(root, "tenants/vision.yaml", tenant("vision", "{parent: top}"))
    assert told(render(root, Options(**options))) == []
    assert queues(root) == []


@pytest.mark.parametrize("options", EVERY_WAY)
def test_what_others_lend_can_make_a_queue_too_large_for_its_quota(tmp_path, options):
    mine = f"{{parent: top, quota: {{hard: {{pods: 5, requests.cpu: 4}}}}, {QUEUE}}}"
    root = repository(tmp_path, platform=PLATFORM, top="{namespaces: []}", vision=mine, nlp="{parent: top}")
    assert told(render(root, Options(**options))) == []
    write(root, "tenants/nlp.yaml", tenant("nlp", "{parent: top, queue: {flavors: {gpu: {cpu: 2}}}}"))
    [problem] = told(render(root, Options(**options)))
    assert "the queue can use 6 (gpu) cpu, and the quota allows vision 4" in problem


@pytest.mark.parametrize("options", EVERY_WAY)
def test_a_queue_that_names_another_tenants_is_found_when_both_are_seen(tmp_path, options):
    text = "apiVersion: kueue.x-k8s.io/v1beta2\nkind: LocalQueue\nmetadata: {name: more, namespace: nlp}\nspec: {clusterQueue: vision}\n"
    root = repository(tmp_path, platform=PLATFORM, vision=f"{{{QUEUE}}}", nlp="{extras: {more: {}}}")
    write(root, "tenants/templates/more.yaml.j2", text)
    outcome = render(root, Options(policies=POLICIES, **options))
    assert told(outcome) == []
    assert [(one.policy.id, str(one.place), one.message) for one in outcome.findings] == [
        (
            "queues-lead-somewhere",
            "tenants/nlp.yaml#spec/extras/more",
            "LocalQueue more names ClusterQueue vision, which takes no jobs of namespace nlp",
        )
    ]


def test_queues_of_many_tenants_keep_every_policy(tmp_path):
    platform = PLATFORM.replace("capacity: {cpu: 8}", "capacity: {cpu: 400}")
    many = {f"t{n}": f"{{parent: t{n // 3}, {QUEUE}}}" if n else f"{{{QUEUE}}}" for n in range(60)}
    outcome = render(repository(tmp_path, platform=platform, **many), Options(policies=POLICIES, jobs=1))
    assert told(outcome) == []
    assert outcome.findings == []
    assert len(queues(tmp_path)) == 60


def test_a_launcher_of_training_jobs_finds_a_queue_for_them(tmp_path):
    platform = PLATFORM.replace("[kueue]", "[kueue, kubeflow-trainer]").replace(
        "requests: []", "jobs: [TrainJob], requests: []"
    )
    launcher = "launchers: [{name: train, preset: trainer-v2-submitter}]"
    named = f"{{queue: {{flavors: {{gpu: {{cpu: 4}}}}, queues: [slow]}}, {launcher}}}"
    root = repository(tmp_path, platform=platform, vision=named)
    [problem] = told(render(root, Options()))
    assert problem.startswith(
        "tenants/vision.yaml: warning: spec.launchers.train.preset: its TrainJob objects are refused unless "
    )
    write(root, "tenants/vision.yaml", tenant("vision", f"{{{QUEUE}, {launcher}}}"))
    assert told(render(root, Options())) == []
