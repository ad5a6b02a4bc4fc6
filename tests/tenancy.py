"""How the tests of the model make values of YAML text, and write problems down."""

from itertools import islice, permutations
from textwrap import dedent, indent

from generator.allotment import ledger
from generator.organisation import directory, tree
from generator.spec import platform, tenant
from generator.validation import schema
from generator.yaml import documents

PLATFORM = "tenants/platform.yaml"
CLUSTER = 'clusters: [{name: prod, version: "1.34"}]'
TWO_CLUSTERS = 'clusters: [{name: eu, version: "1.34", labels: {env: prod}}, {name: us, version: "1.33"}]'


def home(name):
    """Name the file of a tenant."""
    return f"tenants/{name}.yaml"


def read(text, kind, name="f.yaml"):
    """Read a valid document."""
    document = documents.parse(dedent(text).encode(), name)
    problems = told(schema.problems(document, kind))
    assert problems == [], problems
    return document


def below(key, text):
    """Put YAML text under a key; nothing for no text."""
    text = dedent(text).strip("\n")
    return f"{key}:\n{indent(text, '  ')}\n" if text.strip() else ""


def platform_document(spec=CLUSTER):
    """Read a platform file from what stands under its ``spec``; a cluster is added where there is none."""
    spec = dedent(spec) if "clusters: [{" in spec or "clusters:\n" in spec else f"{CLUSTER}\n{dedent(spec)}"
    head = "apiVersion: tenantry.dev/v1\nkind: Platform\nmetadata: {name: example}\n"
    return read(head + below("spec", spec), "platform", PLATFORM)


def platform_of(spec=CLUSTER):
    return platform.from_document(platform_document(spec))


def tenant_value(name, spec="", metadata=""):
    """Read a tenant file from what stands under its ``spec``, and under ``metadata`` beside the name."""
    head = "apiVersion: tenantry.dev/v1\nkind: Tenant\n"
    text = head + below("metadata", f"name: {name}\n{dedent(metadata)}") + below("spec", spec)
    return read(text, "tenant", home(name)).value


def tenant_of(name="vision", spec="", metadata=""):
    return tenant.from_value(tenant_value(name, spec, metadata), home(name))


def vision(spec="", metadata=""):
    return tenant_of("vision", spec, metadata)


def entry_of(name, spec=""):
    return directory.entry(tenant_value(name, spec), home(name))


def directory_of(tenants, shared="", absent=()):
    """Bring tenants together, each a text by its name; *shared* is the platform's ``spec``."""
    return directory.Directory([entry_of(*item) for item in tenants.items()], platform_of(shared), absent)


def resolved(name, tenants, shared=""):
    """Resolve the tenant *name*, with its ancestors among *tenants*."""
    ancestors = directory_of(tenants, shared).facts(name).ancestors
    made = {one: tenant_of(one, tenants[one]) for one in (name, *ancestors)}
    return tree.resolve(made[name], [made[one] for one in ancestors], platform_of(shared))


def ledger_of(tenants, shared=""):
    """Add up what tenants are promised, each a text by its name."""
    return ledger.Ledger(directory_of(tenants, shared))


def told(problems):
    """Write every problem as ``place: message``."""
    return [f"{problem.place}: {problem.message}" for problem in problems]


def orders(mapping, most=24):
    """Yield a mapping in different orders."""
    for items in islice(permutations(mapping.items()), most):
        yield dict(items)


def plain(amounts):
    """Write amounts as texts, which compare as people read them."""
    return None if amounts is None else {key: str(amount) for key, amount in amounts.items()}
