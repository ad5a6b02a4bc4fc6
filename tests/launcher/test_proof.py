"""The jobs that a launcher offers, against what its namespace admits."""

import re
from textwrap import dedent

import pytest

from generator import shipped
from generator.launcher import ini, objecttemplates, profiles, sizes
from generator.launcher.asks import Offer
from generator.launcher.ground import ground
from generator.launcher.proof import prove
from generator.manifest import Manifest
from generator.problems import Place
from generator.yaml import documents

TENANT = "tenants/vision.yaml"
ORIGIN = Place(TENANT, ("spec", "launchers", "workbench"))
#: Where the objects of the namespace come from, unless a test says otherwise.
ORIGINS = {"LimitRange": ("spec", "limits"), "ResourceQuota": ("spec", "quota"), "Namespace": ("spec",)}
NAMESPACE = """
apiVersion: v1
kind: Namespace
metadata: {name: vision-train, labels: {pod-security.kubernetes.io/enforce: restricted}}
"""
LIMITS = """
apiVersion: v1
kind: LimitRange
metadata: {name: tenant, namespace: vision-train}
spec: {limits: [{type: Container, max: {cpu: 16, memory: 64Gi}, default: {cpu: 1, memory: 1Gi}}]}
"""
QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata: {name: tenant, namespace: vision-train}
spec: {hard: {requests.cpu: 64, limits.cpu: 64, requests.memory: 256Gi, pods: 10}}
"""
SOUND = "[*]\ndefault-cpus=1\nmax-cpus=2\ndefault-mem-mb=512\nmax-mem-mb=1024\n"


def limits(**item):
    """Write a LimitRange for containers: ``limits(max="{cpu: 16}")``."""
    text = ", ".join(f"{field}: {value}" for field, value in {"type": "Container", **item}.items())
    return LIMITS.partition("spec:")[0] + f"spec: {{limits: [{{{text}}}]}}\n"


def quota(hard):
    return QUOTA.partition("spec:")[0] + f"spec: {{hard: {hard}}}\n"


def templates(given):
    """Return the templates that ship, with what a tenant adds to them."""
    version = objecttemplates.VERSIONS[-1]
    own = {name: shipped.object_template(version, name).decode() for name in ("job.tpl", "service.tpl")}
    return {**own, objecttemplates.DATA: objecttemplates.data_text(given)}


def manifests(*texts):
    for document in documents.parse_all("---\n".join(texts).encode(), "f"):
        yield Manifest(document.value, Place(TENANT, ORIGINS[document.value["kind"]]))


def problems(people, *namespace, resources="", settings=None, template=None, registries=None, origins=manifests):
    """Return what is told, as ``line:column message``, or with the route of the tenant file in place of the line."""
    offer = Offer(
        profiles=profiles.from_text(ini.read(dedent(people), "profiles")),
        sizes=sizes.from_text(ini.read(dedent(resources), "sizes")),
        templates=(lambda _: {"job.tpl": template}) if template is not None else templates,
        settings=settings or {},
        origin=ORIGIN,
    )
    home = ground("vision-train", "1.34", origins(NAMESPACE, *namespace), registries)
    return [told(one) for one in prove(offer, home)]


def told(one):
    place = f"{one.place.document}:{one.place.line}" if one.place.line else "/".join(map(str, one.place.route[3:]))
    return f"{place}: {'warning: ' if one.warning else ''}{one.message}"


# What fits


def test_of_jobs_that_fit_nothing_is_said():
    people = f"{SOUND}resource-profiles=small,large\n[@power]\nmax-cpus=16\nmax-mem-mb=68719\n[ann]\nmax-cpus=1\n"
    resources = "[small]\ncpus=1\nmem-mb=1024\n[large]\ncpus=16\nmem-mb=65536\n"
    assert problems(people, LIMITS, QUOTA, resources=resources) == []


def test_a_namespace_that_bounds_nothing_takes_everything():
    assert problems("[*]\nmax-cpus=1000\nmax-nvidia-gpus=64\n") == []


def test_what_lies_in_other_namespaces_bounds_nothing_here():
    assert problems("[*]\nmax-cpus=20\nmax-mem-mb=1\n", LIMITS.replace("vision-train", "vision-serve")) == []


# LimitRanges


def test_the_largest_job_of_a_group_is_held_against_the_limit_range():
    assert problems(f"{SOUND}[@power-users]\nmax-cpus=20\n", LIMITS, QUOTA) == [
        (
            "profiles:7: a job of group @power-users asks 20 CPUs; the LimitRange of vision-train allows 16; set max-cpus "
            "to 16, or raise spec.limits.container.max.cpu"
        )
    ]


def test_megabytes_are_told_as_what_they_are_and_mended_as_they_are_written():
    (found,) = problems(f"{SOUND}[@power]\nmax-mem-mb=68720\n", LIMITS)
    assert found == (
        "profiles:7: a job of group @power asks 68720M of memory; the LimitRange of vision-train allows 64Gi; set "
        "max-mem-mb to 68719, or raise spec.limits.container.max.memory"
    )


def test_the_default_job_is_another_than_the_largest():
    (found,) = problems("[*]\ndefault-cpus=0.2\nmax-cpus=1\nmax-mem-mb=1\n", limits(min="{cpu: 250m}"))
    assert found == (
        "profiles:2: a job of anybody asks 0.2 CPUs by default; the LimitRange of vision-train asks for at least "
        "0.25; set default-cpus to 0.25 or more, or lower spec.limits.container.min.cpu"
    )


def test_a_share_that_is_too_small_is_the_cause_if_the_limit_would_do():
    people = "[*]\ndefault-cpus=2\nmax-cpus=2\nmax-mem-mb=1\ncpu-request-ratio=0.1\n"
    (found,) = problems(people, limits(min="{cpu: 250m}"))
    assert found == (
        "profiles:5: a job of anybody reserves 0.2 CPUs by default; the LimitRange of vision-train asks for at least "
        "0.25; set cpu-request-ratio to 0.125 or more, or lower spec.limits.container.min.cpu"
    )


@pytest.mark.parametrize(
    ("setting", "mend"),
    [
        ("cpu-request-ratio=0.25", "set cpu-request-ratio to 0.5 or more"),
        ("default-cpus-request=1\nmax-cpus-request=4", "set default-cpus-request to 2 or more"),
    ],
)
def test_a_limit_may_be_so_many_times_what_is_reserved(setting, mend):
    people = f"[*]\ndefault-cpus=4\nmax-cpus=4\nmax-mem-mb=1\n{setting}\n"
    (found,) = problems(people, limits(maxLimitRequestRatio="{cpu: 2}"))
    assert found == (
        "profiles:5: a job of anybody is limited to 4 times the CPUs that it reserves by default; the LimitRange of "
        f"vision-train allows 2 times; {mend}, or raise spec.limits.container.maxLimitRequestRatio.cpu"
    )


def test_the_templates_own_defaults_may_be_too_far_apart():
    (found,) = problems("[*]\nmax-cpus=1\nmax-mem-mb=1\n", limits(maxLimitRequestRatio="{cpu: 3}"))
    assert found == (
        "profiles:1: a job of anybody is limited to 10 times the CPUs that it reserves by default; the LimitRange of "
        "vision-train allows 3 times; set default-cpus, all of which is reserved, or raise "
        "spec.limits.container.maxLimitRequestRatio.cpu"
    )


def test_what_nobody_decides_is_decided_by_the_templates():
    (found,) = problems("", limits(max="{cpu: 500m}"), settings={})[:1]
    assert found == (
        ": a job of anybody asks 1 CPU by default; the LimitRange of vision-train allows 0.5; set default-cpus to "
        "0.5, or raise spec.limits.container.max.cpu"
    )


def test_what_a_tenant_adds_to_the_templates_is_the_cause_where_nobody_asks_for_anything():
    found = problems(
        "[*]\nmax-cpus=2\nmax-mem-mb=1\n", LIMITS, settings={"pod": {"resources": {"limits": {"cpu": "40"}}}}
    )
    assert found == [
        (
            "templates/pod/resources/limits/cpu: a job of anybody asks 40 CPUs by default; the LimitRange of "
            "vision-train allows 16; lower it, or set default-cpus to 16, or raise spec.limits.container.max.cpu"
        )
    ]


def test_amounts_that_no_cluster_has_are_no_crash():
    (found,) = problems("[*]\ndefault-cpus=1\nmax-cpus=1\nmax-mem-mb=1\n", limits(min="{cpu: 1e30}"))[:1]
    assert "asks for at least " in found
    assert problems(f"[*]\ndefault-cpus={'9' * 15}\nmax-cpus={'9' * 15}\nmax-mem-mb={'9' * 15}\n", LIMITS, QUOTA)


def test_what_no_pod_may_have_is_told_in_the_api_servers_words():
    settings = {"pod": {"resources": {"limits": {"cpu": 2}, "requests": {"cpu": 4}}}}
    assert problems("[*]\nmax-cpus=2\nmax-mem-mb=1\n", settings=settings) == [
        (
            "templates/pod/resources/requests/cpu: the API server refuses a job of anybody by default: "
            'spec.template.spec.containers[0].resources.requests: Invalid value: "4": must be less than or equal to '
            "cpu limit of 2"
        )
    ]


def test_several_limit_ranges_are_told_apart_by_their_names():
    other = LIMITS.replace("name: tenant", "name: other").replace("cpu: 16", "cpu: 8")
    assert problems(f"{SOUND}[@a]\nmax-cpus=20\n", LIMITS, other) == [
        (
            "profiles:7: a job of group @a asks 20 CPUs; the LimitRange other of vision-train allows 8, the LimitRange "
            "tenant of vision-train allows 16; set max-cpus to 8, or raise spec.limits.container.max.cpu"
        )
    ]


def test_the_other_side_may_be_in_another_file():
    def of_platform(*texts):
        for one in manifests(*texts):
            yield Manifest(one.body, Place("tenants/platform.yaml", ("spec", "defaults", "limits")))

    (found,) = problems(f"{SOUND}[@a]\nmax-cpus=20\n", LIMITS, origins=of_platform)
    assert found.endswith("or raise spec.defaults.limits.container.max.cpu in tenants/platform.yaml")


# Quotas


def test_one_job_that_never_fits_into_a_quota_is_told():
    assert problems("[*]\ndefault-cpus=1\nmax-cpus=10\nmax-mem-mb=1\n", quota("{requests.cpu: 8}")) == [
        (
            "profiles:3: a job of anybody asks 10 CPUs; the ResourceQuota of vision-train allows 8 of requests.cpu in all; "
            "set max-cpus to 8, or raise spec.quota.hard.requests.cpu"
        )
    ]


def test_a_job_that_just_fits_may_fill_the_quota():
    assert problems("[*]\ndefault-cpus=1\nmax-cpus=8\nmax-mem-mb=1\n", quota("{requests.cpu: 8, limits.cpu: 8}")) == []


def test_what_is_reserved_is_told_where_it_is_another_amount():
    people = "[*]\ndefault-cpus=1\nmax-cpus=20\nmax-mem-mb=1\ncpu-request-ratio=0.5\n"
    (found,) = problems(people, quota("{requests.cpu: 8, limits.cpu: 64}"))
    assert found == (
        "profiles:3: a job of anybody reserves 10 CPUs; the ResourceQuota of vision-train allows 8 of requests.cpu in "
        "all; set max-cpus to 16, or raise spec.quota.hard.requests.cpu"
    )


def test_all_that_one_setting_breaks_is_one_problem_with_the_tightest_bound():
    (found,) = problems("[*]\ndefault-cpus=1\nmax-cpus=100\nmax-mem-mb=1\n", LIMITS, QUOTA)
    assert found == (
        "profiles:3: a job of anybody asks 100 CPUs; the LimitRange of vision-train allows 16, the ResourceQuota of "
        "vision-train allows 64 of limits.cpu in all and 64 of requests.cpu in all; set max-cpus to 16, or raise "
        "spec.limits.container.max.cpu and spec.quota.hard.limits.cpu and spec.quota.hard.requests.cpu"
    )


def test_of_devices_there_may_be_none():
    (found,) = problems(f"{SOUND}max-nvidia-gpus=2\n", quota("{requests.nvidia.com/gpu: 0}"))
    assert found == (
        "profiles:6: a job of anybody asks 2 of nvidia.com/gpu; the ResourceQuota of vision-train allows 0 of "
        "requests.nvidia.com/gpu in all; set max-nvidia-gpus to 0, or raise spec.quota.hard.requests.nvidia.com/gpu"
    )


def test_nothing_is_no_maximum_that_could_be_set():
    (found,) = problems("[*]\ndefault-cpus=1\nmax-cpus=1\nmax-mem-mb=1\n", quota("{limits.cpu: 0}"))[:1]
    assert found.endswith("allows 0 of limits.cpu in all; raise spec.quota.hard.limits.cpu")


def test_a_namespace_without_room_for_a_pod_takes_no_job():
    assert problems(SOUND, quota("{pods: 0}")) == [
        ": a job of anybody needs 1 of pods; the ResourceQuota of vision-train allows 0; raise spec.quota.hard.pods"
    ]


#: A template that says no more of resources than the jobs do.
BARE = """\
apiVersion: batch/v1
kind: Job
metadata: {generateName: session-}
spec:
  template:
    spec:
      restartPolicy: Never
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: rs-launcher-container
        image: {{ quote .Job.container.image }}
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
        resources:
          limits:
            {{- range .Job.resourceLimits }}
            {{- if eq .type "cpuCount" }}
            cpu: {{ quote .value }}
            {{- end }}
            {{- end }}
"""


def test_a_quota_that_counts_cpus_refuses_who_names_none():
    found = problems("[*]\nmax-cpus=4\nmax-mem-mb=1\n", quota("{limits.cpu: 8}"), template=BARE)
    assert found == [
        (
            "profiles:1: a job of anybody names no limit for CPUs by default; the ResourceQuota of vision-train counts "
            "limits.cpu, and refuses pods without; set default-cpus"
        )
    ]


def test_a_limit_range_names_it_in_the_place_of_who_does_not():
    assert (
        problems("[*]\nmax-cpus=4\nmax-mem-mb=1\n", quota("{limits.cpu: 8}"), limits(default="{cpu: 1}"), template=BARE)
        == []
    )


def test_a_template_that_drops_what_was_asked_for_is_the_cause():
    (found,) = problems(f"{SOUND}", quota("{limits.memory: 8Gi}"), template=BARE)
    assert found == (
        ": a job of anybody names no limit for memory by default, though it was asked for; the ResourceQuota of "
        "vision-train counts limits.memory; have job.tpl write it"
    )


@pytest.mark.parametrize(
    "people",
    [
        "[*]\ndefault-cpus=1\nmax-cpus=17.5\n",
        "[*]\ndefault-cpus=1\nmax-cpus=16\nmax-mem-mb=300000\nmemory-request-ratio=0.3\n",
        "[*]\ndefault-cpus=20\nmax-cpus=20\ncpu-request-ratio=0.7\n",
        "[*]\ndefault-cpus=20\ndefault-cpus-request=12.345\nmax-cpus=20\nmax-cpus-request=13\n",
        "[*]\ndefault-cpus=0.01\nmax-cpus=1\n",
        "[*]\ndefault-cpus=1\nmax-cpus=1\ncpu-request-ratio=0.031\n",
        "[*]\ndefault-cpus=1\ndefault-mem-mb=1\nmax-mem-mb=70000\n",
        "[*]\ndefault-cpus=1\nmax-nvidia-gpus=3\n",
        "[*]\ndefault-cpus=1\nmax-cpus=0\n",
    ],
)
def test_what_a_message_says_is_right_is_right(people):
    """Setting each option to the value that is told ends the matter."""
    bounds = (
        limits(min="{cpu: 33m, memory: 7Mi}", max="{cpu: 16, memory: 64Gi}", maxLimitRequestRatio="{cpu: 3}"),
        quota("{requests.cpu: 7, requests.memory: 20Gi, requests.nvidia.com/gpu: 1}"),
    )
    told = problems(people, *bounds)
    assert told
    for _ in told:
        for one in problems(people, *bounds)[:1]:
            key, value = re.search(r"set ([a-z-]+) to ([0-9.]+)", one).groups()
            people = re.sub(f"^{key}=.*\n", "", people, flags=re.MULTILINE) + f"{key}={value}\n"
    assert problems(people, *bounds) == []


# Who


def test_what_a_user_is_given_goes_before_what_their_group_is():
    people = f"{SOUND}[@power]\nmax-cpus=16\n[ann]\nmax-cpus=20\n[bob]\nmax-cpus=3\n"
    (found,) = problems(people, LIMITS)
    assert found.startswith("profiles:9: a job of user ann asks 20 CPUs; the LimitRange of vision-train allows 16; ")


def test_what_everybody_has_is_told_once():
    groups = "".join(f"[@g{number}]\nmax-mem-mb=1024\n" for number in range(10))
    found = problems(f"{SOUND.replace('max-cpus=2', 'max-cpus=20')}{groups}[ann]\ndefault-cpus=2\n", LIMITS)
    assert [one.partition(";")[0] for one in found] == ["profiles:3: a job of anybody asks 20 CPUs"]


def test_each_group_that_sets_it_is_told():
    groups = "".join(f"[@g{number}]\nmax-cpus=20\n" for number in range(3))
    found = problems(f"{SOUND}{groups}", LIMITS)
    assert [one.partition(" asks")[0] for one in found] == [
        f"profiles:{7 + 2 * number}: a job of group @g{number}" for number in range(3)
    ]


# Sizes


def test_a_size_that_somebody_may_choose_is_told_at_the_size():
    people = f"{SOUND}[@a]\nresource-profiles=small,large\n[@b]\nresource-profiles=large\n"
    resources = "[small]\ncpus=1\nmem-mb=1\n[large]\nname=Large\ncpus=20\nmem-mb=1\n"
    assert problems(people, LIMITS, resources=resources) == [
        (
            "sizes:6: a job of size large, which group @a may choose, asks 20 CPUs; the LimitRange of vision-train allows "
            "16; set cpus to 16, or raise spec.limits.container.max.cpu"
        )
    ]


def test_a_size_that_nobody_may_choose_is_no_job():
    assert problems(SOUND, LIMITS, resources="[large]\ncpus=20\nmem-mb=1\n") == []


def test_a_size_that_leaves_something_to_the_templates_is_told_at_the_size():
    people = "[*]\ndefault-cpus=1\ndefault-mem-mb=10\nmax-cpus=1\nmax-mem-mb=10\nresource-profiles=small\n"
    (found,) = problems(people, limits(max="{memory: 1Gi}"), resources="[small]\ncpus=1\n")
    assert found.startswith("sizes:1: a job of size small, which anybody may choose, asks 2G of memory; ")


# No maximum


def test_no_maximum_is_a_risk_where_the_namespace_has_one():
    assert problems("[*]\ndefault-cpus=1\nmax-cpus=0\nmax-mem-mb=1\n", LIMITS, quota("{requests.cpu: 64}")) == [
        (
            "profiles:3: warning: a job of anybody may ask for any number of CPUs, for max-cpus is 0; the LimitRange of "
            "vision-train allows 16, the ResourceQuota of vision-train allows 64 of requests.cpu in all; set max-cpus to "
            "16, or raise spec.limits.container.max.cpu and spec.quota.hard.requests.cpu"
        )
    ]


def test_what_the_templates_fill_in_is_told_once_for_the_default_and_the_largest_job():
    found = problems("[*]\nmax-cpus=0\nmax-mem-mb=1\n", limits(max="{cpu: 500m}"))
    assert [one.partition(";")[0] for one in found] == [
        "profiles:1: a job of anybody asks 1 CPU by default",
        "profiles:2: warning: a job of anybody may ask for any number of CPUs, for max-cpus is 0",
    ]


def test_a_maximum_that_is_not_set_is_none():
    (found,) = problems("[*]\nmax-cpus=1\n[@a]\nmax-cpus=2\n", LIMITS)
    assert found == (
        "profiles:1: warning: a job of anybody may ask for any amount of memory, for max-mem-mb is not set; the "
        "LimitRange of vision-train allows 64Gi; set max-mem-mb to 68719, or raise spec.limits.container.max.memory"
    )


def test_who_may_only_choose_sizes_needs_no_maximum():
    people = "[*]\nallow-custom-resources=0\nresource-profiles=small\n"
    assert problems(people, LIMITS, resources="[small]\ncpus=1\nmem-mb=1\n") == []


# Pod Security, templates


def test_a_capability_that_the_templates_add_is_refused_by_pod_security():
    found = problems(SOUND, LIMITS, settings={"pod": {"imagePullPolicy": "Always", "capabilities": ["NET_ADMIN"]}})
    assert found == [
        (
            "templates/pod/capabilities: a job of anybody has unrestricted capabilities (container "
            '"rs-launcher-container" must not include "NET_ADMIN" in securityContext.capabilities.add); Pod Security '
            "restricted:latest of vision-train refuses it; change templates.pod.capabilities, or the namespace's "
            "podSecurity"
        )
    ]


def test_each_setting_is_told_of_what_it_breaks():
    settings = {"pod": {"hostPorts": True, "containerSecurityContext": {"privileged": True}}}
    found = problems(SOUND, settings=settings)
    assert sorted(one.partition(": ")[0] for one in found) == [
        "templates/pod/containerSecurityContext",
        "templates/pod/hostPorts",
    ]


def test_a_namespace_that_lets_everything_in_lets_it_in():
    def privileged(*texts):
        return manifests(*[text.replace("restricted", "privileged") for text in texts])

    settings = {"pod": {"capabilities": ["NET_ADMIN"]}}
    assert problems(SOUND, settings=settings, origins=privileged) == []


def test_what_is_wrong_in_the_template_itself_is_told_of_it():
    template = BARE.replace("drop: [ALL]", "drop: [ALL], add: [SYS_PTRACE]")
    (found,) = problems(SOUND, template=template)
    assert found.startswith(": a job of anybody has unrestricted capabilities ")
    assert found.endswith("change job.tpl, or the namespace's podSecurity")


def test_a_setting_that_makes_no_job_is_told_once():
    settings = {"pod": {"tolerations": [{"kay": "gpu"}]}}
    assert problems(f"{SOUND}[@a]\nmax-cpus=1\n", LIMITS, settings=settings) == [
        (
            "templates/pod/tolerations: job.tpl makes of a job of anybody no Job that the cluster takes: "
            "spec.template.spec.tolerations[0].kay: there is no such field; did you mean 'key'?; mend "
            "templates.pod.tolerations"
        )
    ]


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ fail .Job.user }}", "job.tpl, line 1: "),
        ("{{ .Job.user", "job.tpl, line 1: "),
        ("a: b: c", "line 1 of the object: "),
    ],
)
def test_a_template_that_gives_nothing_is_told_and_no_crash(template, message):
    (found,) = problems(SOUND, LIMITS, template=template)
    assert found.startswith(f": job.tpl makes of a job of anybody no Job that the cluster takes: {message}")


# Images


def test_images_come_from_the_registries():
    people = f"{SOUND}default-container-image=hub.example.com/r:1\ncontainer-images=hub.example.com/r:1,other.io/r:2\n"
    assert problems(people, registries=("hub.example.com",)) == [
        (
            "profiles:7: a job of anybody runs the image 'other.io/r:2'; the registries of vision-train are "
            "hub.example.com; take it from one of them"
        )
    ]


def test_a_registry_that_begins_alike_is_another():
    (found,) = problems(f"{SOUND}default-container-image=hub.example.com.evil.io/r\n", registries=("hub.example.com/",))
    assert found.startswith("profiles:6: a job of anybody runs the image 'hub.example.com.evil.io/r'; ")


def test_of_images_nothing_is_said_where_no_registry_is_named():
    assert problems(f"{SOUND}default-container-image=r:1\n") == []


def test_images_of_the_template_are_the_templates():
    template = BARE.replace("{{ quote .Job.container.image }}", "other.io/fixed:1")
    (found,) = problems(SOUND, template=template, registries=("hub.example.com",))
    assert found.startswith(": a job of anybody runs the image 'other.io/fixed:1'; ")
