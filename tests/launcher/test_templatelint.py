import pytest

from generator.gotemplate import parse
from generator.launcher import jobfields, templatelint
from generator.launcher.surroundings import Surroundings

HEAD = "# Version: 2.5.0\n"


def texts(files, **around):
    found = templatelint.texts(files, Surroundings(**around))
    return [(one.code, one.level, one.place.document, one.place.line, one.place.column, one.message) for one in found]


def trees(body, **around):
    found = templatelint.trees(parse({"job.tpl": body}).trees, Surroundings(**around))
    return [(one.code, one.place.line, one.place.column, one.message) for one in found]


# The text


HEADERS = [
    ("", "error", "the first line is not '# Version: 2.5.0'"),
    ("\n# Version: 2.5.0\n", "error", "the first line is not '# Version: 2.5.0'"),
    ("#Version: 2.5.0\n", "error", "the first line is not '# Version: 2.5.0'"),
    ("# Version: 1\n", "error", "version 1 does not suit a launcher that wants 2.5.0"),
    ("# Version: 2.3.1\n", "warning", "version 2.3.1 is older than 2.5.0, which the product brings"),
    (
        "# Version: latest\n",
        "error",
        "'latest' is no version; use one of '1', '2', '2.1.0', '2.3.0', '2.3.1', '2.4.0', '2.5.0'",
    ),
]


@pytest.mark.parametrize(("text", "level", "message"), HEADERS, ids=[repr(case[0]) for case in HEADERS])
def test_a_template_starts_with_its_version(text, level, message):
    assert texts({"job.tpl": text}) == [("T1", level, "job.tpl", 1, 1, message)]


def test_both_templates_have_the_same_version():
    files = {"job.tpl": HEAD, "service.tpl": "# Version: 2.6\n"}
    assert texts(files) == [
        (
            "T1",
            "error",
            "service.tpl",
            1,
            1,
            "job.tpl has 2.5.0 and service.tpl has 2.6; both must have the same version",
        )
    ]


def test_an_included_file_needs_no_version():
    assert texts({"job.tpl": HEAD, "other.tpl": "x"}) == []


CHARACTERS = [
    ("a:\n\tb: 1\n", 3, 1, "a tab stands here; YAML is not indented by tabs"),
    ("a: 1\t# b\n\tc: 2\n", 2, 5, "a tab stands here, and 1 more; YAML is not indented by tabs"),
    ("a: 1\r\n", 2, 5, "lines end with CR; only LF ends a line for the launcher"),
]


@pytest.mark.parametrize(("text", "line", "column", "message"), CHARACTERS)
def test_characters_that_break_yaml(text, line, column, message):
    assert texts({"job.tpl": HEAD + text}) == [("T15", "error", "job.tpl", line, column, message)]


def test_a_byte_order_mark_is_told_and_hides_no_version():
    assert [one[5] for one in texts({"job.tpl": "\ufeff" + HEAD})] == ["the text starts with a byte order mark"]


def test_tabs_within_actions_and_texts_do_no_harm():
    assert texts({"job.tpl": HEAD + '{{-\tif true }}{{ "\t" }}{{/*\t*/}}{{\tend }}'}) == []


@pytest.mark.parametrize(
    "call", ["now", "uuidv4", "randAlphaNum 8", 'genPrivateKey "rsa"', 'getHostByName "x"', 'expandenv "$HOME"']
)
def test_what_reads_the_surroundings_or_changes_is_found_even_where_it_does_not_parse(call):
    (found,) = texts({"job.tpl": f"{HEAD}a: {{{{ {call} }}}}{{{{ if }}}}"})
    assert (found[0], found[3], found[4]) == ("T3", 2, 7)
    assert found[5].startswith(f"{call.split()[0]} must not be called: ")


@pytest.mark.parametrize(
    "text", ['{{ "now" }}', "{{ .Job.now }}", "{{ $now := 1 }}", "{{/* now */}}", "now", "{{ `now` }}"]
)
def test_a_word_that_is_no_call_is_let_alone(text):
    assert texts({"job.tpl": HEAD + text}) == []


def test_helm_would_read_the_braces_first():
    files = {"job.tpl": HEAD + "a: {{ .Job.id }}\n"}
    assert texts(files) == []
    assert texts(files, through_helm=True) == [
        ("T13", "error", "job.tpl", 2, 4, "'{{' is read by Helm before the launcher sees it")
    ]


def test_templates_fit_into_a_config_map():
    files = {"job.tpl": HEAD, "big.tpl": "x" * templatelint.LARGEST}
    assert texts(files) == [
        (
            "T14",
            "error",
            "big.tpl",
            1,
            1,
            f"the templates have {templatelint.LARGEST + len(HEAD)} bytes together; a ConfigMap takes 1047552",
        )
    ]


# The trees


READS = [
    (
        "{{ quote .Release.Name }}",
        "T4",
        10,
        ".Release is nothing to the launcher: only .Job is there, so this is always empty",
    ),
    (
        "{{ with .Job }}{{ quote $.Values.x }}{{ end }}",
        "T4",
        26,
        ".Values is nothing to the launcher: only .Job is there, so this is always empty",
    ),
    (
        "{{ range .Job.tags }}{{ quote .Values.x }}{{ end }}",
        "T4",
        31,
        ".Values is nothing to the launcher: only .Job is there, so this is always empty",
    ),
    ("{{ quote .Job.usr }}", "T5", 10, "jobs have no field .Job.usr; did you mean 'user'?"),
    (
        "{{ toYaml .Job.container.runAsUser }}",
        "T5",
        11,
        "jobs have no field .Job.container.runAsUser; write .Job.container.runAsUserId",
    ),
    ("{{ range .Job.environment }}{{ quote .key }}{{ end }}", "T5", 38, "jobs have no field .Job.environment[].key"),
    ("{{ $x := .Job.container }}{{ quote $x.name }}", "T5", 38, "jobs have no field .Job.container.name"),
    ('{{ quote (get .Job "usr") }}', "T5", 11, "jobs have no field .Job.usr; did you mean 'user'?"),
]


@pytest.mark.parametrize(("body", "code", "column", "message"), READS, ids=[case[0] for case in READS])
def test_what_is_read_is_there(body, code, column, message):
    (found,) = trees(body)
    assert found[:3] == (code, 1, column)
    assert found[3].startswith(message)


def test_a_field_is_there_since_a_version():
    body = "{{ range .Job.initContainers }}{{ quote .name }}{{ end }}"
    assert trees(body) == []
    assert {one[3] for one in trees(body, version="2.4.0")} == {
        "jobs have .Job.initContainers since version 2.5.0 only, and the product is of 2.4.0",
        "jobs have .Job.initContainers[].name since version 2.5.0 only, and the product is of 2.4.0",
    }


QUIET = [
    "{{ range $k, $v := .Job.metadata.pod.labels }}{{ quote $k }}: {{ quote $v }}{{ end }}",
    "{{ $x := list }}{{ range .Job.exposedPorts }}{{ $x = append $x . }}{{ end }}{{ range $x }}{{ .targetPort }}{{ end }}",
    '{{ $d := dict }}{{ $_ := set $d "user" .Job.user }}{{ range $k, $v := $d }}{{ quote $v }}{{ end }}',
    "{{ range .Job.volumes }}{{ toYaml .persistentVolumeClaim.claimName }}{{ end }}",
    "{{ with .Job.container }}{{ toYaml .runAsUserId }}{{ end }}",
    '{{ define "x" }}{{ quote .name }}{{ end }}{{ include "x" .Job }}',
    '{{ if eq .Job.user "root" }}a{{ end }}',
    "{{ .Job.shareProcessNamespace }}",
    "{{ $a := 1 }}{{ if true }}{{ $a = 2 }}{{ end }}",
    "{{ if true }}{{ $a := 1 }}{{ end }}{{ if true }}{{ $a := 2 }}{{ end }}",
    "{{ if true }}{{ $_ := 1 }}{{ end }}{{ $_ := 2 }}{{ if true }}{{ $_ := 3 }}{{ end }}",
]


@pytest.mark.parametrize("body", QUIET)
def test_nothing_is_said_of_what_is_right(body):
    assert trees(body) == []


RAW = [
    ("name: {{ .Job.name }}", "name"),
    ("name: {{ .Job.name | trunc 20 }}", "name"),
    ('name: "{{ .Job.name }}"', "name"),
    ("{{ range $k, $v := .Job.metadata.job.labels }}{{ $k }}: 1{{ end }}", "metadata.job.labels{key}"),
    ("{{ range .Job.placementConstraints }}{{ .name }}: 1{{ end }}", "placementConstraints[].name"),
    ('{{ range .Job.config }}{{ splitList ":" .value | first }}{{ end }}', "config[].value"),
    ('{{ define "x" }}{{ .name }}{{ end }}{{ template "x" .Job }}', "name"),
    ("{{ $x := .Job.host | default .Job.name }}{{ $x }}", "host"),
]


@pytest.mark.parametrize(("body", "field"), RAW, ids=[case[0] for case in RAW])
def test_a_text_that_is_written_as_it_is(body, field):
    (found,) = trees(body)
    assert found[0] == "T7"
    assert found[3] == f".Job.{field} is written as it is: a line break or ': ' in it changes the YAML around it"


def test_a_shadow_is_told_with_the_line_of_what_it_hides():
    body = "{{ $useFargate := false }}\n{{ range .Job.tags }}\n{{ $useFargate := true }}\n{{ end }}"
    assert trees(body) == [
        ("T8", 3, 4, "':=' declares a new $useFargate, which ends with its block; the one of line 1 keeps its value")
    ]


def test_what_is_included_must_be_defined():
    (found,) = trees('{{ define "ours.data" }}{}{{ end }}{{ include "our.data" nil | mustFromJson | toYaml }}')
    assert found[0] == "T10"
    assert found[3] == "nobody defines 'our.data'; did you mean 'ours.data'?"


def test_an_include_in_a_circle_ends():
    assert trees('{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" .Job | quote }}') == []


def test_programs_are_told_by_name():
    body = '{{ exec "id" | toString | quote }}{{ exec (quote .Job.user) | toString | quote }}'
    assert [one[3] for one in trees(body, programs=frozenset({"id"}))] == [
        "exec runs a program that the template works out beside the launcher, for every job, with what users type"
    ]


def test_groups_are_told():
    assert [one[0] for one in trees('{{ if has "x" (groups .Job.user) }}a{{ end }}')] == ["T11"]


# A base, and where files lie


def test_what_is_gone_from_the_base_is_told_once_a_block():
    base = "a: 1\nb: 2\nc: 3\nd: 4\n"
    assert [*templatelint.lost({"job.tpl": base}, {"job.tpl": "a: 1\nb: 3\nc: 3\nd: 4\n"})] == []
    (found,) = templatelint.lost({"job.tpl": base}, {"job.tpl": "a: 1\nd: 4\n"})
    assert (found.code, found.place.line) == ("T9", 2)
    assert found.message == "lines 2 to 3 of the base template are gone, from 'b: 2' on"
    assert [*templatelint.lost({"job.tpl": base}, {"job.tpl": f"x: 0\n{base}y: 1\n"})] == []


def test_a_folder_that_no_cluster_reads_is_told():
    assert [*templatelint.unmounted("/a", ["/a", "/b"])] == []
    assert [*templatelint.unmounted("/a", [])] == []
    (found,) = templatelint.unmounted("/var/lib/launcher/vison", ["/var/lib/launcher/vision"])
    assert found.code == "T12"
    assert found.message == "no cluster has this folder as its scratch-path; did you mean '/var/lib/launcher/vision'?"


def test_versions_are_in_order():
    assert sorted(jobfields.VERSIONS, key=jobfields.rank) == list(jobfields.VERSIONS)
