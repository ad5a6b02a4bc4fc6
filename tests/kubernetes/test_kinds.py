import json
from pathlib import Path

import pytest

from generator.kubernetes import kinds
from generator.kubernetes.kinds import CUSTOM, kinds_of

VERSIONS = kinds.known_versions()
RESOURCES = Path(kinds.__file__).parent.parent / "schemas" / "resources"


def test_versions_are_ordered_as_numbers():
    assert VERSIONS[:1] == ("1.25",)
    assert list(VERSIONS) == sorted(VERSIONS, key=lambda v: [int(part) for part in v.split(".")])


def test_versions_with_one_digit_come_before_those_with_two(monkeypatch, tmp_path):
    for name in ("v1.10.0-local-strict", "v1.9.0-local-strict", "v1.9.0-local", "v1.100.2-local-strict", "other"):
        (tmp_path / "kubernetes-json-schema" / name).mkdir(parents=True)
    monkeypatch.setattr(kinds, "find_spec", lambda _: type("Spec", (), {"submodule_search_locations": [str(tmp_path)]}))
    assert list(kinds._folders.__wrapped__()) == ["1.9", "1.10", "1.100"]  # noqa: SLF001 - the cache must not see this


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(kinds, "find_spec", lambda _: None)
    with pytest.raises(ModuleNotFoundError, match="kubernetes-validate, which carries the Kubernetes schemas"):
        kinds._folders.__wrapped__()  # noqa: SLF001 - the same


@pytest.mark.parametrize("version", ["1.24", "1.9", "v1.34", "1.34.0", "", "1.100"])
def test_an_unknown_version_is_refused_with_those_that_are_known(version):
    with pytest.raises(
        ValueError, match=r"there are no schemas of Kubernetes '.*'; use one of 1\.25, 1\.26, "
    ) as caught:
        kinds_of(version)
    assert repr(version) in str(caught.value)


def test_the_table_of_built_in_groups_covers_every_version():
    found = {key[0].rpartition("/")[0] for version in VERSIONS for key in kinds_of(version)._names}  # noqa: SLF001
    assert kinds.BUILT_IN_GROUPS - found == {"extensions"}
    assert found <= kinds.BUILT_IN_GROUPS


def test_the_table_of_cluster_scoped_kinds_names_only_kinds_there_were():
    found = {kind for version in VERSIONS for kinds_ in kinds_of(version).by_api_version().values() for kind in kinds_}
    assert kinds.CLUSTER_SCOPED - found == {"PodSecurityPolicy"}  # gone since 1.25


@pytest.mark.parametrize(
    ("api_version", "kind", "answer"),
    [
        ("v1", "Namespace", False),
        ("v1", "ConfigMap", True),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", False),
        ("rbac.authorization.k8s.io/v1", "Role", True),
        ("resource.k8s.io/v1", "DeviceClass", False),
        ("security.istio.io/v1", "AuthorizationPolicy", True),
        ("eks.aws.upbound.io/v1beta1", "PodIdentityAssociation", False),
        ("eks.services.k8s.aws/v1alpha1", "PodIdentityAssociation", True),
        ("gateway.networking.k8s.io/v1", "HTTPRoute", None),
        ("autoscaling.k8s.io/v1", "VerticalPodAutoscaler", None),
        ("example.com/v1", "Namespace", None),
    ],
)
def test_built_in_kinds_say_whether_they_live_in_a_namespace_and_unknown_groups_do_not(api_version, kind, answer):
    assert kinds.namespaced(api_version, kind) is answer


def test_a_schema_holds_only_the_definitions_it_reaches_and_no_prose():
    schema = kinds_of("1.34").schema("v1", "Namespace")
    assert sorted(name.rpartition(".")[2] for name in schema["$defs"]) == [
        "FieldsV1",
        "ManagedFieldsEntry",
        "Namespace",
        "NamespaceCondition",
        "NamespaceSpec",
        "NamespaceStatus",
        "ObjectMeta",
        "OwnerReference",
        "Time",
    ]
    assert "Standard object's metadata" not in json.dumps(schema)


def test_a_field_called_description_is_not_taken_for_prose():
    schema = kinds_of("1.34").schema("scheduling.k8s.io/v1", "PriorityClass")
    assert "description" in schema["$defs"]["io.k8s.api.scheduling.v1.PriorityClass"]["properties"]


def test_no_definition_of_one_version_is_seen_in_another():
    pod = "io.k8s.api.core.v1.PodSpec"
    old, new = (kinds_of(v).schema("v1", "Pod")["$defs"][pod]["properties"] for v in ("1.25", "1.37"))
    assert "resourceClaims" not in old
    assert "resourceClaims" in new
    assert "resourceClaims" not in kinds_of("1.25").schema("v1", "Pod")["$defs"][pod]["properties"]


def test_the_api_versions_of_a_kind_come_in_the_order_kubernetes_prefers():
    assert kinds_of("1.25").api_versions("HorizontalPodAutoscaler", like="v1") == [
        "autoscaling/v2",
        "autoscaling/v1",
        "autoscaling/v2beta2",
    ]
    assert kinds_of("1.34").api_versions("Event", like="events.k8s.io/v1beta1") == ["events.k8s.io/v1", "v1"]


def test_the_registry_of_custom_resources_is_the_folder_of_their_schemas():
    assert sorted(custom.file for custom in CUSTOM.values()) == sorted(path.name for path in RESOURCES.iterdir())


@pytest.mark.parametrize(("key", "custom"), CUSTOM.items(), ids=lambda value: getattr(value, "file", None))
def test_a_custom_schema_says_of_what_it_is(key, custom):
    schema = json.loads((RESOURCES / custom.file).read_text())
    (known,) = schema["x-kubernetes-group-version-kind"]
    assert (f"{known['group']}/{known['version']}", known["kind"]) == key
    assert (schema["properties"]["apiVersion"]["const"], schema["properties"]["kind"]["const"]) == key
    assert custom.file.partition(".")[2] == f"{known['group']}.json"


@pytest.mark.parametrize("custom", CUSTOM.values(), ids=lambda custom: custom.file)
def test_a_custom_schema_is_a_json_schema_that_leaves_nothing_open(custom):
    from jsonschema import Draft202012Validator

    schema = json.loads((RESOURCES / custom.file).read_text())
    Draft202012Validator.check_schema(schema)
    open_ = [
        found for found in _schemas(schema) if "properties" in found and found.get("additionalProperties") is not False
    ]
    assert open_ == []


def _schemas(value):
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _schemas(item)
    elif isinstance(value, list):
        for item in value:
            yield from _schemas(item)
