import pytest
from building import QUOTA, cluster, every, objects, of, one

POD_SECURITY = "pod-security.kubernetes.io"
FLUX_KEEPS = {"kustomize.toolkit.fluxcd.io/prune": "disabled"}
ARGO_CD_ASKS = {"argocd.argoproj.io/sync-options": "Delete=confirm,Prune=confirm"}


def labels(found, name="vision"):
    return one(found, "Namespace", name)["metadata"]["labels"]


def annotations(found, name="vision"):
    return one(found, "Namespace", name)["metadata"].get("annotations", {})


def levels(found, name="vision"):
    given = labels(found, name)
    return [given[f"{POD_SECURITY}/{mode}"] for mode in ("enforce", "audit", "warn")]


def versions(found, name="vision"):
    given = labels(found, name)
    return {given[f"{POD_SECURITY}/{mode}-version"] for mode in ("enforce", "audit", "warn")}


def document(metadata, spec=QUOTA):
    return f"apiVersion: tenantry.dev/v1\nkind: Tenant\nmetadata: {metadata}\nspec:\n  {spec}\n"


def test_a_plain_tenant_gets_one_namespace_of_its_own_name():
    assert one(of(""), "Namespace") == {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": "vision",
            "labels": {
                "app.kubernetes.io/managed-by": "tenantry",
                "pod-security.kubernetes.io/audit": "restricted",
                "pod-security.kubernetes.io/audit-version": "v1.34",
                "pod-security.kubernetes.io/enforce": "restricted",
                "pod-security.kubernetes.io/enforce-version": "v1.34",
                "pod-security.kubernetes.io/warn": "restricted",
                "pod-security.kubernetes.io/warn-version": "v1.34",
                "tenantry.dev/lifecycle": "active",
                "tenantry.dev/tenant": "vision",
            },
        },
    }


def test_listed_namespaces_are_named_by_the_rule_or_in_full():
    spec = "namespaces: [{name: train}, {name: old, fullName: legacy-training, quota: {pods: 1}}]"
    found = of(spec)
    assert [body["metadata"]["name"] for body in found if body["kind"] == "Namespace"] == [
        "legacy-training",
        "vision-train",
    ]


def test_a_tenant_without_namespaces_gets_nothing_at_all():
    assert of("namespaces: []\nowners: [{group: leads}]") == []


# Pod Security


def test_the_strictest_level_holds_where_nobody_says_otherwise():
    assert levels(of("")) == ["restricted", "restricted", "restricted"]


def test_the_enforce_level_is_pinned_to_the_cluster_version():
    assert versions(of("", cluster(version='"1.31"'))) == {"v1.31"}


def test_each_cluster_pins_its_own_version():
    platform = 'clusters: [{name: a, version: "1.33"}, {name: b, version: "1.34"}]\ndefaults: {clusters: [a, b]}'
    found = [body for body in of("", platform) if body["kind"] == "Namespace"]
    assert [versions([body]) for body in found] == [{"v1.33"}, {"v1.34"}]


def test_a_tenant_may_pin_another_version():
    assert versions(of("podSecurity: {enforce: baseline, version: v1.30}")) == {"v1.30"}


def test_the_short_form_sets_all_three_modes():
    assert levels(of("podSecurity: baseline")) == ["baseline", "baseline", "baseline"]


def test_a_mode_that_is_left_out_is_as_strict_as_enforce():
    found = of("podSecurity: {enforce: baseline, warn: restricted}")
    assert levels(found) == ["baseline", "baseline", "restricted"]


def test_the_nearest_level_decides():
    platform = f"{cluster()}\ntiers: {{loose: {{podSecurity: baseline}}}}\ndefaults: {{podSecurity: privileged}}"
    spec = "namespaces: [{name: a}, {name: b, podSecurity: restricted, quota: {pods: 1}}]"
    assert levels(of("", platform)) == ["privileged"] * 3
    assert levels(of("tier: loose", platform)) == ["baseline"] * 3
    tiered = of(f"tier: loose\n{spec}", platform)
    assert levels(tiered, "vision-a") == ["baseline"] * 3
    assert levels(tiered, "vision-b") == ["restricted"] * 3


# Labels and annotations


def test_labels_of_tenant_and_namespace_are_both_there():
    metadata = '{name: vision, labels: {cost-center: "4711"}}'
    text = document(metadata, f"{QUOTA}\n  namespaces: [{{name: train, labels: {{purpose: training}}}}]")
    given = labels(objects({"vision": text}), "vision-train")
    assert given["cost-center"] == "4711"
    assert given["purpose"] == "training"


def test_labels_are_written_in_alphabetical_order():
    text = document("{name: vision, labels: {zeta: a, alpha: b}}")
    assert list(labels(objects({"vision": text}))) == sorted(labels(objects({"vision": text})))


@pytest.mark.parametrize(
    "label",
    ["tenantry.dev/tenant: audit", f"{POD_SECURITY}/enforce: privileged", "app.kubernetes.io/managed-by: me"],
)
def test_what_isolates_wins_over_the_labels_that_the_platform_gives(label):
    found = of("", f"{cluster()}\ndefaults: {{labels: {{{label}}}}}")
    assert labels(found) == labels(of(""))


def test_the_parent_is_named():
    found = objects({"research": QUOTA, "vision": f"{QUOTA}\nparent: research"})
    assert labels(found)["tenantry.dev/parent"] == "research"
    assert "tenantry.dev/parent" not in labels(found, "research")


@pytest.mark.parametrize("lifecycle", ["active", "frozen", "offboarding"])
def test_the_lifecycle_is_named(lifecycle):
    assert labels(of(f"lifecycle: {lifecycle}"))["tenantry.dev/lifecycle"] == lifecycle


def test_a_namespace_joins_the_mesh_that_the_cluster_has():
    assert labels(of("", cluster(addons="[istio]")))["istio-injection"] == "enabled"
    assert labels(of("", cluster(addons="[istio-ambient]")))["istio.io/dataplane-mode"] == "ambient"
    assert not {"istio-injection", "istio.io/dataplane-mode"} & set(labels(of("")))


CALLED = """
apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: vision
  annotations: {example.com/contact: "#team-vision"}
spec:
  displayName: Computer Vision
  description: "Trains: the models."
  quota: {hard: {pods: 10}}
  namespaces: [{name: a}, {name: b, displayName: Serving, quota: {pods: 1}, annotations: {x: y1}}]
"""


def test_names_for_people_are_annotations():
    found = objects({"vision": CALLED})
    assert annotations(found, "vision-a") == {
        "example.com/contact": "#team-vision",
        "tenantry.dev/description": "Trains: the models.",
        "tenantry.dev/display-name": "Computer Vision",
    }
    assert annotations(found, "vision-b") == {
        "example.com/contact": "#team-vision",
        "tenantry.dev/description": "Trains: the models.",
        "tenantry.dev/display-name": "Serving",
        "x": "y1",
    }


# Protection from removal


@pytest.mark.parametrize(("sync", "kept"), [("flux", FLUX_KEEPS), ("argocd", ARGO_CD_ASKS)])
def test_a_namespace_is_protected_as_its_sync_engine_understands_it(sync, kept):
    assert annotations(of("", cluster(sync=sync))) == kept


def test_a_cluster_without_a_sync_engine_protects_nothing():
    assert annotations(of("")) == {}


@pytest.mark.parametrize("sync", ["flux", "argocd"])
def test_offboarding_lifts_the_protection(sync):
    assert annotations(of("lifecycle: offboarding", cluster(sync=sync))) == {}


@pytest.mark.parametrize(("sync", "kept"), [("flux", FLUX_KEEPS), ("argocd", ARGO_CD_ASKS)])
def test_a_frozen_tenant_stays_protected(sync, kept):
    assert annotations(of("lifecycle: frozen", cluster(sync=sync))) == kept


def test_only_a_tenants_own_file_gives_up_its_protection():
    tenants = {"research": f"{QUOTA}\nlifecycle: offboarding", "vision": f"{QUOTA}\nparent: research"}
    found = objects(tenants, cluster(sync="flux"))
    assert annotations(found) == FLUX_KEEPS
    assert labels(found)["tenantry.dev/lifecycle"] == "frozen"
    assert annotations(found, "research") == {}


def test_nothing_but_namespaces_is_protected():
    found = of("owners: [{group: leads}]", cluster(sync="flux", addons="[istio]"))
    assert [body["kind"] for body in found if "annotations" in body["metadata"]] == ["Namespace"]


# On the way out, as a whole and in parts

LISTED = "namespaces: [{{name: a{}}}, {{name: b, quota: {{pods: 1}}}}]"
TWO = """
clusters:
  - {{name: one, version: "1.34", sync: flux}}
  - {{name: two, version: "1.34", sync: flux{}}}
defaults: {{clusters: [one, two]}}
"""


def protected(found, name):
    return [
        FLUX_KEEPS.items() <= body["metadata"].get("annotations", {}).items()
        for body in every(found, "Namespace", name)
    ]


def test_a_namespace_goes_alone_and_the_others_stay_protected():
    found = of(LISTED.format(", lifecycle: offboarding"), cluster(sync="flux"))
    assert (protected(found, "vision-a"), protected(found, "vision-b")) == ([False], [True])
    assert labels(found, "vision-a")["tenantry.dev/lifecycle"] == "offboarding"
    assert labels(found, "vision-b")["tenantry.dev/lifecycle"] == "active"


def test_a_tenant_leaves_one_cluster_and_stays_on_the_other():
    found = of("offboarding: {clusters: [two]}", TWO.format(""))
    assert protected(found, "vision") == [True, False]


def test_a_cluster_that_goes_takes_the_protection_of_all_its_namespaces():
    found = of("", TWO.format(", lifecycle: offboarding"))
    assert protected(found, "vision") == [True, False]


@pytest.mark.parametrize(
    ("tenant", "namespace", "shown"),
    [
        ("active", "frozen", "frozen"),
        ("frozen", "active", "frozen"),
        ("frozen", "offboarding", "offboarding"),
        ("offboarding", "frozen", "offboarding"),
    ],
)
def test_a_namespace_is_as_far_on_the_way_out_as_it_or_its_tenant(tenant, namespace, shown):
    found = of(f"lifecycle: {tenant}\n{LISTED.format(f', lifecycle: {namespace}')}")
    assert labels(found, "vision-a")["tenantry.dev/lifecycle"] == shown


def test_how_long_it_is_kept_and_why_it_goes_stands_on_the_namespace_alone_that_goes():
    spec = 'lifecycle: {}\noffboarding: {{retainUntil: "2026-12-31", reason: The project has ended.}}'
    assert annotations(of(spec.format("offboarding"))) == {
        "tenantry.dev/offboarding-reason": "The project has ended.",
        "tenantry.dev/retain-until": "2026-12-31",
    }
    found = of('offboarding: {clusters: [two], retainUntil: "2026-12-31"}', TWO.format(""))
    until = [body["metadata"]["annotations"].get("tenantry.dev/retain-until") for body in every(found, "Namespace")]
    assert until == [None, "2026-12-31"]


def test_the_later_of_two_dates_holds():
    own = ', lifecycle: offboarding, offboarding: {retainUntil: "2026-06-30", reason: Empty.}'
    spec = 'lifecycle: offboarding\noffboarding: {retainUntil: "2026-12-31", reason: It ends.}\n'
    found = of(spec + LISTED.format(own))
    assert annotations(found, "vision-a") == {
        "tenantry.dev/offboarding-reason": "Empty.",
        "tenantry.dev/retain-until": "2026-12-31",
    }


# The tree

FAMILY = {
    "research": "namespaces: []",
    "vision": f"parent: research\n{QUOTA}\nnamespaces: [{{name: train}}]",
    "nlp": "parent: research\nquota: {hard: {pods: 100}}",
    "deep": f"parent: nlp\n{QUOTA}\nnamespaces: [{{name: x, fullName: deep, quota: {{pods: 5}}}}, {{name: z}}]",
    "alone": QUOTA,
}


def depths(found, name, domain="tenantry.dev"):
    end = f".tree.{domain}/depth"
    return {key.removesuffix(end): value for key, value in labels(found, name).items() if key.endswith(end)}


def test_a_namespace_says_how_far_below_each_tenant_it_is():
    found = objects(FAMILY)
    assert depths(found, "vision-train") == {"vision": "0", "research": "1"}
    assert depths(found, "nlp") == {"nlp": "0", "research": "1"}
    assert depths(found, "deep") == depths(found, "deep-z") == {"deep": "0", "nlp": "1", "research": "2"}


def test_a_tenant_that_is_in_no_tree_has_no_labels_of_one():
    found = objects(FAMILY)
    assert [key for key in labels(found, "alone") if ".tree." in key] == []
    assert [key for name in ("nlp", "deep", "alone") for key in labels(found, name) if "hnc" in key] == []


def test_in_hncs_domain_it_is_the_namespace_that_is_at_the_lowest_place():
    found = objects(FAMILY, cluster() + "\nhierarchy: {hncLabels: true}")
    assert depths(found, "vision-train", "hnc.x-k8s.io") == {"vision-train": "0", "vision": "1", "research": "2"}
    assert depths(found, "nlp", "hnc.x-k8s.io") == {"nlp": "0", "research": "1"}
    assert depths(found, "deep", "hnc.x-k8s.io") == {"deep": "0", "nlp": "1", "research": "2"}
    assert depths(found, "deep-z", "hnc.x-k8s.io") == {"deep-z": "0", "deep": "1", "nlp": "2", "research": "3"}
    assert depths(found, "vision-train") == {"vision": "0", "research": "1"}
    assert [key for key in labels(found, "alone") if "hnc" in key] == []


def test_where_hnc_runs_its_labels_are_left_to_it():
    found = objects(FAMILY, cluster(addons="[hnc]") + "\nhierarchy: {hncLabels: true}")
    assert [key for key in labels(found, "vision-train") if "hnc" in key] == []
    assert depths(found, "vision-train") == {"vision": "0", "research": "1"}


def test_a_parent_without_a_parent_is_the_head_of_its_tree():
    found = objects({"top": "quota: {hard: {pods: 20}}", "below": f"parent: top\n{QUOTA}"})
    assert (depths(found, "top"), depths(found, "below")) == ({"top": "0"}, {"below": "0", "top": "1"})
