"""What a tenant file says of its Posit launcher, in the product's own words."""

import json

import pytest
from tenancy import told, vision

from generator import gotemplate
from generator.launcher import configuration, ini, objecttemplates, options, payloads
from generator.launcher.configuration import KUBERNETES_FILE, PROFILES_FILE, SERVICE_FILE, SIZES_FILE
from generator.problems import Place
from generator.spec import posit
from generator.validation import schema
from generator.yaml import documents

HERE = "tenants/vision.yaml#spec/launchers/workbench"
FULL = """
  profiles:
    - {for: ann, max-cpus: 3}
    - {for: "@power", max-cpus: 20, max-mem-mb: 20480}
    - for: "*"
      container-images: ["r:1", "r:2"]
      allow-unknown-images: false
      resource-profiles: [small]
      default-cpus: 0.5
      max-cpus: 2
      max-mem-mb: 4096
  resources:
    - {id: small, name: Small one, cpus: 1, mem-mb: 2048}
    - {id: large, name: Large one, cpus: 8, mem-mb: 8192}
  kubernetes: {job-expiry-hours: 0.5, verify-ssl-certs: true}
"""


def launcher(text=""):
    (made,) = vision(f"launchers:\n- name: workbench\n  preset: posit{text}").launchers
    return made


def problems(text, groups=("power",), users=("ann",)):
    return told(posit.check(launcher(text), groups, users))


# What is written


def test_the_files_hold_what_the_tenant_file_says_in_the_products_dialect():
    assert posit.texts(launcher(FULL), "vision-workbench", "vision") == {
        SERVICE_FILE: (
            "[cluster]\nname=vision-workbench\ntype=Kubernetes\n"
            "config-file=/etc/rstudio/vision-workbench/launcher.kubernetes.conf\n"
        ),
        KUBERNETES_FILE: (
            "kubernetes-namespace=vision\n"
            "profile-config=/etc/rstudio/vision-workbench/launcher.kubernetes.profiles.conf\n"
            "use-templating=1\n"
            "scratch-path=/var/lib/rstudio-launcher/vision-workbench\n"
            "job-expiry-hours=0.5\n"
            "verify-ssl-certs=1\n"
        ),
        PROFILES_FILE: (
            "[*]\ncontainer-images=r:1,r:2\nallow-unknown-images=0\nresource-profiles=small\n"
            "default-cpus=0.5\nmax-cpus=2\nmax-mem-mb=4096\n\n"
            "[@power]\nmax-cpus=20\nmax-mem-mb=20480\n\n"
            "[ann]\nmax-cpus=3\n"
        ),
        SIZES_FILE: ("[small]\nname=Small one\ncpus=1\nmem-mb=2048\n\n[large]\nname=Large one\ncpus=8\nmem-mb=8192\n"),
    }


def test_the_files_are_read_back_without_a_problem_that_stops_the_product():
    texts = configuration.read(posit.texts(launcher(FULL), "c", "n"))
    assert [one.message for one in configuration.check(texts) if not one.warning] == []


def test_a_launcher_that_says_nothing_has_a_configuration_too():
    texts = posit.texts(launcher(), "c", "n")
    assert (texts[PROFILES_FILE], texts[SIZES_FILE]) == ("", "")
    assert "use-templating=1\n" in texts[KUBERNETES_FILE]


def test_the_scratch_path_is_the_tenants_to_choose():
    texts = posit.texts(launcher("\n  kubernetes: {scratch-path: /scratch/vision}"), "c", "n")
    assert texts[KUBERNETES_FILE].count("scratch-path=") == 1
    assert "scratch-path=/scratch/vision\n" in texts[KUBERNETES_FILE]


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "1"), (False, "0"), (2, "2"), (0.5, "0.5"), ("a", "a"), (["a", "b"], "a,b"), (("a",), "a")],
)
def test_values_are_written_as_the_product_reads_them(value, text):
    assert posit.written(value) == text


def test_sessions_run_as_an_account_of_their_own_unless_nothing_else_is_said():
    for text, account in (("", "workbench-session"), ("\n  sessionAccount: session", "session")):
        assert data(text)["pod"]["serviceAccountName"] == account


def data(text):
    found = posit.templates(launcher(text))
    assert set(found) == {"job.tpl", "service.tpl", objecttemplates.DATA}
    first, line, last = found[objecttemplates.DATA].splitlines()
    assert (first, last) == ('{{- define "tenantry.data" -}}', "{{- end }}")
    return json.loads(line)


def test_what_the_templates_read_is_what_the_tenant_file_says():
    found = data("\n  templates: {job: {ttlSecondsAfterFinished: 60}, pod: {hostAliases: [{ip: 10.0.0.1}]}}")
    assert found["job"] == {"ttlSecondsAfterFinished": 60}
    assert found["pod"] == {"hostAliases": [{"ip": "10.0.0.1"}], "serviceAccountName": "workbench-session"}


def rendered(text):
    templates = gotemplate.parse(posit.templates(launcher(text)))
    return documents.parse(templates.render("job.tpl", {"Job": payloads.full()}).encode(), "job.yaml")


def test_the_templates_make_jobs_that_run_as_the_sessions_account_and_carry_what_the_tenant_adds():
    found = rendered("\n  templates: {job: {ttlSecondsAfterFinished: 60}, pod: {priorityClassName: batch}}")
    assert found.problems == ()
    pod = found.value["spec"]["template"]["spec"]
    assert found.value["spec"]["ttlSecondsAfterFinished"] == 60
    assert (pod["serviceAccountName"], pod["automountServiceAccountToken"]) == ("workbench-session", False)
    assert pod["priorityClassName"] == "batch"


def test_what_a_tenant_adds_cannot_begin_an_action_of_a_template():
    found = rendered('\n  templates: {job: {annotations: {a: "{{ exec `id` }}"}}}')
    assert found.value["metadata"]["annotations"]["a"] == "{{ exec `id` }}"


def test_every_field_of_the_templates_is_read_by_them():
    text = "".join(posit.templates(launcher())[name] for name in ("job.tpl", "service.tpl"))
    definitions = schema.bundled("tenant")["$defs"]
    for root, name in (("settings", "launcherJob"), ("pod", "launcherPod"), ("service", "launcherService")):
        for field in definitions[name]["properties"]:
            assert f"${root}.{field}" in text or f"$defaults.{field}" in text, field


# What is told


def test_a_whole_configuration_is_fine():
    assert problems(FULL) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("profiles: [{for: '*', default-cpus: 4, max-cpus: 2}]", "profiles/0/default-cpus: default-cpus=4 is more than max-cpus=2 of [*] in "),
        ("profiles: [{for: '*', max-cpus: 2}, {for: '*', max-cpus: 3}]", "profiles/1/for: '*' is there already; write its fields in one place"),
        ("profiles: [{for: '*'}]", "profiles/0: says nothing of '*', and the product drops it; give it a field"),
        ("profiles: [{for: '@pwer', max-cpus: 2}]", "profiles/0: [@pwer]: nobody declared the group 'pwer', and the product does not start with a group that it cannot find; did you mean 'power'?"),
        ("profiles: [{for: 'a]b', max-cpus: 2}]", "profiles/0: [a]b] holds a ']', which ends the name of a section; choose another name"),
        ("profiles: [{for: '*', allow-unknown-images: false, container-images: ['r:1'], default-container-image: 'r:2'}]", "profiles/0/default-container-image: default-container-image 'r:2' is not among container-images of [*] in "),
        ("profiles: [{for: '*', resource-profiles: [smal]}]\n  resources: [{id: small, cpus: 1, mem-mb: 1}]", "profiles/0/resource-profiles: resource-profiles: there is no resource profile 'smal'; did you mean 'small'?"),
        ("profiles: [{for: '*', cpu-request-ratio: 2}]", "profiles/0/cpu-request-ratio: cpu-request-ratio: '2' is no share; write a number above 0 and up to 1, such as 0.5"),
        ("profiles: [{for: '*', default-container-image: \"r:1\\n[root]\"}]", "profiles/0/default-container-image: 'r:1\\n[root]' holds a control character or a line end; write it on one line"),
        ("resources: [{id: a, cpus: 1, cpus-request: 2, mem-mb: 1}]", "resources/a/cpus-request: cpus-request=2 is more than cpus=1, and Kubernetes refuses the job; write at most 1"),
        ("resources: [{id: a, cpus: 1, mem-mb: 1}, {id: a, cpus: 2, mem-mb: 1}]", "resources/a/id: 'a' is there already; write its fields in one place"),
        ("kubernetes: {api-url: 'ftp://a'}", "kubernetes/api-url: api-url: 'ftp://a' is no URL; write one such as https://10.0.0.1:6443"),
        ("kubernetes: {certificate-authority: 'a#b'}", "kubernetes/certificate-authority: 'a#b' holds a '#', from where on the product reads a comment; choose a value without one"),
    ],
)  # fmt: skip
def test_what_would_keep_the_launcher_or_its_jobs_from_starting_is_told_with_its_place(text, problem):
    (found,) = problems(f"\n  {text}")
    assert found.startswith(f"{HERE}/{problem}")


def test_nothing_is_said_of_groups_where_none_is_known():
    assert problems("\n  profiles: [{for: '@power', max-cpus: 2}]", (), ()) == []


def test_what_is_a_risk_stops_nothing():
    assert (
        problems("\n  profiles: [{for: '*', allow-unknown-images: true}]\n  kubernetes: {verify-ssl-certs: false}")
        == []
    )


# The schema


def test_the_schema_names_exactly_the_products_options():
    definitions = schema.bundled("tenant")["$defs"]
    decided = {
        *("auth-token", "kubernetes-namespace", "launcher-config-file", "plugin-name", "profile-config"),
        *("server-user", "use-templating"),
    }
    named = {name: set(definitions[name]["properties"]) for name in definitions if name.startswith("launcher")}
    assert named["launcherProfile"] == {"for", *options.PROFILE} - {
        "job-json-overrides"
    }  # it is nothing beside templates
    assert named["launcherResource"] == {"id", *options.RESOURCE}
    assert named["launcherKubernetes"] == set(options.KUBERNETES) - decided


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("launcherProfile", options.PROFILE),
        ("launcherResource", options.RESOURCE),
        ("launcherKubernetes", options.KUBERNETES),
    ],
)
def test_the_examples_of_the_schema_are_values_that_the_product_takes(name, table):
    for key, field in schema.bundled("tenant")["$defs"][name]["properties"].items():
        for example in field["examples"] if key in table else ():
            value = posit.written(example)
            entry = ini.Entry(key, value, Place("f"))
            assert [one.message for one in options.check(entry, table, "it") if not one.warning] == [], key
