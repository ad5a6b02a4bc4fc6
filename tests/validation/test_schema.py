import subprocess
import sys
from pathlib import Path

import pytest
from tenancy import below

from generator.validation import schema
from generator.yaml import documents

TENANT = "apiVersion: tenantry.dev/v1\nkind: Tenant\nmetadata: {name: vision}\n"
PLATFORM = "apiVersion: tenantry.dev/v1\nkind: Platform\nmetadata: {name: example}\n"
LABEL = "is not a DNS label (1 to 63 of a-z, 0-9 and '-', a letter or digit at both ends)"
NAMED = "a tenant has one parent, written by its name"
ONE_PARENT = f"{NAMED}; write one such as research"


def told(text, kind):
    """Write all problems of a document, the reader's first, as ``field: message``."""
    document = documents.parse(text.encode(), "f.yaml")
    return [f"{problem.field}: {problem.message}" for problem in schema.problems(document, kind)]


def tenant(spec):
    return told(TENANT + below("spec", spec), "tenant")


def platform(spec):
    return told(PLATFORM + below("spec", spec), "platform")


# Messages, by what a schema asks for


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        # fields that are not there
        ("quotas: {}", "spec.quotas: there is no such field; did you mean 'quota'?"),
        ("quota: {hard: {pods: 1}, zzz: 1}", "spec.quota.zzz: there is no such field; use one of 'hard', 'maxOvercommit', 'mode', 'scoped', 'to'"),
        ("namespaces: [{name: a, fullname: b}]", "spec.namespaces[0].fullname: there is no such field; did you mean 'fullName'?"),
        ("podSecurity: {enforce: baseline, audti: baseline}", "spec.podSecurity.audti: there is no such field; did you mean 'audit'?"),
        # fields that are missing
        ("members: [{group: a}]", "spec.members[0].role: is missing; write it"),
        ("podSecurity: {warn: baseline}", "spec.podSecurity.enforce: is missing; write it"),
        ("clusters: {}", "spec.clusters.selector: is missing; write it"),
        # types
        ("displayName: 12", "spec.displayName: 12 is not a string; write '12'"),
        ("displayName: true", "spec.displayName: true is not a string; write 'true'"),
        ("displayName: [a]", "spec.displayName: a list is not a string"),
        ("quota: 12", "spec.quota: 12 is not a mapping"),
        ("clusters: prod", "spec.clusters: 'prod' is not a list; write ['prod'], and 'prod' is not a mapping"),
        ("owners: {group: a}", "spec.owners: a mapping is not a list"),
        ("owners:", "spec.owners: null is not a list"),
        ('network: {sameTenant: "true"}', "spec.network.sameTenant: 'true' is not true or false; write true"),
        ("quota: {hard: {pods: 1.5}}", "spec.quota.hard.pods: 1.5 is not a string or a whole number; write '1.5'"),
        ("mesh: {ingress: [{tenant: a, ports: ['80']}]}", "spec.mesh.ingress[0].ports[0]: '80' is not a whole number; write 80"),
        # choices
        ("lifecycle: activ", "spec.lifecycle: 'activ' is not allowed; did you mean 'active'?"),
        ("lifecycle: zzz", "spec.lifecycle: 'zzz' is not allowed; use one of 'active', 'frozen', 'offboarding'"),
        ("lifecycle: 5", "spec.lifecycle: 5 is not allowed; use one of 'active', 'frozen', 'offboarding'"),
        ("mesh: {ingress: [{tenant: a, methods: [get]}]}", "spec.mesh.ingress[0].methods[0]: 'get' is not allowed; did you mean 'GET'?"),
        ("network: {egress: [{dns: false}]}", "spec.network.egress[0].dns: false is not allowed; write true"),
        # one of several fields
        ("owners: [{}]", "spec.owners[0]: says nothing of whom or what; write one of user, group, serviceAccount, inherited"),
        (
            "owners: [{user: a, group: b}]",
            "spec.owners[0]: user and group exclude each other; write one of user, group, serviceAccount, inherited",
        ),
        (
            "network: {egress: [{ports: [80]}]}",
            "spec.network.egress[0]: says nothing of whom or what; write one of dns, admitted, tenant, namespace, cidr",
        ),
        (
            "network: {ingress: [{tenant: a, namespace: b, cidr: 10.0.0.0/8}]}",
            "spec.network.ingress[0]: tenant and namespace and cidr exclude each other; write one of tenant, tree, namespace, cidr",
        ),
        ("network: {ingress: [{dns: true, tenant: a}]}", "spec.network.ingress[0].dns: there is no such field; use one of 'cidr', 'except', 'namespace', 'namespaces', 'ports', 'tenant', 'tree'"),
        # one of several forms
        ("podSecurity: strict", "spec.podSecurity: 'strict' is not allowed; did you mean 'restricted'?"),
        ("podSecurity: {enforce: strict}", "spec.podSecurity.enforce: 'strict' is not allowed; did you mean 'restricted'?"),
        (
            "podSecurity: 5",
            "spec.podSecurity: 5 is not allowed; use one of 'baseline', 'privileged', 'restricted', and 5 is not a mapping",
        ),
        ("clusters: [A]", f"spec.clusters[0]: 'A' {LABEL}; write 'a'"),
        # fields that need others
        (
            "network: {ingress: [{tenant: a, except: [10.0.0.0/8]}]}",
            "spec.network.ingress[0]: except stands without cidr, which it needs; write both or neither",
        ),
        # sizes
        ("displayName: ''", "spec.displayName: '' is empty; fill it"),
        ("quota: {hard: {}}", "spec.quota.hard: a mapping is empty; fill it"),
        ("network: {ingress: [{tenant: a, ports: []}]}", "spec.network.ingress[0].ports: a list is empty; fill it"),
        ("network: {ingress: [{tenant: a, ports: [80, 443, 80]}]}", "spec.network.ingress[0].ports: 80 is in the list twice; write it once"),
        ("clusters: [a, a]", "spec.clusters: 'a' is in the list twice; write it once"),
        ("network: {ingress: [{tenant: a, ports: [0]}]}", "spec.network.ingress[0].ports[0]: 0 is too little; write 1 or more"),
        ("network: {ingress: [{tenant: a, ports: [65536]}]}", "spec.network.ingress[0].ports[0]: 65536 is too much; write 65535 or less"),
        # patterns and formats
        ("podSecurity: {enforce: baseline, version: '1.34'}", "spec.podSecurity.version: '1.34' is not of the right form; write one such as 'v1.34' or 'latest'"),
        ("owners: [{serviceAccount: robot}]", "spec.owners[0].serviceAccount: 'robot' is not of the right form; write one such as 'argo/submitter'"),
        ("identity: {aws: {roleArn: vision}}", "spec.identity.aws.roleArn: 'vision' is not of the right form; write one such as 'arn:aws:iam::123456789012:role/vision'"),
        ("quota: {hard: {requests.cpu: 64x}}", "spec.quota.hard.requests.cpu: '64x' is not a Kubernetes quantity; write 64 or 64000m"),
        ("network: {ingress: [{cidr: 10.0.0.1/8}]}", "spec.network.ingress[0].cidr: '10.0.0.1/8' has bits set beyond its prefix; write 10.0.0.0/8"),
        ("network: {ingress: [{tenant: a, ports: [http]}]}", "spec.network.ingress[0].ports[0]: 'http' is not a port; write 443, 53/UDP or 8000-8100/TCP"),
        ("parent: My Team", f"spec.parent: 'My Team' {LABEL}; write 'my-team'"),
        (
            "parent: [a, b]",
            f"spec.parent: {NAMED}; write 'a' or 'b' (f.yaml#spec/parent/0, f.yaml#spec/parent/1)",
        ),
        ("parent: [a]", f"spec.parent: {NAMED}; write 'a' (f.yaml#spec/parent/0)"),
        ("parent: [a, 5]", f"spec.parent: {ONE_PARENT}"),
        ("parent: []", f"spec.parent: {ONE_PARENT}"),
        ("parent: {name: a}", f"spec.parent: {ONE_PARENT}"),
        # keys of maps
        ("quota: {hard: {nvidia.com/gpu: 1}}", "spec.quota.hard.nvidia.com/gpu: 'nvidia.com/gpu' is never counted: quotas count requests for devices; write requests.nvidia.com/gpu"),
        ("extras: {Notes: 1}", f"spec.extras.Notes: 'Notes' {LABEL}; write 'notes'"),
        ("namespaces: [{name: a, labels: {a b: c}}]", "spec.namespaces[0].labels.a b: 'a b' is not a label key (a DNS subdomain and '/' if any, then 1 to 63 of letters, digits, '-', '_' and '.', a letter or digit at both ends); write 'a-b'"),
        ("namespaces: [{name: a, labels: {team: a b}}]", "spec.namespaces[0].labels.team: 'a b' is not a label value (at most 63 of letters, digits, '-', '_' and '.', a letter or digit at both ends); write 'a-b'"),
    ],
)  # fmt: skip
def test_a_tenant_that_is_not_valid_is_told_where_and_what_would_be(spec, problem):
    assert tenant(spec) == [problem]


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ("displayName: Example", "spec.clusters: is missing; write it"),
        ("clusters: []", "spec.clusters: a list is empty; fill it"),
        ('clusters: [{name: a, version: "1.34", sync: fluxcd}]', "spec.clusters[0].sync: 'fluxcd' is not allowed; did you mean 'flux'?"),
        ("clusters: [{name: a, version: 1.34}]", "spec.clusters[0].version: 1.34 is not a string; write '1.34'"),
        ('clusters: [{name: a, version: "1.34.1"}]', "spec.clusters[0].version: '1.34.1' is not of the right form; write one such as '1.34'"),
        ('clusters: [{name: a, version: "1.34", cloud: {provider: gke}}]', "spec.clusters[0].cloud.provider: 'gke' is not allowed; use one of 'aws', 'azure', 'gcp'"),
    ],
)  # fmt: skip
def test_a_platform_that_is_not_valid_is_told(spec, problem):
    assert platform(spec) == [problem]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("layout: {buckets: 0}", "spec.layout.buckets: 0 is too little; write 1 or more"),
        ("layout: {buckets: 4097}", "spec.layout.buckets: 4097 is too much; write 4096 or less"),
        ("tiers: {small: {quotas: {}}}", "spec.tiers.small.quotas: there is no such field; did you mean 'quota'?"),
        ("tiers: {Small: {}}", f"spec.tiers.Small: 'Small' {LABEL}; write 'small'"),
        ("roles: {a: {rules: [{apiGroups: [], resources: [jobs], verbs: [get]}]}}", "spec.roles.a.rules[0].apiGroups: a list is empty; fill it"),
        ('naming: {namespace: "{tenant}"}', 'spec.naming.namespace: \'{tenant}\' has no {namespace}; write one such as "{tenant}-{namespace}"'),
        ('requiredLabels: [{key: a, pattern: "("}]', "spec.requiredLabels[0].pattern: '(' is not a regular expression: missing ), unterminated subpattern at position 0"),
    ],
)  # fmt: skip
def test_what_stands_beside_the_clusters_is_told_too(more, problem):
    assert platform(f'clusters: [{{name: a, version: "1.34"}}]\n{more}') == [problem]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("kind: Tenant", ["apiVersion: is missing; write it", "metadata: is missing; write it"]),
        (TENANT.replace("v1", "v2"), ["apiVersion: 'tenantry.dev/v2' is not allowed; write 'tenantry.dev/v1'"]),
        (TENANT.replace("Tenant\n", "tenant\n"), ["kind: 'tenant' is not allowed; write 'Tenant'"]),
        (TENANT.replace("vision", "Vision"), [f"metadata.name: 'Vision' {LABEL}; write 'vision'"]),
        (TENANT + "spec: []", ["spec: a list is not a mapping"]),
        (TENANT + "specs: {}", ["specs: there is no such field; did you mean 'spec'?"]),
    ],
)
def test_the_head_of_a_document_is_checked_like_the_rest(text, problems):
    assert told(text, "tenant") == problems


def test_an_accepted_finding_is_narrow_has_a_reason_and_ends():
    text = """
apiVersion: tenantry.dev/v1
kind: Waivers
waivers:
  - {policy: no-wildcard-verbs, scope: {}, reason: It is needed until June., owner: a, until: "2027-02-30"}
  - {policy: no-wildcard-verbs, scope: {subject: ann}, reason: It is needed until June., owner: ""}
"""
    assert told(text, "waivers") == [
        "waivers[0].scope: a mapping is empty; fill it",
        "waivers[0].until: '2027-02-30' is not a day; write it as \"2027-03-31\"",
        "waivers[1].owner: '' is empty; fill it",
        "waivers[1].scope.subject: 'ann' is not of the right form; write one such as 'group:ml-vision'",
        "waivers[1].until: is missing; write it",
    ]


def test_a_policy_has_examples_of_both_kinds():
    text = "{id: a, title: b, severity: bad, category: access, why: c, fix: d, rule: e, examples: {passes: []}}"
    assert told(text, "policy") == [
        "examples.fails: is missing; write it",
        "severity: 'bad' is not allowed; use one of 'critical', 'high', 'info', 'low', 'medium'",
    ]


# All at once, and nothing twice


def test_everything_wrong_is_told_at_once_in_the_order_of_the_fields():
    spec = """
    displayName: 5
    lifecycle: zzz
    members: [{role: editor}, {group: a, rol: viewer}]
    quota: {hard: {requests.cpu: 64x, nvidia.com/gpu: "-1"}}
    """
    assert [line.partition(": ")[0] for line in tenant(spec)] == [
        "spec.displayName",
        "spec.lifecycle",
        "spec.members[0]",
        "spec.members[1].rol",
        "spec.members[1].role",
        "spec.quota.hard.nvidia.com/gpu",
        "spec.quota.hard.nvidia.com/gpu",
        "spec.quota.hard.requests.cpu",
    ]


def test_the_order_of_fields_in_a_file_does_not_matter():
    lines = ["displayName: 5", "lifecycle: zzz", "quotas: {}"]
    assert tenant("\n".join(lines)) == tenant("\n".join(reversed(lines)))


def test_of_a_value_that_the_reader_has_refused_nothing_more_is_said():
    spec = 'lifecycle: yes\ndisplayName: 0x10\nquota: {hard: {pods: 1e3}}\nnetwork: {sameTenant: "no"}'
    found = tenant(spec)
    assert [line.partition(": ")[0] for line in found] == [
        "spec.lifecycle",
        "spec.displayName",
        "spec.quota.hard.pods",
        "spec.network.sameTenant",
    ]
    assert found[0] == "spec.lifecycle: 'yes' is not allowed; use one of 'active', 'frozen', 'offboarding'"
    assert found[-1] == "spec.network.sameTenant: 'no' is not true or false"


TO_SOME = "to some YAML readers and text to others"
AMOUNT = "a number with at most one unit, such as 500m, 64 or 16Gi"


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ("quota: {hard: {pods: 1:30}}", f"quota.hard.pods: '1:30' is not a Kubernetes quantity; write {AMOUNT}"),
        ("quota: {hard: {pods: yes}}", f"quota.hard.pods: 'yes' is not a Kubernetes quantity; write {AMOUNT}"),
        (
            "quota: {hard: {pods: 2026-01-01}}",
            f"quota.hard.pods: '2026-01-01' is not a Kubernetes quantity; write {AMOUNT}",
        ),
        ("quota: {hard: {pods: 0x10}}", f"quota.hard.pods: '0x10' is a number {TO_SOME}; write 16"),
        ("quota: {hard: {pods: .5}}", "quota.hard.pods: '.5' is not how JSON writes a number; write \".5\""),
        ("quota: {hard: {pods: -0x10}}", "quota.hard.pods: -16 is too little; write 0 or more"),
        ("quota: {hard: {pods: 1e3}}", f"quota.hard.pods: '1e3' is a number {TO_SOME}; write \"1e3\" or 1000"),
        ("network: {sameTenant: on}", f"network.sameTenant: 'on' is a boolean {TO_SOME}; write true"),
        ("displayName: on", f"displayName: 'on' is a boolean {TO_SOME}; write \"on\""),
        ("displayname: on", "displayname: there is no such field; did you mean 'displayName'?"),
        (
            "queue: {flavors: {h100: {cpu: 1:30}}}",
            f"queue.flavors.h100.cpu: '1:30' is not a Kubernetes quantity; write {AMOUNT}",
        ),
        (
            "identity: {azure: {clientId: 00000000-0000-0000-0000-000000000000, tokenExpirationSeconds: 01}}",
            "identity.azure.tokenExpirationSeconds: 1 is too little; write 3600 or more",
        ),
    ],
)
def test_of_the_ways_to_write_a_scalar_those_are_told_that_would_be_right(spec, problem):
    assert tenant(spec) == [f"spec.{problem}"]


def test_what_is_written_twice_is_told_once_with_its_scalars():
    found = tenant("lifecycle: {a: yes}\nlifecycle: active")
    assert found[0] == f"spec.lifecycle.a: 'yes' is a boolean {TO_SOME}; write \"yes\" or true"
    assert found[1] == "spec.lifecycle: 'lifecycle' is written twice, in line 5 and in line 6; keep one"


def test_a_long_text_is_cut_and_a_whole_document_never_shown():
    (found,) = tenant(f"lifecycle: {'x' * 500}")
    assert len(found) < 200
    assert tenant("displayName: {password: hunter2}") == ["spec.displayName: a mapping is not a string"]


@pytest.mark.parametrize("item", ["5", "ann", "group", "[]"])
def test_an_item_that_is_no_mapping_is_told_once(item):
    shown = {"5": "5", "[]": "a list"}.get(item, repr(item))
    assert tenant(f"owners: [{item}]") == [f"spec.owners[0]: {shown} is not a mapping"]


def test_a_reason_that_is_too_short_is_not_called_empty():
    waiver = '{policy: a, scope: {tenant: b}, reason: because, owner: c, until: "2027-03-31"}'
    (found,) = told(f"apiVersion: tenantry.dev/v1\nkind: Waivers\nwaivers: [{waiver}]", "waivers")
    assert "is empty" not in found


# What is valid


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "owners: []\nmembers: []\nnamespaces: []\nclusters: []",
        "network: {ingress: [], egress: []}\nmesh: {ingress: []}",
        "limits: {container: {}, pod: {}}\nextras: {notes: null, images: [a, {b: 1.5}]}",
        "clusters: {selector: {}}",
        "quota: {hard: {pods: 0, requests.cpu: '1.5'}}",
    ],
)
def test_what_is_empty_may_be_written(spec):
    assert tenant(spec) == []


def test_a_valid_document_never_waits_for_the_slow_validator():
    program = (
        "import sys\nfrom generator.validation import schema; from generator.yaml import documents\n"
        f"assert not [*schema.check(documents.parse({TENANT.encode()!r}, 'f.yaml'), 'tenant')]\n"
        "print('jsonschema' in sys.modules)\n"
    )
    root = Path(schema.__file__).parent.parent.parent
    found = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
