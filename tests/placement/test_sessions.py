from tenancy import platform_of, tenant_of

from generator.launcher.surroundings import Surroundings
from generator.organisation import tree
from generator.placement import sessions

AWS = 'clusters: [{name: eu, version: "1.34", cloud: {provider: aws}}]'
AZURE = 'clusters: [{name: eu, version: "1.34", cloud: {provider: azure}}]'


def around(posit="", more="", platform=""):
    """Return what surrounds the sessions of ``workbench``, made with *posit*, in a tenant with *more*."""
    made = platform_of(platform or 'clusters: [{name: eu, version: "1.33"}]')
    spec = f"launchers: [{{name: workbench, preset: posit{posit}}}]\n{more}"
    tenant = tree.resolve(tenant_of("vision", spec), (), made)
    return sessions.of(sessions.chosen(tenant, None), tenant, sessions.cluster_of(tenant, made, None), made)


def test_the_smallest_launcher_declares_its_session_account_and_nothing_else():
    none = frozenset()
    assert around() == Surroundings(
        kubernetes="1.33",
        accounts=frozenset({"workbench-session"}),
        launcher="job-launcher",
        secrets=none,
        pull_secrets=none,
        claims=none,
        config_maps=none,
        groups=(),
        quota=False,
    )


def test_sessions_run_as_the_accounts_that_the_launcher_names():
    given = ", sessionAccount: ann, templates: {pod: {selectableServiceAccounts: [trainer]}}"
    assert around(given).accounts == {"ann", "trainer"}


def test_a_launcher_that_lives_elsewhere_has_no_account_that_a_session_could_run_as():
    assert around(", serviceAccount: boss").launcher == "boss"
    assert around(", subject: {serviceAccount: job-launcher, namespace: posit}").launcher == ""
    assert around(", subject: {serviceAccount: job-launcher, namespace: vision}").launcher == "job-launcher"


def test_registries_are_those_of_the_platform():
    assert around(platform="registries: [a.example/]").registries == ("a.example/",)
    assert around().registries is None


def test_secrets_maps_and_claims_are_those_that_the_settings_name():
    found = around(
        ", templates: {pod: {volumes: [{name: a, secret: {secretName: s}}, {name: b, configMap: {name: m}}, "
        "{name: c, persistentVolumeClaim: {claimName: p}}, {name: d, emptyDir: {}}], imagePullSecrets: [{name: r}], "
        "env: [{name: K, valueFrom: {secretKeyRef: {name: k, key: x}}}, {name: L, value: l}]}}"
    )
    assert (found.secrets, found.config_maps, found.claims, found.pull_secrets) == ({"s", "k"}, {"m"}, {"p"}, {"r"})


def test_settings_of_another_form_are_passed_over():
    found = around(
        ", templates: {pod: {volumes: [a, {secret: b}, {secret: {secretName: 1}}], imagePullSecrets: [r], env: [K]}}"
    )
    assert (found.secrets, found.pull_secrets) == (frozenset(), frozenset())


ROLE = "arn:aws:iam::123456789012:role/teams/vision"
LISTED = f"""
serviceAccounts:
  - name: workbench-session
    imagePullSecrets: [pull]
    identity: {{aws: {{roleArn: "{ROLE}", via: irsa}}, azure: {{clientId: 00000000-1111-2222-3333-444444444444}}}}
  - name: other
    imagePullSecrets: [others]
    identity: {{aws: {{roleArn: "{ROLE}-other", via: irsa}}}}
"""


def test_the_identity_and_the_pull_secrets_are_those_of_the_accounts_that_sessions_run_as():
    found = around(more=LISTED, platform=AWS)
    assert found.pull_secrets == {"pull"}
    assert found.identities == {
        ("eks.amazonaws.com/role-arn", ROLE),
        ("iam.amazonaws.com/role", ROLE),
        ("iam.amazonaws.com/role", "vision"),
    }


def test_the_identity_is_that_of_the_clusters_cloud():
    assert ("azure.workload.identity/use", "true") in around(more=LISTED, platform=AZURE).identities
    assert around(more=LISTED).identities == frozenset()


def test_an_account_of_another_namespace_gives_nothing():
    elsewhere = LISTED.replace("    imagePullSecrets: [pull]", "    namespaces: [b]\n    imagePullSecrets: [pull]")
    found = around(", namespace: a", f"namespaces: [{{name: a}}, {{name: b}}]\n{elsewhere}", AWS)
    assert (found.pull_secrets, found.identities) == (frozenset(), frozenset())


def test_the_groups_are_those_of_the_launchers_namespace():
    people = "members: [{group: here, role: editor, namespaces: [a]}, {group: there, role: editor, namespaces: [b]}, "
    people += "{user: ann, role: editor}]\nowners: [{group: leads}]"
    assert around(", namespace: a", f"namespaces: [{{name: a}}, {{name: b}}]\n{people}").groups == ("leads", "here")


def test_the_namespace_decides_level_and_quota():
    more = "namespaces: [{name: a, podSecurity: baseline}]\nquota: {hard: {requests.cpu: 4}}"
    found = around(more=more)
    assert (found.pod_security, found.quota) == ("baseline", True)
    assert around(more="quota: {hard: {pods: 4}}").quota is False


def test_the_cluster_decides_the_mesh():
    assert around(platform='clusters: [{name: eu, version: "1.34", addons: [istio]}]').mesh is True
    assert around(platform='clusters: [{name: eu, version: "1.34", addons: [istio-ambient]}]').mesh is False


def test_the_launcher_decides_expiry_and_capabilities():
    found = around(", kubernetes: {job-expiry-hours: 1.5}, templates: {pod: {capabilities: [NET_BIND_SERVICE]}}")
    assert (found.expiry, found.capabilities) == (5400, {"NET_BIND_SERVICE"})
