import pytest
from access.rbac import binding
from rules.judging import asking, findings, messages, space, tenants_space

ASKED = asking("forbid-foreign-subjects")
HERE = [tenants_space("ns1", "vision"), tenants_space("ns2", "speech"), tenants_space("ns3", "vision"), space("shared")]


@pytest.mark.parametrize(
    ("subject", "who"),
    [
        ("ServiceAccount:ns2/runner", "ServiceAccount ns2/runner"),
        ("User:system:serviceaccount:ns2:runner", "ServiceAccount ns2/runner"),
        ("Group:system:serviceaccounts:ns2", "Group system:serviceaccounts:ns2"),
    ],
)
def test_a_stranger_is_told(subject, who):
    assert messages(ASKED, *HERE, binding("ns1/b", "view", subject)) == [
        f"RoleBinding b of ClusterRole view lets {who} of tenant speech act in a namespace of tenant vision"
    ]


@pytest.mark.parametrize(
    "subject",
    [
        "ServiceAccount:ns1/runner",
        "ServiceAccount:ns3/runner",
        "Group:system:serviceaccounts:ns3",
        "ServiceAccount:shared/runner",
        "ServiceAccount:unknown/runner",
        "Group:speech",
        "User:ns2",
    ],
)
def test_ones_own_the_platforms_and_people_are_no_strangers(subject):
    assert messages(ASKED, *HERE, binding("ns1/b", "view", subject)) == []


def test_a_namespace_that_is_no_tenants_may_be_shared():
    assert messages(ASKED, *HERE, binding("shared/b", "view", "ServiceAccount:ns2/runner")) == []


def test_a_binding_of_the_whole_cluster_is_another_question():
    assert messages(ASKED, *HERE, binding("b", "view", "ServiceAccount:ns2/runner")) == []


def test_a_parent_is_a_stranger_too_and_called_what_it_is():
    child = tenants_space("ns1", "vision")
    child["metadata"]["labels"]["tenantry.dev/parent"] = "speech"
    (finding,) = findings(ASKED, child, HERE[1], binding("ns1/b", "view", "ServiceAccount:ns2/runner"))
    assert finding.chain[1:] == (
        "namespace ns1 is that of tenant vision",
        "namespace ns2 is that of tenant speech, its parent",
    )
