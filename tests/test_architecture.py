"""What every room of the house promises: registries equal folders, files stay small, one source for each truth."""

import ast
import json
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from generator import builders, cli
from generator.kubernetes import kinds
from generator.spec import (
    engines,
    hierarchy,
    launchers,
    lifecycle,
    platform,
    propagation,
    queueing,
    queues,
    remotes,
    removals,
    repositories,
    scoped,
    secretrefs,
    settings,
    subjects,
    tenant,
)
from generator.validation import schema

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "generator"
MODULES = sorted(PACKAGE.rglob("*.py"))


def ordered():
    """List the packages whose modules have an order of their own, as their contracts say."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    containers = [container for contract in contracts for container in contract.get("containers", ())]
    return [ROOT / container.replace(".", "/") for container in containers if container != "generator"]


def name(module):
    return module.relative_to(PACKAGE).as_posix()


def modules_in(folder):
    return {path.stem for path in (PACKAGE / folder).glob("*.py")} - {"__init__"}


@cache
def tree(module):
    return ast.parse(module.read_text(encoding="utf-8"))


# Registries


def test_every_builder_builds_one_concern():
    registered = [build.__module__ for _, concern in builders.CONCERNS for build in concern]
    assert sorted(registered) == sorted(f"generator.builders.{module}" for module in modules_in("builders"))


def test_concerns_stand_in_the_order_of_their_files():
    concerns = [concern for concern, _ in builders.CONCERNS]
    assert concerns == sorted(concerns)


def test_every_command_is_a_module_of_its_name():
    assert {command.replace("-", "_") for command in cli.COMMANDS} == modules_in("commands")


def test_every_kind_of_document_has_a_schema():
    found = {path.name.removesuffix(".schema.json") for path in (PACKAGE / "schemas").glob("*.schema.json")}
    ours = {
        "common",
        "bundle",
        "report",
        "quota-report",
        "benchmark-report",
        "baseline",
        "benchmark",
    }  # the program writes reports and baselines; bundles and benchmarks are its data
    assert found - ours == set(schema.KINDS)


def test_every_custom_resource_has_a_schema():
    found = {path.name for path in (PACKAGE / "schemas/resources").glob("*.json")}
    assert found == {custom.file for custom in kinds.CUSTOM.values()}


# Documentation


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_is_documented(command):
    documentation = [ROOT / "README.md", *(ROOT / "docs").glob("**/*.md")]
    assert any(f"tenantry {command}" in path.read_text(encoding="utf-8") for path in documentation)


def test_every_module_has_its_line_in_the_map_of_the_house():
    map_of_the_house = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    modules = [module.name for folder in (PACKAGE, *ordered()) for module in folder.glob("[a-z]*.py")]
    assert [one for one in modules if f"`{one}`" not in map_of_the_house] == []


def test_every_folder_has_its_line_in_the_map_of_the_house():
    map_of_the_house = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    files = (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.*") if path.parent.name != "__pycache__")
    folders = sorted({path.parts[0] for path in files if len(path.parts) > 1})
    assert [one for one in folders if f"`{one}/`" not in map_of_the_house] == []


def test_a_package_of_stages_says_its_law_and_imports_nothing():
    # So whoever needs one of its modules never waits for the others.
    assert [folder.name for folder in ordered() if len(tree(folder / "__init__.py").body) != 1] == []


def test_every_dependency_says_why_it_is_here():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^dependencies = \[\n(.*?)^\]", text, re.DOTALL | re.MULTILINE)[1]
    assert [line for line in listed.splitlines() if not re.search(r'",\s+# \S', line)] == []


# Files and functions


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_is_described_and_no_longer_than_400_lines(module):
    assert ast.get_docstring(tree(module))
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 400


def test_no_function_is_longer_than_50_lines():
    long = [
        f"{name(module)}: {node.name}"
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= 50
    ]
    assert long == []


def test_only_the_command_line_and_the_crew_catch_everything():
    broad = {
        name(module)
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or {"Exception", "BaseException"} & set(re.findall(r"\w+", ast.unparse(node.type))))
    }
    assert broad <= {"cli.py", "run/crew.py"}


# One source for the formats: the schemas say what people may write, the structs what the program makes of it

PROSE = None  # written for readers of the file; the program has no use for it
SUBJECT = {"user": ("subject", "name"), "group": ("subject", "name"), "serviceAccount": ("subject", "namespace")}
PEOPLE = SUBJECT | {"inherited": ("kept_owners", "kept_members")}

#: Schema, place of its properties in it, the structs that take them, and what is named differently there:
#: property -> field, fields, or PROSE.
FORMATS = [
    ("tenant", "properties/metadata", [tenant.Tenant, settings.Settings], {}),
    ("tenant", "properties/spec", [tenant.Tenant, settings.Settings], {}),
    ("tenant", "$defs/owner", [tenant.Member, tenant.Subject, tenant.Kept, tenant.Tenant], PEOPLE),
    ("tenant", "$defs/member", [tenant.Member, tenant.Subject, tenant.Kept, tenant.Tenant], PEOPLE),
    ("tenant", "properties/spec/properties/children", [hierarchy.Bounds], {}),
    ("tenant", "$defs/propagation", [propagation.Propagation], {}),
    ("tenant", "$defs/namespace", [tenant.NamespaceSpec], {}),
    ("tenant", "$defs/offboarding", [lifecycle.Offboarding], {}),
    ("tenant", "$defs/namespaceOffboarding", [lifecycle.Offboarding], {}),
    ("tenant", "$defs/serviceAccount", [tenant.ServiceAccount], {}),
    ("tenant", "$defs/secret", [secretrefs.SecretRef], {}),
    ("tenant", "$defs/secret/properties/external", [secretrefs.External], {}),
    (
        "tenant",
        "$defs/secret/properties/external/properties/extract/anyOf/1",
        [secretrefs.RemoteKey],
        {},
    ),
    (
        "tenant",
        "$defs/secret/properties/external/properties/data/additionalProperties/anyOf/1",
        [secretrefs.RemoteKey],
        {},
    ),
    ("tenant", "$defs/launcher", [launchers.Launcher, launchers.Posit], {}),
    (
        "tenant",
        "$defs/launcherSubject",
        [subjects.Subject],
        {"serviceAccount": "name", "user": "name", "group": "name"},
    ),
    ("platform", "properties/metadata", [platform.Platform], {}),
    (
        "platform",
        "properties/spec",
        [platform.Platform],
        {
            "displayName": PROSE,
            "naming": ("namespace_naming", "single_naming"),
            "dns": ("dns_namespace", "dns_labels"),
        },
    ),
    ("platform", "properties/spec/properties/hierarchy", [hierarchy.Hierarchy], {}),
    ("platform", "properties/spec/properties/layout", [platform.Layout], {}),
    ("platform", "properties/spec/properties/guard", [removals.Guard], {}),
    ("platform", "properties/spec/properties/launchers", [platform.WideLaunchers], {}),
    ("platform", "$defs/launcherAccount", [platform.LauncherAccount], {}),
    ("platform", "$defs/launcherGrant", [platform.LauncherAccount], {}),
    ("platform", "$defs/settings", [settings.Settings], {}),
    ("platform", "$defs/cluster", [platform.Cluster], {}),
    (
        "platform",
        "$defs/cluster/properties/secretStore",
        [secretrefs.SecretStore],
        dict.fromkeys(secretrefs.PROVIDERS, "options") | {"aws": ("provider", "options")},
    ),
    ("platform", "$defs/cluster/properties/cloud", [platform.Cloud], {}),
    ("platform", "$defs/cluster/properties/sync/anyOf/1", [engines.Sync], {"pruning": "prunes"}),
    (
        "platform",
        "properties/spec/properties/repository",
        [remotes.Remote],
        {"branch": "revisions", "oci": ("url", "is_oci")},
    ),
    ("platform", "properties/spec/properties/repository/properties/oci", [remotes.Remote], {"tag": "revisions"}),
    (
        "tenant",
        "$defs/repository",
        [repositories.Repository, remotes.Remote],
        {"oci": ("url", "is_oci", "remote")} | dict.fromkeys(remotes.GIT_REVISIONS, "revisions"),
    ),
    ("tenant", "$defs/repository/properties/oci", [remotes.Remote], dict.fromkeys(remotes.OCI_REVISIONS, "revisions")),
    ("tenant", "$defs/window", [repositories.Window], {}),
    ("tenant", "$defs/repository/properties/decryption", [repositories.Decryption], {}),
    ("common", "$defs/gitVerify", [remotes.Verification], {}),
    ("common", "$defs/ociVerify", [remotes.Verification], {}),
    ("platform", "$defs/role", [platform.RoleDefinition], {"description": PROSE}),
    ("platform", "$defs/requiredLabel", [platform.RequiredLabel], {}),
    ("platform", "properties/spec/properties/kueue", [queueing.Queueing], {}),
    ("platform", "$defs/kueueFlavor", [queueing.Flavor], {}),
    ("platform", "$defs/kueueTopology", [queueing.Topology], {}),
    ("platform", "$defs/kueuePriorityClass", [queueing.PriorityClass], {}),
    ("platform", "$defs/kueueCohort", [queueing.Cohort], {}),
    ("platform", "$defs/kueueDefaults", [queueing.Defaults], {}),
    ("platform", "$defs/kueueAdmission", [queueing.JobAdmission], {}),
    ("tenant", "$defs/queue", [queues.Queue], {}),
    ("common", "$defs/queuePreemption", [queues.Preemption], {}),
    ("common", "$defs/queueFungibility", [queues.Fungibility], {}),
    ("common", "$defs/podSecurity/anyOf/1", [settings.PodSecurity], {}),
    ("common", "$defs/quota", [settings.Quota], {}),
    ("common", "$defs/scopedQuota", [scoped.ScopedQuota], {}),
    ("common", "$defs/scopeExpression", [scoped.ScopeExpression], {}),
    (
        "common",
        "$defs/limits",
        [settings.Limits],
        {"container": "types", "pod": "types", "persistentVolumeClaim": "types"},
    ),
    ("common", "$defs/ingress", [settings.Opening], {"except": "excepted"}),
    ("common", "$defs/egress", [settings.Opening], {"except": "excepted"}),
    ("common", "$defs/network", [settings.Network], {}),
    ("common", "$defs/meshIngress", [settings.Caller], {}),
    ("common", "$defs/mesh", [settings.Mesh], {}),
    ("common", "$defs/clusters/anyOf/1", [settings.ClusterChoice], {}),
    ("common", "$defs/identity", [tenant.Identity], {}),
    ("common", "$defs/identity/properties/aws", [tenant.AwsIdentity], {}),
    ("common", "$defs/identity/properties/gcp", [tenant.GcpIdentity], {}),
    ("common", "$defs/identity/properties/azure", [tenant.AzureIdentity], {}),
]

#: Fields that come from nowhere in particular: where a value was written, the key of a map, the rest of a record.
OWN = {
    "origin",
    "kind",  # of a subject, by which of user, group and serviceAccount is set
    "settings",  # what tenants, tiers and defaults share is a record of its own
    "names",  # clusters may be a plain list
    "foreign",  # options that another engine has
    "posit",  # what only one preset has is a record of its own
    "bounds",  # those of the tenants above
    "presets",  # a site adds them in files of their own
}
KEYED = {platform.RoleDefinition: {"name"}, propagation.Propagation: {"source", "template"}}


def properties_of(kind, pointer):
    value = json.loads((PACKAGE / f"schemas/{kind}.schema.json").read_text(encoding="utf-8"))
    for step in pointer.split("/"):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return list(value["properties"])


def snake_case(word):
    return re.sub(r"[A-Z]", lambda capital: f"_{capital[0].lower()}", word)


def fields_for(word, renamed):
    """Name the fields that a property of a format goes to."""
    target = renamed.get(word, snake_case(word))
    if target is PROSE:
        return set()
    return {target} if isinstance(target, str) else set(target)


def titles():
    return [f"{kind}/{pointer}" for kind, pointer, _, _ in FORMATS]


@pytest.mark.parametrize(("kind", "pointer", "classes", "renamed"), FORMATS, ids=titles())
def test_every_property_of_a_format_has_its_field(kind, pointer, classes, renamed):
    known = {field for one in classes for field in one.__struct_fields__}
    wanted = {word: fields_for(word, renamed) for word in properties_of(kind, pointer)}
    assert {word: targets - known for word, targets in wanted.items() if targets - known} == {}
    assert set(renamed) <= set(wanted), "a name in the table is no longer in the schema"


def test_every_field_of_a_format_has_its_property():
    written, known = {}, {}
    for kind, pointer, classes, renamed in FORMATS:
        targets = {target for word in properties_of(kind, pointer) for target in fields_for(word, renamed)}
        for one in classes:
            written.setdefault(one, set()).update(targets)
            known[one] = {*one.__struct_fields__} - OWN - KEYED.get(one, set())
    assert {one.__name__: known[one] - written[one] for one in known if known[one] - written[one]} == {}


def test_the_table_covers_every_object_of_the_formats():
    covered = {(kind, pointer) for kind, pointer, _, _ in FORMATS}
    assert {place for kind in ("tenant", "platform", "common") for place in objects_in(kind)} - covered == NO_RECORD


#: Objects that are taken apart where they are read, or handed on as Kubernetes has them.
NO_RECORD = {
    ("tenant", ""),
    *(("tenant", f"$defs/launcher{one}") for one in ("Profile", "Resource", "Kubernetes")),  # as the product has them
    *(("platform", f"$defs/cluster/properties/secretStore/properties/{one}") for one in secretrefs.PROVIDERS),
    *(("tenant", f"$defs/launcher{one}") for one in ("Templates", "Job", "Pod", "Service")),  # as its templates do
    ("platform", ""),
    ("platform", "$defs/cluster/properties/sync/anyOf/1/properties/decryption"),
    ("common", "$defs/ociVerify/properties/identities/items"),
    ("platform", "properties/spec/properties/naming"),
    *(
        ("platform", f"$defs/kueueFlavor/properties/{one}/items") for one in ("nodeTaints", "tolerations")
    ),  # as a node has them
    ("common", "$defs/queueShare/anyOf/1"),
    ("platform", "properties/spec/properties/dns"),
    ("common", "$defs/limits/properties/container"),
    ("common", "$defs/limits/properties/pod"),
    ("common", "$defs/limits/properties/persistentVolumeClaim"),
    ("common", "$defs/rule"),
    ("common", "$defs/scopeSelector"),
}


def objects_in(kind):
    """List the places of a schema that have properties."""
    todo = [("", json.loads((PACKAGE / f"schemas/{kind}.schema.json").read_text(encoding="utf-8")))]
    while todo:
        pointer, value = todo.pop()
        if isinstance(value, dict) and isinstance(value.get("properties"), dict):
            yield kind, pointer
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        todo += [(f"{pointer}/{key}".lstrip("/"), item) for key, item in inner]
