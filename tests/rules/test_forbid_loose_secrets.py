import pytest
from rules.judging import asking, messages, named

ESO, SEAL = "external-secrets.io/v1", "sealedsecrets.bitnami.com"
ALL = asking("forbid-loose-secrets", ways=["open-store", "wide-seal", "all-of-a-store"])


def store(**spec):
    return named("ClusterSecretStore", "vault", api=ESO, spec=spec)


def taking(kind="ClusterSecretStore", **what):
    spec = {"secretStoreRef": {"kind": kind, "name": "vault"}, **what}
    return named("ExternalSecret", "all", "ns1", api=ESO, spec=spec)


def sealed(**annotations):
    found = named("SealedSecret", "s", "ns1", api="bitnami.com/v1alpha1", spec={"encryptedData": {}})
    found["metadata"]["annotations"] = {f"{SEAL}/{key}": value for key, value in annotations.items()}
    return found


@pytest.mark.parametrize("spec", [{}, {"conditions": []}, {"conditions": None}])
def test_a_store_without_conditions_is_open(spec):
    assert messages(ALL, store(**spec)) == ["ClusterSecretStore vault can be fetched from in every namespace"]


def test_a_store_that_says_with_whom_it_is_shared_is_not():
    assert messages(ALL, store(conditions=[{"namespaces": ["ns1"]}])) == []


@pytest.mark.parametrize(
    ("scope", "where"),
    [
        ("cluster-wide", "in every namespace and under every name"),
        ("namespace-wide", "under every name in its namespace"),
    ],
)
def test_a_wide_seal_is_told_with_how_wide_it_is(scope, where):
    assert messages(ALL, sealed(**{scope: "true"})) == [
        f"SealedSecret s can be opened {where}, by whoever may create one"
    ]
    assert messages(ALL, sealed(**{scope: "false"})) == []


def test_the_widest_seal_is_one_cause():
    assert len(messages(ALL, sealed(**{"cluster-wide": "true", "namespace-wide": "true"}))) == 1


def test_a_pattern_over_the_clusters_store_takes_what_is_others():
    found = [{"find": {"name": {"regexp": ".*"}}}]
    assert messages(ALL, taking(dataFrom=found)) == [
        "ExternalSecret all takes whatever matches in the cluster's store vault"
    ]
    assert messages(ALL, taking("SecretStore", dataFrom=found)) == []
    assert messages(ALL, taking(dataFrom=[{"extract": {"key": "vision/x"}}])) == []


@pytest.mark.parametrize("broken", [None, [], "x", {"dataFrom": "x"}, {"dataFrom": [1, None]}])
def test_what_is_malformed_is_no_finding(broken):
    assert messages(ALL, named("ExternalSecret", "all", "ns1", api=ESO, spec=broken)) == []
    assert messages(ALL, named("SealedSecret", "s", "ns1", api="bitnami.com/v1alpha1", spec=broken)) == []
