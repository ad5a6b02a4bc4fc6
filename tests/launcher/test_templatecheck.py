import pytest
from sessions import JOB, SERVICE, changed, defects, in_pod, in_pod_annotations, line_of, named, ours, told

from generator import podsecurity
from generator.gotemplate import parse
from generator.launcher import joblint, payloads, probing, templatecheck
from generator.launcher.surroundings import Surroundings
from generator.validation.validity import known_versions

VERSIONS = [version for version in known_versions() if int(version.partition(".")[2]) >= 30]
PLAIN = next(payloads.shapes())
#: The plainest job, without odd texts: enough for what every job shows.
ONE = (PLAIN,)
DECLARED = Surroundings(accounts=frozenset({"default"}), registries=(), secrets=frozenset())
VERDICT = templatecheck.validate(ours(), DECLARED)
RENDERED = {name: [one for one in VERDICT.rendered if one.file == name] for name in (JOB, SERVICE)}


# Our own templates


def test_our_templates_are_sound():
    assert VERDICT.defects == ()


@pytest.fixture(scope="module")
def objects():
    """Return what our templates render, read: for each template and each job, the object."""
    read = {name: [(one.payload, *probing.read(one.text, name)) for one in made] for name, made in RENDERED.items()}
    assert {wrong for made in read.values() for *_, wrong in made} == {""}
    return {name: [(payload, value) for payload, value, _ in made] for name, made in read.items()}


@pytest.mark.parametrize("version", VERSIONS)
def test_what_our_templates_render_is_admitted_by_every_version_of_kubernetes(version, objects):
    around = Surroundings(kubernetes=version, accounts=frozenset({"default"}))
    by_name = {payload.name: payload for payload in payloads.shapes()}
    for name, judge in ((JOB, joblint.job), (SERVICE, joblint.service)):
        for payload, value in objects[name]:
            assert [*judge(value, by_name[payload], around, "2.5.0")] == [], payload


def test_what_our_templates_render_keeps_the_restricted_standard(objects):
    for payload, value in objects[JOB]:
        pod = value["spec"]["template"]
        level = "baseline" if payload == "an NFS volume" else "restricted"
        assert podsecurity.violations(pod["metadata"], pod["spec"], level) == (), payload


def test_our_templates_keep_what_a_tenant_sets_within_the_rules():
    data = {
        "job": {"ttlSecondsAfterFinished": 172800, "annotations": {"team": "vision: a # b"}},
        "pod": {
            "serviceAccountName": "sessions",
            "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
            "imagePullSecrets": [{"name": "registry"}],
            "hostAliases": [{"ip": "10.2.141.12", "hostnames": ["db01"]}],
            "nodeSelector": {"pool": "gpu"},
            "annotations": {"iam.amazonaws.com/role": "vision", "note": "{{ .Job.user }}"},
            "resources": {"limits": {"ephemeral-storage": "10Gi"}, "requests": {"ephemeral-storage": "1Gi"}},
            "capabilities": ["NET_BIND_SERVICE"],
        },
    }
    found = defects(
        ours(data),
        accounts=frozenset({"sessions"}),
        pull_secrets=frozenset({"registry"}),
        identities=frozenset({("iam.amazonaws.com/role", "vision")}),
        mesh=False,
    )
    assert found == ()


def test_a_tenants_settings_reach_the_object():
    data = {"pod": {"serviceAccountName": "sessions", "nodeSelector": {"pool": "gpu"}, "annotations": {"n": "{{ x }}"}}}
    verdict = templatecheck.validate(ours(data), Surroundings(), jobs=ONE)
    text = next(one.text for one in verdict.rendered if one.file == JOB)
    assert 'serviceAccountName: "sessions"' in text
    assert '"pool": "gpu"' in text
    assert '"n": "{{ x }}"' in text


def test_everything_is_rendered_and_nothing_is_left_out():
    assert [one.payload for one in RENDERED[JOB]] == [payload.name for payload in payloads.shapes()]
    assert [one.payload for one in RENDERED[SERVICE]] == [one.name for one in payloads.shapes() if one.is_served]
    assert not VERDICT.failed


def test_a_second_run_says_the_same_in_the_same_order():
    files = changed(SERVICE, "{{ quote .Job.serviceName }}", "{{ .Job.serviceName }} ")
    files[JOB] = in_pod_annotations(EXEC + GROUPS + KIAM)[JOB]
    found = defects(files, ONE)
    assert len(found) > 5
    assert {one.place.document for one in found} == {JOB, SERVICE}
    assert found == defects(dict(reversed(files.items())), ONE)


def test_jobs_that_are_named_are_all_that_is_tried():
    verdict = templatecheck.validate(ours(), Surroundings(), jobs=named("one tag", "no tags"))
    assert [one.payload for one in verdict.rendered] == ["no tags", "one tag"] * 2
    breaking = changed(SERVICE, "{{ quote .Job.serviceName }}", "{{ .Job.serviceName }}")
    assert "can change the object" not in str(defects(breaking, ONE))  # which odd texts alone would show


# The defects of published templates (each was there once)

NAME = "        name: {{ toYaml .Job.name }}\n"


def test_a_name_with_a_space_after_column_80_breaks_the_yaml():
    files = in_pod_annotations(NAME)
    files[JOB] = files[JOB].replace('{{- $_ := set $podAnnotations "name" .Job.name }}\n', "")
    (found,) = defects(files)
    assert (found.code, found.level, found.place.line) == ("T6", "warning", line_of(files, JOB, NAME.strip()))
    assert found.message.startswith(
        ".Job.name can break the YAML: with a line break, two lines, an empty line, 150 char"
    )
    assert found.remedy == "write it with quote, in one line"


def test_a_tab_is_told_with_its_place_and_not_once_more_as_broken_yaml():
    files = changed(JOB, "      restartPolicy: Never", "\trestartPolicy: Never")
    (found,) = defects(files, ONE)
    line = line_of(files, JOB, "restartPolicy")
    assert (found.code, found.place.line, found.place.column) == ("T15", line, 1)
    assert found.message == "a tab stands here; YAML is not indented by tabs"


def test_values_of_helm_are_nothing_to_the_launcher():
    files = in_pod("      {{- if .Values.pod.env }}\n      hostname: x\n      {{- end }}\n")
    (found,) = defects(files, ONE)
    assert (found.code, found.place.line) == ("T4", line_of(files, JOB, ".Values"))
    assert found.message == ".Values is nothing to the launcher: only .Job is there, so this is always empty"


def test_a_security_context_that_is_merged_in_a_branch_only_is_silently_ignored_elsewhere():
    before = "{{- $securityContext = mergeOverwrite $securityContext ($pod.securityContext | default dict) }}"
    files = changed(
        JOB, before, "{{- if .Job.container.supplementalGroupIds }}" + before.replace("=", ":=", 1) + "{{- end }}"
    )
    (found,) = defects(files, ONE)
    first = next(n for n, line in enumerate(files[JOB].splitlines(), 1) if "$securityContext := dict" in line)
    assert (found.code, found.place.line) == ("T8", line_of(files, JOB, "$securityContext := mergeOverwrite"))
    assert found.message == (
        f"':=' declares a new $securityContext, which ends with its block; the one of line {first} keeps its value"
    )


def test_a_line_break_in_the_name_of_a_service_adds_to_its_metadata():
    files = changed(SERVICE, "{{ quote .Job.serviceName }}", "{{ .Job.serviceName }}")
    del files[JOB]  # ours, which has been tried
    absent, found = defects(files)
    assert absent.message == "there is no job.tpl"
    assert (found.code, found.level) == ("T7", "error")
    assert (found.place.line, found.place.column) == (line_of(files, SERVICE, ".Job.serviceName"), 12)
    assert found.message == (
        ".Job.serviceName can change the object: with a line break in it, metadata gets the key 'injected'"
    )


def test_a_line_break_in_the_name_of_a_placement_constraint_adds_to_the_pod():
    lines = "      {{- range .Job.placementConstraints }}\n        {{ .name }}: {{ quote .value }}\n      {{- end }}\n"
    files = in_pod(f"      nodeSelector:\n{lines}")
    files[JOB] = files[JOB].replace("{{- with $nodeSelector }}", "{{- if false }}")
    found = [one for one in defects(files) if one.code == "T7"]
    assert [one.message for one in found] == [
        ".Job.placementConstraints[].name can change the object: with a line break in it, spec.template.spec gets the key 'injected'"
    ]


def test_an_outer_variable_that_is_shadowed_keeps_its_value():
    files = changed(JOB, "  {{- $account = .Job.serviceAccountName }}", "  {{- $account := .Job.serviceAccountName }}")
    assert told(files, ONE) == [("T8", JOB, line_of(files, JOB, "$account := .Job.serviceAccountName"))]


def test_metadata_that_is_not_there_must_not_end_the_template():
    files = changed(JOB, "$podMetadata := $metadata.pod", '$podMetadata := index .Job.metadata "pod"')
    (found,) = defects(files, named("an executable", "without metadata", "empty metadata"))
    assert (found.code, found.payload, found.place.line) == (
        "V1",
        "without metadata",
        line_of(files, JOB, 'index .Job.metadata "pod"'),
    )


def test_a_large_user_id_is_written_as_a_number_of_the_other_kind():
    lines = "        {{- toYaml $securityContext | nindent 8 }}\n"
    raw = "        runAsNonRoot: true\n        runAsUser: {{ .Job.container.runAsUserId | default 1 }}\n"
    files = changed(JOB, lines, f"{raw}        seccompProfile: {{type: RuntimeDefault}}\n")
    (found,) = defects(files, ONE)
    assert (found.code, found.level, found.payload) == ("V4", "warning", "large ids")
    assert found.message.startswith("spec.template.spec.securityContext.runAsUser is written as 1.2e+09 where")


def test_one_cause_is_one_finding_whatever_the_number_of_payloads():
    files = changed(
        JOB, "      automountServiceAccountToken: {{ if $pod", "      automountServiceAccountToken: {{ if not $pod"
    )
    (found,) = defects(files, tuple(payloads.shapes()))
    assert (found.code, found.payload) == ("J4", "an executable")
    assert found.place.line == line_of(files, JOB, "automountServiceAccountToken: ")


# The examples of the product's documentation


ALIASES = (
    '      hostAliases:\n      - ip: "10.2.141.12"\n        hostnames: ["db01"]\n'
    '      - ip: "10.2.141.13"\n        hostnames: ["db02"]\n'
)
PULLED = "      imagePullSecrets:\n      - name: mysecret\n"


def test_examples_that_work_are_sound_for_every_job():
    files = in_pod(ALIASES + PULLED)
    annotations = "      annotations:\n"
    assert files[JOB].count(annotations) == 1
    files[JOB] = files[JOB].replace(annotations, annotations + ALLOWED + RESULT.replace("costCenter", "account"))
    declared = {"programs": frozenset({"get-user-details"}), "pull_secrets": frozenset({"mysecret"})}
    assert defects(files, tuple(payloads.shapes()), **declared) == ()


def test_the_comma_after_an_address_in_the_documentation_is_no_yaml():
    found = defects(in_pod('      hostAliases:\n      - ip: "10.2.141.12",\n        hostnames: ["db01"]\n'), ONE)
    assert {one.code for one in found} == {"V2"}


CAPABILITIES = '        capabilities:\n          add: ["NET_ADMIN", "SYS_PTRACE"]\n'


def test_added_capabilities_are_found_and_do_nothing_where_the_documentation_puts_them():
    files = changed(JOB, "      securityContext:\n        {{-", f"      securityContext:\n{CAPABILITIES}        {{{{-")
    found = defects(files, ONE)
    assert [(one.code, one.message) for one in found] == [
        (
            "J1",
            "capabilities stands in the securityContext of the pod, where Kubernetes has no such field: it does nothing",
        ),
        ("J1", "the pod gets the capabilities NET_ADMIN, SYS_PTRACE, which the tenant does not allow"),
    ]


def test_added_capabilities_are_found_where_they_work():
    data = {"pod": {"capabilities": ["NET_ADMIN", "SYS_PTRACE"]}}
    jobs = named("an executable", "everything", "added capabilities")
    (found,) = defects(ours(data), jobs)
    assert found.code == "J1"
    assert found.payload == "added capabilities"
    allowed = {"capabilities": frozenset({"NET_ADMIN", "SYS_PTRACE"}), "pod_security": "privileged"}
    assert defects(ours(data), jobs, **allowed) == ()


def test_a_pull_secret_must_be_declared():
    files = in_pod(PULLED)
    (found,) = defects(files, ONE, pull_secrets=frozenset({"registry"}))
    assert found.code == "J5"
    assert (
        found.message == "the pull secret 'mysecret' is none that the tenant declares; without it images are not pulled"
    )
    assert defects(files, ONE, pull_secrets=frozenset({"mysecret"})) == ()
    assert defects(files, ONE) == ()


EXEC = '        my.org/costCenter: {{ exec "get-user-details" "--cost-center" ".Job.user" }}\n'


def test_a_program_is_never_run_and_both_outcomes_are_looked_at():
    files = in_pod_annotations(EXEC)
    found = defects(files, ONE)
    assert sorted((one.code, one.level) for one in found) == [("T2", "error"), ("T2", "warning"), ("V4", "error")]
    empty = next(one for one in found if one.code == "V4")
    assert empty.payload == "an executable, where the program fails"
    assert {one.place.line for one in found} == {line_of(files, JOB, "costCenter")}
    messages = {one.message for one in found}
    assert (
        "exec runs the program 'get-user-details' beside the launcher, for every job, with what users type" in messages
    )
    assert "'.Job.user' in quotes is a text, which the program gets as it stands" in messages


TEXT = EXEC.replace('".Job.user"', ".Job.user").replace(" }}", " | toString | quote }}")
ALLOWED = TEXT.replace("toString", "toString | trim")


def test_a_program_may_be_allowed():
    programs = frozenset({"get-user-details"})
    assert defects(in_pod_annotations(TEXT), ONE, programs=programs) != ()
    assert defects(in_pod_annotations(ALLOWED), ONE, programs=programs) == ()


RESULT = """\
        {{- $res := exec "get-user-details" "--cost-center" .Job.user }}
        {{- if eq $res.ExitCode 1 }}
        my.org/costCenter: "UNKNOWN: {{ $res.Err }}"
        {{- else }}
        my.org/costCenter: {{ $res.Stdout }}
        {{- end }}
"""


def test_the_result_of_a_program_is_looked_into_for_both_outcomes():
    files = in_pod_annotations(RESULT)
    texts = [one.text for one in templatecheck.validate(files, Surroundings(), jobs=ONE).rendered if one.file == JOB]
    assert any('my.org/costCenter: "UNKNOWN: exit status 1"' in text for text in texts)
    assert any("my.org/costCenter: answer" in text for text in texts)


GROUPS = """\
        {{- $grp := groups .Job.user }}
        {{- if has "admin-grp" $grp }}
        my.org/admin: "true"
        {{- end }}
"""


def test_the_group_annotation_works_and_is_told():
    files = in_pod_annotations(GROUPS)
    assert [(one.code, one.level) for one in defects(files, ONE)] == [("T11", "warning")]
    texts = [
        one.text
        for one in templatecheck.validate(files, Surroundings(), jobs=named("an executable", "a secret")).rendered
        if one.file == JOB
    ]
    assert len([text for text in texts if "my.org/admin" in text]) == len(texts) // 2


KIAM = """\
        {{- if has "admin-grp" (groups .Job.user) }}
        iam.amazonaws.com/role: "rs-admin-role"
        {{- else }}
        iam.amazonaws.com/role: "rs-user-role"
        {{- end }}
"""


def test_a_role_of_kiam_must_be_declared_in_every_branch():
    files = in_pod_annotations(KIAM)
    found = [one for one in defects(files, ONE) if one.code != "T11"]
    place = "spec.template.metadata.annotations.iam.amazonaws.com/role"
    assert [(one.code, one.message) for one in found] == [
        ("J12", f"{place} is 'rs-admin-role'; the tenant declares none"),
        ("J12", f"{place} is 'rs-user-role'; the tenant declares none"),
    ]
    declared = {("iam.amazonaws.com/role", "rs-admin-role"), ("iam.amazonaws.com/role", "rs-user-role")}
    assert [one.code for one in defects(files, ONE, identities=frozenset(declared))] == ["T11"]


# Templates that cannot be read


def test_a_mistake_in_the_syntax_has_file_line_and_column():
    files = ours() | {"other.tpl": "{{ if }}\n{{ end\n"}
    found = defects(files)
    assert {(one.code, one.place.document) for one in found} == {("V1", "other.tpl")}
    assert all(one.place.line and one.place.column for one in found)


def test_a_function_that_does_not_exist_is_told():
    files = changed(JOB, "{{ quote $account }}", "{{ quoted $account }}")
    (found,) = defects(files)
    assert found.code == "V1"
    assert "quoted" in found.message


def test_a_function_that_must_not_be_called_is_told_once():
    files = changed(JOB, "{{ quote $account }}", '{{ env "HOME" | quote }}')
    (found,) = defects(files, ONE)
    assert (found.code, found.place.line) == ("T3", line_of(files, JOB, 'env "HOME"'))
    assert found.message == "env must not be called: it reads the environment of the launcher, where secrets lie"


def test_a_template_that_is_missing_is_told():
    files = ours()
    del files[SERVICE]
    assert [(one.code, one.message) for one in defects(files, ONE)] == [("V1", "there is no service.tpl")]


BOMBS = [
    "{{ range until 100000000 }}x{{ end }}",
    "{{ range until 100 }}{{ range until 1000 }}{{ end }}{{ end }}",
    '{{ repeat 200000000 "x" }}',
    '{{ define "circle" }}{{ include "circle" . }}{{ end }}{{ include "circle" . }}',
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_template_that_never_ends_is_told_and_not_tried_for_every_job(bomb):
    files = in_pod(f"{bomb}\n")
    verdict = templatecheck.validate(files, Surroundings())
    assert {(one.code, one.payload) for one in verdict.defects} == {("V1", "an executable")}
    assert [one for one in verdict.rendered if one.file == JOB] == []


# What the launcher needs

BROKEN = [
    ("  backoffLimit: 0\n", "  backoffLimit: 3\n", "V5", "spec.backoffLimit is 3; the launcher needs 0"),
    (
        "stdinOnce: true",
        "stdinOnce: false",
        "V5",
        "spec.template.spec.containers[0].stdinOnce is False; the launcher needs True",
    ),
    (
        '{{- $_ := set $podAnnotations "service_ports" .Job.servicePortsJson }}\n',
        "",
        "V4",
        "spec.template.metadata.annotations.service_ports is absent; the launcher reads a text there",
    ),
    (
        '{{- $_ := set $podAnnotations "user" .Job.user }}',
        '{{- $_ := set $podAnnotations "user" (print .Job.user " ") }}',
        "V3",
        "spec.template.metadata.annotations.user is 'ann ' where 'ann' was given, with other white space",
    ),
    (
        "      restartPolicy: Never\n",
        "",
        "V5",
        "spec.template.spec.restartPolicy is absent; the launcher needs 'Never'",
    ),
    ("apiVersion: batch/v1\n", "apiVersion: batch/v1\nstatus2: 1\n", "V4", "status2: "),
]


@pytest.mark.parametrize(("before", "after", "code", "message"), BROKEN, ids=[case[3] for case in BROKEN])
def test_what_the_launcher_needs_is_looked_for(before, after, code, message):
    text = parse(changed(JOB, before, after)).render(JOB, {"Job": PLAIN.job})
    value, _ = probing.read(text, JOB)
    found = {one.code: one.message for one in joblint.job(value, PLAIN, Surroundings(), "2.5.0")}
    assert found[code].startswith(message)
