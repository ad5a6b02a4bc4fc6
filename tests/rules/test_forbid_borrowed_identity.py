import pytest
from access.rbac import binding, role, rule
from rules.judging import asking, findings, messages, named, space, tenants_space

MAKERS = [
    {"apiGroups": [""], "resources": ["pods", "serviceaccounts/token"], "verbs": ["create"]},
    {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create"]},
]
RIGHTS = asking("forbid-borrowed-identity", grants=MAKERS, gain="rights")
CLOUD = asking("forbid-borrowed-identity", grants=MAKERS, gain="cloud-identity")
ARN = "arn:aws:iam::123456789012:role/models"


def editors(*rules):
    return [role("ns1/e", *rules), binding("ns1/e", "e", "Group:ml", kind="Role")]


def runner(*rules, where="ns1"):
    return [role(f"{where}/r", *rules), binding(f"{where}/r", "r", "ServiceAccount:ns1/runner", kind="Role")]


JOBS = rule("create", "batch", "jobs")
SECRETS = rule("get", "", "secrets")


def test_who_makes_pods_has_what_each_account_of_the_namespace_has():
    (finding,) = findings(RIGHTS, *editors(JOBS), *runner(SECRETS))
    assert finding.message == (
        "Group ml can act as ServiceAccount ns1/runner, and so gains get on secrets in the core group, in namespace ns1, "
        "by RoleBinding e of Role e"
    )
    assert (finding.kind, finding.name, finding.subject) == ("RoleBinding", "e", "group:ml")
    assert finding.chain[-1] == "ServiceAccount ns1/runner: RoleBinding r of Role r (m.yaml#3)"


@pytest.mark.parametrize(
    "own",
    [
        [JOBS, SECRETS],
        [JOBS, rule("get,list", "", "secrets,pods")],
        [JOBS, rule("*", "", "*")],
    ],
)
def test_what_one_has_oneself_is_no_gain(own):
    assert messages(RIGHTS, *editors(*own), *runner(SECRETS)) == []


def test_what_one_has_by_another_binding_or_in_the_whole_cluster_is_no_gain():
    reads = role("reads", SECRETS)
    assert messages(RIGHTS, *editors(JOBS), *runner(SECRETS), reads, binding("ns1/o", "reads", "Group:ml")) == []
    assert messages(RIGHTS, *editors(JOBS), *runner(SECRETS), reads, binding("o", "reads", "Group:ml")) == []
    assert len(messages(RIGHTS, *editors(JOBS), *runner(SECRETS), reads, binding("ns2/o", "reads", "Group:ml"))) == 1


def test_what_everybody_who_has_logged_in_may_do_is_no_gain():
    reads = [role("reads", SECRETS), binding("o", "reads", "Group:system:authenticated")]
    assert messages(RIGHTS, *editors(JOBS), *runner(SECRETS), *reads) == []


def test_a_name_narrows_what_one_has():
    assert len(messages(RIGHTS, *editors(JOBS, rule("get", "", "secrets", "db")), *runner(SECRETS))) == 1


def test_what_the_account_has_elsewhere_is_gained_too():
    (message,) = messages(RIGHTS, *editors(JOBS), *runner(SECRETS, where="ns2"))
    assert "get on secrets in the core group, in namespace ns2" in message
    (message,) = messages(RIGHTS, *editors(JOBS), binding("a", "view", "ServiceAccount:ns1/runner"))
    assert ", in the whole cluster, by RoleBinding e" in message


def test_what_the_account_has_at_another_tenants_is_told_there():
    homes = [tenants_space("ns1", "vision"), tenants_space("ns2", "nlp")]
    assert messages(RIGHTS, *homes, *editors(JOBS), *runner(SECRETS, where="ns2")) == []
    homes[1] = tenants_space("ns2", "vision")
    assert len(messages(RIGHTS, *homes, *editors(JOBS), *runner(SECRETS, where="ns2"))) == 1


def test_an_account_in_another_namespace_is_out_of_reach():
    others = [role("ns2/r", SECRETS), binding("ns2/r", "r", "ServiceAccount:ns2/runner", kind="Role")]
    assert messages(RIGHTS, *editors(JOBS), *others) == []


def test_an_account_does_not_borrow_from_itself():
    assert messages(RIGHTS, *runner(JOBS)) == []
    both = [*runner(JOBS), role("ns1/o", SECRETS), binding("ns1/o", "o", "ServiceAccount:ns1/other", kind="Role")]
    assert len(messages(RIGHTS, *both)) == 1


def test_what_all_accounts_of_a_namespace_have_is_lent_by_any():
    lent = [role("ns1/r", SECRETS), binding("ns1/r", "r", "Group:system:serviceaccounts:ns1", kind="Role")]
    (message,) = messages(RIGHTS, *editors(JOBS), *lent)
    assert message.startswith("Group ml can act as ServiceAccount ns1/default, ")


def test_a_token_for_one_account_is_no_token_for_another():
    only = editors(rule("create", "", "serviceaccounts/token", "other"))
    assert messages(RIGHTS, *only, *runner(SECRETS)) == []
    assert len(messages(RIGHTS, *editors(rule("create", "", "serviceaccounts/token", "runner")), *runner(SECRETS))) == 1


def test_a_wildcard_makes_pods():
    assert len(messages(RIGHTS, *editors(rule("*", "batch", "*")), *runner(SECRETS))) == 1
    assert messages(RIGHTS, *editors(rule("create", "", "pods/*")), *runner(SECRETS)) == []


def test_what_is_harmless_is_no_gain():
    harmless = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]
    asked = asking("forbid-borrowed-identity", grants=MAKERS, gain="rights", harmless=harmless)
    assert messages(asked, *editors(JOBS), *runner(SECRETS)) == []
    assert len(messages(asked, *editors(JOBS), *runner(rule("list", "", "secrets")))) == 1


def test_who_makes_pods_everywhere_borrows_from_the_control_plane():
    (finding,) = findings(RIGHTS, role("e", JOBS), binding("e", "e", "Group:ml"))
    assert "ServiceAccount kube-system/" in finding.message
    assert " and many more" in finding.message
    assert finding.reach == "control-plane"


def test_who_may_do_everything_gains_nothing():
    assert messages(RIGHTS, binding("a", "cluster-admin", "Group:ml"), *runner(SECRETS)) == []
    assert messages(RIGHTS, *runner(SECRETS), role("e", JOBS), binding("e", "e", "Group:system:masters")) == []


def test_many_accounts_are_counted():
    lent = [binding(f"ns1/{i}", "view", f"ServiceAccount:ns1/a{i}") for i in range(5)]
    (message,) = messages(RIGHTS, *editors(JOBS), *lent)
    assert "ns1/a0, ServiceAccount ns1/a1, ServiceAccount ns1/a2 and 2 more, and so gains " in message


# Identities at a cloud


def account(**annotations):
    body = named("ServiceAccount", "loader", "ns1")
    body["metadata"]["annotations"] = annotations
    return body


@pytest.mark.parametrize(
    ("key", "cloud"),
    [
        ("eks.amazonaws.com/role-arn", "AWS"),
        ("iam.gke.io/gcp-service-account", "Google"),
        ("azure.workload.identity/client-id", "Azure"),
    ],
)
def test_an_identity_at_a_cloud_is_a_gain(key, cloud):
    assert messages(CLOUD, *editors(JOBS), account(**{key: "x"})) == [
        f"Group ml can act as ServiceAccount ns1/loader, and so gains the {cloud} identity x, by RoleBinding e of Role e"
    ]


@pytest.mark.parametrize(
    ("api", "spec"),
    [
        ("eks.services.k8s.aws/v1alpha1", {"namespace": "ns1", "serviceAccount": "loader", "roleARN": ARN}),
        (
            "eks.aws.upbound.io/v1beta1",
            {"forProvider": {"namespace": "ns1", "serviceAccount": "loader", "roleArn": ARN}},
        ),
    ],
)
def test_an_association_ties_an_account_to_its_role(api, spec):
    tied = named("PodIdentityAssociation", "loader", "ns1", api, spec=spec)
    (message,) = messages(CLOUD, *editors(JOBS), tied)
    assert f"the AWS identity {ARN}" in message


def test_other_annotations_are_no_identity_and_rights_are_another_question():
    assert messages(CLOUD, *editors(JOBS), account(team="x"), *runner(SECRETS)) == []
    assert messages(RIGHTS, *editors(JOBS), account(**{"eks.amazonaws.com/role-arn": ARN})) == []


def test_two_thousand_tenants_take_a_moment():
    bodies = []
    for i in range(2000):
        bodies += [tenants_space(f"t{i}", f"t{i}"), role(f"t{i}/e", JOBS, SECRETS), role(f"t{i}/r", SECRETS)]
        bodies += [binding(f"t{i}/e", "e", f"Group:g{i}", kind="Role")]
        bodies += [binding(f"t{i}/r", "r", f"ServiceAccount:t{i}/runner", kind="Role")]
    bodies += [space("ops"), role("e", JOBS), binding("e", "e", *[f"ServiceAccount:ops/o{i}" for i in range(50)])]
    assert len(findings(RIGHTS, *bodies)) == 50
