"""``tenantry launcher``: what it reads, what it answers, and how it ends."""

import io
import json
import re
import shlex
import sys
from pathlib import Path

import pytest
from repositories import write

DOCUMENTATION = Path(__file__).parent.parent.parent / "docs/launchers.md"

PROFILES = """\
[*]
default-cpus=1
max-cpus=2
default-mem-mb=512
max-mem-mb=1024
container-images=r:1
allow-unknown-images=0

[@power]
max-cpus=20
max-nvidia-gpus=2

[jsmith]
max-cpus=3
"""

MANIFEST = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: posit, namespace: vision-train}
data:
  launcher.kubernetes.profiles.conf: |
    [*]
    default-cpus=1
    max-cpus=2
"""


def test_the_limits_of_one_person_are_told_with_what_decided_them(tenantry, tmp_path):
    write(tmp_path, "p.conf", PROFILES)
    assert tenantry("launcher", "profile", "--file", "p.conf", "--user", "jsmith", "--group", "power") == (
        0,
        """\
p.conf: jsmith in group power gets this

  container-images        r:1   [*], line 6
  allow-unknown-images    0     [*], line 7
  allow-custom-resources  1     by default
  default-cpus            1     [*], line 2
  max-cpus                3     [jsmith], line 14
  default-mem-mb          512   [*], line 4
  max-mem-mb              1024  [*], line 5
  default-nvidia-gpus     0     by default
  max-nvidia-gpus         2     [@power], line 11
  default-amd-gpus        0     by default
  max-amd-gpus            0     by default
  cpu-request-ratio       1.0   by default
  memory-request-ratio    1.0   by default

  a job by default: limits cpu=1, memory=512M; requests cpu=1, memory=512M
  a job at most: limits cpu=3, memory=1024M, nvidia.com/gpu=2; requests cpu=3,
    memory=1024M, nvidia.com/gpu=2
""",
        "",
    )


def test_programs_get_every_option(tenantry, tmp_path):
    write(tmp_path, "p.conf", PROFILES)
    out = tenantry("launcher", "profile", "--file", "p.conf", "--user", "ada", "--format", "json")[1]
    (answer,) = json.loads(out)["answers"]
    assert answer["limits"]["max-cpus"] == {"value": "2", "section": "*", "line": 3}
    assert answer["limits"]["resource-profiles"] == {"value": None, "section": None, "line": None}
    assert answer["jobs"][1]["limits"] == {"cpu": "2", "memory": "1024M"}


def test_where_the_two_readings_differ_both_are_told(tenantry, tmp_path):
    write(tmp_path, "p.conf", "[jsmith]\nmax-cpus=3\n" + PROFILES.partition("[@power]")[0])
    code, out, err = tenantry("launcher", "profile", "--file", "p.conf", "--user", "jsmith")
    assert code == 0
    assert "  note: max-cpus is 3 ([jsmith], line 2) if the most specific section wins, and\n" in out
    assert err.startswith("p.conf:3:1: warning: [*] stands after [jsmith] of line 1: jsmith gets max-cpus=2 if")


def test_what_the_product_cannot_read_is_not_answered(tenantry, tmp_path):
    write(tmp_path, "p.conf", PROFILES + "[@power]\nmax-cpu=3\n")
    assert tenantry("launcher", "profile", "--file", "p.conf", "--user", "jsmith") == (
        2,
        "",
        (
            "p.conf:15:1: section [@power] is already in line 9, and the product does not start with two; write its options there\n"
            "p.conf:15:1: warning: [@power] stands after [jsmith] of line 13; move it above, so that both readings of the file stay the same\n"
            "p.conf:16:1: 'max-cpu' is no option of a profile, and the product does not start with it; did you mean 'max-cpus'?\n"
            "2 errors; a launcher may not start with it, or refuse jobs\n"
        ),
    )


def test_a_profile_over_its_maximum_is_answered_and_is_an_error(tenantry, tmp_path):
    write(tmp_path, "p.conf", PROFILES + "default-cpus=4\n")
    code, out, err = tenantry("launcher", "profile", "--file", "p.conf", "--user", "jsmith")
    assert code == 2
    assert "  default-cpus            4     [jsmith], line 15\n" in out
    assert err.startswith(
        "p.conf:15:1: default-cpus=4 is more than max-cpus=3 of [jsmith] in line 14, for jsmith; write at most 3\n"
    )


def test_a_manifest_is_told_with_its_own_lines(tenantry, tmp_path):
    write(tmp_path, "cm.yaml", MANIFEST)
    out = tenantry("launcher", "profile", "--file", "cm.yaml", "--user", "ada")[1]
    assert out.startswith("cm.yaml, ConfigMap vision-train/posit: ada gets this\n")
    assert "  max-cpus                2    [*], line 8\n" in out


@pytest.mark.parametrize(("text", "line"), [(PROFILES, 3), (MANIFEST, 8)])
def test_either_can_be_piped(tenantry, monkeypatch, text, line):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    out = tenantry("launcher", "profile", "--file", "-", "--user", "ada")[1]
    assert f"[*], line {line}\n" in out
    assert out.startswith("standard input")


def test_what_is_rendered_is_found_by_tenant_and_cluster(tenantry, tmp_path):
    write(tmp_path, "tenants/platform.yaml", "")
    for cluster, tenant in (("eu", "vision"), ("us", "vision"), ("eu", "nlp")):
        write(tmp_path, f"rendered/{cluster}/tenants/{tenant}/50-launcher.yaml", MANIFEST)

    def heads(*options):
        out = tenantry("launcher", "profile", "--user", "ada", "--format", "json", *options)[1]
        return [answer["source"].partition(",")[0] for answer in json.loads(out)["answers"]]

    assert len(heads()) == 3
    assert heads("--tenant", "vision") == [
        "rendered/eu/tenants/vision/50-launcher.yaml",
        "rendered/us/tenants/vision/50-launcher.yaml",
    ]
    assert heads("--tenant", "vision", "--cluster", "us") == ["rendered/us/tenants/vision/50-launcher.yaml"]
    assert tenantry("launcher", "profile", "--user", "ada", "--tenant", "x", "--cluster", "eu")[2] == (
        "rendered: no launcher's profiles are rendered here for tenant 'x' on cluster 'eu'; name a file with --file PATH\n"
    )


def test_a_file_that_is_not_there_or_holds_no_profiles_is_told(tenantry, tmp_path):
    write(tmp_path, "cm.yaml", "kind: ConfigMap\ndata: {a: b}\n")
    assert tenantry("launcher", "profile", "--file", "none.conf", "--user", "a")[::2] == (
        2,
        "none.conf: there is no such file; create it, or correct the path\n",
    )
    assert tenantry("launcher", "profile", "--file", "cm.yaml", "--user", "a")[::2] == (
        2,
        "cm.yaml: there is no ConfigMap with the key launcher.kubernetes.profiles.conf in it; name one, or the file itself\n",
    )


def test_a_file_is_of_no_tenant(tenantry):
    code, _, err = tenantry("launcher", "profile", "--file", "x", "--tenant", "a", "--user", "a")
    assert code == 2
    assert "--cluster and --tenant are for rendered/; leave them out, or leave --file out" in err


def test_the_documentation_shows_what_is_answered(tenantry, tmp_path):
    text = DOCUMENTATION.read_text(encoding="utf-8")
    write(tmp_path, "launcher.kubernetes.profiles.conf", re.search(r"```ini\n(.*?)```", text, re.DOTALL)[1])
    line, shown = re.search(r"```console\n\$ tenantry (launcher profile .*)\n((?:.*\n)*?)```", text).groups()
    assert tenantry(*shlex.split(line))[:2] == (0, shown)
