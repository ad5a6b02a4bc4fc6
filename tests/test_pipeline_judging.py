"""What is judged in memory is found exactly as if the committed files were read again, and only once."""

import json
import random
from pathlib import Path

import pytest
from msgspec.structs import replace
from repositories import PLATFORM, rendering, repository, tenant, told, write

from generator import manifests
from generator.finding import REACHES
from generator.judgement import catalogue, policy, verdicts
from generator.pipeline import Options, render
from generator.run import docket

POLICIES = tuple(catalogue.read(Path("/nowhere"))[0])

#: Makes whatever a tenant's file asks for, so that tenants can break every policy.
TEMPLATE = """\
{% for one in values %}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ one.kind | default("RoleBinding") }}
metadata: {name: "{{ one.name }}", namespace: "{{ namespaces[0].name }}"}
{% if one.kind | default("") == "Role" %}
rules: {{ one.rules | tojson }}
{% else %}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: "{{ one.to | default("ClusterRole") }}", name: "{{ one.role }}"}
subjects: {{ one.subjects | tojson }}
{% endif %}
---
{% endfor %}
"""
SHARED = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: wide}
rules:
  - {apiGroups: [apps], resources: ["*"], verbs: ["*"]}
  - {apiGroups: [""], resources: [secrets], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: operators}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: wide}
subjects:
  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: leads}
  - {kind: ServiceAccount, namespace: b, name: default}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: edit, namespace: shared-tools}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: ann}]
"""


def bound(name, role, *subjects, to="ClusterRole"):
    """Write a RoleBinding as the template takes it."""
    return {"name": name, "role": role, "to": to, "subjects": list(subjects)}


def group(name):
    return {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": name}


def account(namespace, name):
    return {"kind": "ServiceAccount", "namespace": namespace, "name": name}


def breaking(tenant):
    """Yield what breaks some policy in a tenant."""
    team = group(f"{tenant}-team")
    yield bound("w", "wide", team)
    yield bound("e", "edit", team)
    yield bound("l", "view", group("leads"))
    yield bound("f", "view", account("a", "default"))
    yield bound("g", "view", account(tenant, "nobody"))
    yield bound("h", "view", account("c", "nobody"))
    yield bound("i", "missing", team)
    yield bound("rb", "r", group("system:serviceaccounts:b"), to="Role")
    yield {"name": "r", "kind": "Role", "rules": [{"apiGroups": [""], "resources": ["*"], "verbs": ["get"]}]}


def organisation(root, rng, names="abcdefg"):
    """Make tenants of which each breaks some policies, and a platform that breaks some too."""
    repository(root, platform=f"{PLATFORM.replace('[eu]', '[eu, us]')}  extras: {{shared: {{}}}}\n")
    write(root, "tenants/templates/breaking.yaml.j2", TEMPLATE)
    write(root, "tenants/templates/shared.yaml.j2", SHARED)
    for name in names:
        edit(root, rng, name)
    return root


def edit(root, rng, name):
    chosen = [one for one in breaking(name) if rng.random() < 0.3]
    extras = f", extras: {{breaking: {json.dumps(chosen)}}}" if chosen else ""
    write(root, f"tenants/{name}.yaml", tenant(name, f"{{tier: small, owners: [{{group: {name}-leads}}]{extras}}}"))


def read_again(root):
    """Judge what lies in rendered/, cluster by cluster."""
    found = set()
    for cluster in ("eu", "us"):
        bodies, problems = manifests.read([f"rendered/{cluster}"], root)
        assert problems == []
        found |= {one.identity for one in policy.judge(POLICIES, bodies, version="1.34", cluster=cluster)}
    return found


def judged(root, **options):
    outcome = render(root, Options(write=False, policies=POLICIES, **options))
    assert told(outcome) == []
    return [one.identity for one in outcome.findings]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_found_in_memory_is_what_is_found_in_the_files(tmp_path, seed, monkeypatch):
    monkeypatch.setattr(verdicts, "_TOGETHER", 3)
    rng = random.Random(seed)  # noqa: S311 - the same every time
    root = organisation(tmp_path, rng)
    rendering(root)
    expected = read_again(root)
    assert expected
    found = judged(root, use_index=False)
    assert set(found) == expected
    assert len(found) == len(set(found))
    for _ in range(4):
        edit(root, rng, rng.choice("abcdefg"))
        rendering(root)
        expected = read_again(root)
        assert set(judged(root)) == expected
        assert set(judged(root)) == expected  # from what is kept of the run before


def test_a_verdict_is_kept_until_something_changes_that_it_depends_on(tmp_path, monkeypatch):
    root = organisation(tmp_path, random.Random(1))  # noqa: S311
    rendering(root)
    asked = []
    hear = verdicts.Judge.hear
    monkeypatch.setattr(verdicts.Judge, "hear", lambda self, *heard: (asked.append(heard[0]), hear(self, *heard))[1])
    first = judged(root)
    assert len(set(asked)) == len("abcdefg")
    asked.clear()
    assert judged(root) == first
    assert asked == []
    write(root, "tenants/a.yaml", tenant("a"))
    rendering(root)
    judged(root)
    assert set(asked) == {"tenants/a.yaml"}
    asked.clear()
    lenient = tuple(replace(one, severities=dict.fromkeys(REACHES, "info")) for one in POLICIES)
    assert {one.severity for one in render(root, Options(write=False, policies=lenient)).findings} == {"info"}
    assert len(set(asked)) == len("abcdefg")


def test_a_finding_names_the_rendered_file_beside_the_tenant_file(tmp_path):
    root = repository(tmp_path, "b")
    write(root, "tenants/templates/breaking.yaml.j2", TEMPLATE)
    extras = json.dumps({"breaking": [bound("e", "edit", group("a-team"))]})
    write(root, "tenants/a.yaml", tenant("a", f"{{tier: small, extras: {extras}}}"))
    rendering(root)
    outcome = render(root, Options(write=False, policies=POLICIES))
    assert {str(one.place) for one in outcome.findings} == {"tenants/a.yaml#spec/extras/breaking"}
    assert {str(path) for one in outcome.findings for path in one.related} == {"rendered/eu/tenants/a/20-rbac.yaml"}


def test_damaged_verdicts_cost_time_and_change_nothing(tmp_path):
    root = organisation(tmp_path, random.Random(2))  # noqa: S311
    rendering(root)
    expected = judged(root)
    kept = root / ".tenantry/verdicts"
    whole = kept.read_bytes()
    for text in (b"", b"\n", b"\xff\n\xff", whole[:-5], whole.replace(b"high", b"info"), whole + b"\nx"):
        kept.write_bytes(text)
        assert judged(root) == expected
    kept.unlink()
    (root / "elsewhere").write_bytes(whole)
    kept.symlink_to(root / "elsewhere")
    assert judged(root) == expected
    assert (root / "elsewhere").read_bytes() == whole


def test_a_tenant_that_cannot_be_built_is_not_judged_and_the_others_are(tmp_path):
    root = organisation(tmp_path, random.Random(3))  # noqa: S311
    rendering(root)
    write(root, "tenants/a.yaml", tenant("a", "{tier: smal}"))
    outcome = render(root, Options(write=False, policies=POLICIES))
    assert {problem.place.document for problem in outcome.input_errors} == {"tenants/a.yaml"}
    assert outcome.findings
    assert "a" not in {one.tenant for one in outcome.findings}


def test_where_nobody_renders_as_in_ci_nothing_is_kept(tmp_path):
    root = organisation(tmp_path, random.Random(3))  # noqa: S311
    assert render(root, Options(write=False, policies=POLICIES)).findings
    assert not (root / ".tenantry").exists()


def test_verdicts_of_another_configuration_are_none(tmp_path):
    docket.save(tmp_path, "c", {"tenants/a.yaml": docket.Entry("k", "[{},{}]")})
    assert docket.load(tmp_path, "c") == {"tenants/a.yaml": docket.Entry("k", "[{},{}]")}
    assert docket.load(tmp_path, "other") == {}
