import pytest
from tenancy import plain, tenant_of, told, vision

from generator.spec.tenant import AwsIdentity, AzureIdentity, GcpIdentity, Subject, check

HERE = "tenants/vision.yaml#spec"


def problems(spec, metadata=""):
    return told(check(vision(spec, metadata)))


# What is written


def test_the_smallest_tenant_has_one_namespace_and_leaves_the_rest_to_others():
    tenant = vision()
    (namespace,) = tenant.namespaces
    assert (tenant.name, tenant.parent, tenant.tier, tenant.lifecycle) == ("vision", None, None, "active")
    assert (tenant.owners, tenant.members) == (None, None)
    assert (namespace.name, namespace.full_name, namespace.quota, namespace.limits) == (None, None, None, None)
    assert (tenant.service_accounts, tenant.identity, tenant.extras) == ((), None, {})


@pytest.mark.parametrize(("text", "wanted"), [("", None), ("{0}: []", 0), ("{0}: [{1}]", 1)])
@pytest.mark.parametrize(("field", "one"), [("owners", "{group: a}"), ("members", "{group: a, role: viewer}")])
def test_people_have_three_states(field, one, text, wanted):
    found = getattr(vision(text.format(field, one)), field)
    assert (None if found is None else len(found)) == wanted


@pytest.mark.parametrize(("text", "names"), [("", [None]), ("namespaces: []", []), ("namespaces: [{name: a}]", ["a"])])
def test_namespaces_left_out_are_one_and_listed_they_are_exactly_these(text, names):
    assert [namespace.name for namespace in vision(text).namespaces] == names


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("user: ann@example.com", Subject("User", "ann@example.com")),
        ("group: ml-vision", Subject("Group", "ml-vision")),
        ("serviceAccount: argo/submitter", Subject("ServiceAccount", "submitter", "argo")),
    ],
)
def test_a_subject_is_a_user_a_group_or_a_service_account(text, subject):
    assert vision(f"owners: [{{{text}}}]").owners[0].subject == subject


def test_owners_are_admins_everywhere_and_members_are_what_and_where_they_are_named():
    tenant = vision(
        """
        owners: [{group: leads}]
        members: [{group: ml, role: editor}, {user: aud@example.com, role: viewer, namespaces: [train]}]
        namespaces: [{name: train}]
        """
    )
    assert [(m.role, m.namespaces, str(m.origin)) for m in (*tenant.owners, *tenant.members)] == [
        ("admin", (), f"{HERE}/owners/leads"),
        ("editor", (), f"{HERE}/members/ml"),
        ("viewer", ("train",), f"{HERE}/members/aud@example.com"),
    ]


def test_a_namespace_holds_what_is_written_and_knows_its_place():
    (one,) = vision(
        """
        namespaces:
          - name: train
            fullName: legacy-training
            displayName: Training
            labels: {purpose: training}
            annotations: {example.com/contact: "#vision"}
            podSecurity: baseline
            quota: {requests.cpu: 1500m}
            limits: {pod: {max: {cpu: 2}}}
        """
    ).namespaces
    assert (one.name, one.full_name, one.display_name) == ("train", "legacy-training", "Training")
    assert (one.labels, one.annotations) == ({"purpose": "training"}, {"example.com/contact": "#vision"})
    assert (one.pod_security.enforce, plain(one.quota)) == ("baseline", {"requests.cpu": "1500m"})
    assert (str(one.origin), str(one.limits.origin)) == (f"{HERE}/namespaces/train", f"{HERE}/namespaces/train/limits")


def test_a_service_account_has_no_token_and_no_role_unless_it_says_so():
    plain_one, other = vision(
        "serviceAccounts: [{name: trainer}, {name: robot, role: editor, automountToken: true, imagePullSecrets: [pull]}]"
    ).service_accounts
    assert (plain_one.role, plain_one.automount_token, plain_one.image_pull_secrets) == (None, False, ())
    assert (other.role, other.automount_token, other.image_pull_secrets) == ("editor", True, ("pull",))


def test_an_accounts_identity_replaces_the_tenants_as_a_whole():
    tenant = vision(
        """
        identity:
          aws: {roleArn: "arn:aws:iam::123456789012:role/vision"}
          azure: {clientId: 00000000-0000-4000-8000-000000000000, tokenExpirationSeconds: 7200}
        serviceAccounts:
          - {name: a}
          - {name: b, identity: {gcp: {serviceAccount: vision@example-prod.iam.gserviceaccount.com}}}
          - {name: c, identity: {aws: {roleArn: "arn:aws:iam::123456789012:role/c", via: pod-identity}}}
        """
    )
    a, b, c = (account.identity for account in tenant.service_accounts)
    assert a == tenant.identity
    assert (a.aws, a.gcp) == (AwsIdentity("arn:aws:iam::123456789012:role/vision", "irsa"), None)
    assert a.azure == AzureIdentity("00000000-0000-4000-8000-000000000000", None, None, 7200)
    assert (b.aws, b.azure, b.gcp) == (None, None, GcpIdentity("vision@example-prod.iam.gserviceaccount.com"))
    assert (c.aws.via, c.azure) == ("pod-identity", None)
    assert [str(one.origin) for one in (a, b)] == [f"{HERE}/identity", f"{HERE}/serviceAccounts/b/identity"]


# What is told


def test_a_tenant_with_everything_is_fine():
    text = """
    owners: [{group: leads}]
    members: [{user: ann@example.com, role: viewer, namespaces: [train, serve]}]
    namespaces: [{name: train}, {name: serve}]
    network: {ingress: [{tenant: a, namespaces: [serve]}], egress: [{dns: true, namespaces: [train]}]}
    mesh: {ingress: [{tenant: a, namespaces: [serve]}]}
    serviceAccounts: [{name: trainer, namespaces: [train]}]
    identity: {aws: {roleArn: "arn:aws:iam::123456789012:role/vision"}}
    """
    assert problems(text) == []


@pytest.mark.parametrize(
    ("spec", "told_of"),
    [
        (
            "namespaces: [{name: a}, {name: b}, {name: a}]",
            "/namespaces/2/name: 'a' is the name of an earlier one too; names are used once",
        ),
        (
            "serviceAccounts: [{name: a}, {name: a}]",
            "/serviceAccounts/1/name: 'a' is the name of an earlier one too; names are used once",
        ),
        (
            "serviceAccounts: []\nidentity: {aws: {roleArn: 'arn:aws:iam::123456789012:role/vision'}}",
            "/identity: an identity belongs to service accounts, and the list of them is empty; list one, or drop the list",
        ),
        (
            "serviceAccounts: [{name: default}]",
            (
                "/serviceAccounts/default/name: 'default' never gets a role, a token or an identity here; "
                "give the workload an account of its own"
            ),
        ),
        (
            'offboarding: {retainUntil: "2026-12-31"}',
            "/offboarding: nothing leaves while lifecycle is 'active'; write lifecycle: offboarding, or drop this",
        ),
        (
            "namespaces: [{name: a, lifecycle: frozen, offboarding: {reason: It is empty.}}]",
            "/namespaces/a/offboarding: nothing leaves while lifecycle is 'frozen'; write lifecycle: offboarding, or drop this",
        ),
        (
            "lifecycle: offboarding\noffboarding: {clusters: [prod]}",
            "/offboarding/clusters: with lifecycle: offboarding, the tenant leaves all its clusters; drop this, or the lifecycle",
        ),
    ],
)
def test_what_one_file_says_wrongly_is_told(spec, told_of):
    assert problems(spec) == [HERE + told_of]


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        ("members: [{group: ml, role: viewer, namespaces: [trian]}]", "members/ml"),
        ("serviceAccounts: [{name: robot, namespaces: [trian]}]", "serviceAccounts/robot"),
        ("network: {ingress: [{tenant: a, namespaces: [trian]}]}", "network/ingress/a"),
        ("network: {egress: [{tenant: a, namespaces: [trian]}]}", "network/egress/a"),
        ("mesh: {ingress: [{tenant: a, namespaces: [trian]}]}", "mesh/ingress/a"),
    ],
)
def test_a_namespace_that_the_tenant_does_not_have_is_told_wherever_it_is_named(spec, place):
    assert problems(f"namespaces: [{{name: train}}]\n{spec}") == [
        f"{HERE}/{place}/namespaces: 'trian' is not a namespace of this tenant; did you mean 'train'?"
    ]
    assert problems(spec) == [
        (
            f"{HERE}/{place}/namespaces: 'trian' is not a namespace of this tenant; "
            "the tenant lists no namespaces, so leave this out"
        )
    ]


PEOPLE = "stands for far more than one team; name people, or a group of them"


@pytest.mark.parametrize(
    ("subject", "remedy"),
    [
        ("group: system:masters", PEOPLE),
        ("group: system:authenticated", PEOPLE),
        ("group: system:serviceaccounts:argo", PEOPLE),
        ("user: system:admin", PEOPLE),
        ("user: system:serviceaccount:argo", PEOPLE),
        (
            "user: system:serviceaccount:argo:submitter",
            "stands for far more than one team; write serviceAccount: argo/submitter",
        ),
    ],
)
@pytest.mark.parametrize(("field", "role"), [("owners", ""), ("members", ", role: viewer")])
def test_subjects_that_kubernetes_keeps_for_itself_are_refused(field, role, subject, remedy):
    kind, _, name = subject.partition(": ")
    assert problems(f'{field}: [{{{kind}: "{name}"{role}}}]') == [
        f"{HERE}/{field}/{name}: {name!r} is a name that Kubernetes keeps for itself, and {remedy}"
    ]


@pytest.mark.parametrize("subject", ["group: systems", "user: a-system:b", "serviceAccount: system/system"])
def test_names_that_only_look_like_those_of_kubernetes_are_fine(subject):
    kind, _, name = subject.partition(": ")
    assert problems(f'owners: [{{{kind}: "{name}"}}]') == []


def test_everything_wrong_in_a_file_is_told_at_once():
    text = """
    namespaces: [{name: a}, {name: a}]
    members: [{group: "system:masters", role: viewer, namespaces: [b]}]
    serviceAccounts: [{name: default}]
    network: {egress: [{dns: true, ports: [53]}]}
    """
    assert len(problems(text)) == 5


def test_problems_name_the_file_of_the_tenant():
    found = check(tenant_of("research", "serviceAccounts: [{name: default}]"))
    assert [problem.place.document for problem in found] == ["tenants/research.yaml"]


def test_nobody_is_inherited_without_a_parent():
    spec = "owners: [{inherited: true}]\nmembers: [{group: a, role: viewer}, {inherited: true, role: viewer}]"
    message = "there is no parent that anybody could be inherited from; name people, or a spec.parent"
    assert told(check(vision(spec))) == [
        f"tenants/vision.yaml#spec/owners/0/inherited: {message}",
        f"tenants/vision.yaml#spec/members/1/inherited: {message}",
    ]
    assert told(check(vision(f"parent: research\n{spec}"))) == []


# Amounts

STORED = "'{}' of 'requests.nvidia.com/gpu' would be stored, but devices are whole; write {}"
WHOLE = "'{}' is not whole, and 'nvidia.com/gpu' counts whole things; write {}"


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ("quota: {hard: {requests.nvidia.com/gpu: 500m}}", f"quota/hard/requests.nvidia.com/gpu: {STORED}"),
        (
            "quota: {scoped: [{scopes: [Terminating], hard: {requests.nvidia.com/gpu: 500m}}]}",
            f"quota/scoped/0/hard/requests.nvidia.com/gpu: {STORED}",
        ),
        ("limits: {container: {max: {nvidia.com/gpu: 500m}}}", f"limits/container/max/nvidia.com/gpu: {WHOLE}"),
        (
            "namespaces: [{name: a, quota: {requests.nvidia.com/gpu: 500m}}]",
            f"namespaces/a/quota/requests.nvidia.com/gpu: {STORED}",
        ),
        (
            "namespaces: [{name: a, limits: {container: {default: {nvidia.com/gpu: 500m}}}}]",
            f"namespaces/a/limits/container/default/nvidia.com/gpu: {WHOLE}",
        ),
        ("queue: {flavors: {h100: {nvidia.com/gpu: 500m}}}", f"queue/flavors/h100/nvidia.com/gpu: {WHOLE}"),
        ("queue: {pool: {h100: {nvidia.com/gpu: {nominal: 500m}}}}", f"queue/pool/h100/nvidia.com/gpu: {WHOLE}"),
        (
            "queue: {flavors: {h100: {nvidia.com/gpu: {nominal: 1, borrow: 500m}}}}",
            f"queue/flavors/h100/nvidia.com/gpu/borrow: {WHOLE}",
        ),
        (
            "queue: {flavors: {h100: {nvidia.com/gpu: {nominal: 1, lend: 500m}}}}",
            f"queue/flavors/h100/nvidia.com/gpu/lend: {WHOLE}",
        ),
    ],
)
def test_devices_are_whole_wherever_they_are_counted(spec, problem):
    assert problems(spec) == [f"{HERE}/{problem.format('500m', '0 or 1')}"]
    assert problems(spec.replace("500m", "2500m")) == [f"{HERE}/{problem.format('2500m', '2 or 3')}"]
    assert problems(spec.replace("500m", "1000m")) == []


def test_a_ratio_of_limits_is_no_amount():
    assert problems("limits: {container: {maxLimitRequestRatio: {nvidia.com/gpu: 1500m}}}") == []


def test_a_fraction_of_a_byte_is_a_slip_of_the_unit():
    assert problems("limits: {container: {max: {memory: 500m}}}") == [
        f"{HERE}/limits/container/max/memory: '500m' of 'memory' is a fraction of a byte; write 500Mi or another whole amount"
    ]
