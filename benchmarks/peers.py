"""What others would do with the same tenants and the same output, each as a program of its own.

    python peers.py jinja2 ROOT MODEL        tenant files (PyYAML, C) -> one Jinja2 template -> files
    python peers.py jinja2-load ROOT MODEL   the same, and the texts are read back (PyYAML, C), as a check would
    python peers.py load-dump ROOT MODEL     rendered files -> PyYAML, C -> values -> PyYAML, C -> files
    python peers.py copy ROOT MODEL          rendered files -> files: what the disk alone costs

The template is made of what tenantry renders for one tenant without parent and openings: its text, with an
expression in each place where tenants differ. So it does only what such a template must: no loops, no conditions, and
nothing is checked. MODEL is that tenant's repository.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from workload import PLATFORM, TENANT

#: Where the programs write, below ROOT.
OUTPUT = "peer"

#: Field of the model tenant -> its value, which occurs nowhere else in the rendered text.
_MODEL = {
    "name": "model-tenant",
    "title": "Team 70000001",
    "number": "70000001",
    "cost_center": "1203",
    "cpu": 70000003,
    "memory": 70000005,
    "cpu_limit": 70000007,
    "memory_limit": 70000009,
    "gpu": 70000011,
    "storage": 70000013,
    "pods": 70000015,
    "jobs": 70000017,
    "cidr": "10.77.88.0/24",
}

#: What stands in the rendered model -> how a template asks for it.
_EXPRESSIONS = {
    "model-tenant": "metadata.name",
    "Team 70000001": "spec.displayName",
    "Trains and serves the models of department 70000001.": "spec.description",
    "1203": 'metadata.labels["cost-center"]',
    "70000003": 'spec.quota.hard["requests.cpu"]',
    "70000005Gi": 'spec.quota.hard["requests.memory"]',
    "70000007": 'spec.quota.hard["limits.cpu"]',
    "70000009Gi": 'spec.quota.hard["limits.memory"]',
    "70000011": 'spec.quota.hard["requests.nvidia.com/gpu"]',
    "70000013Gi": 'spec.quota.hard["requests.storage"]',
    "70000015": "spec.quota.hard.pods",
    "70000017": 'spec.quota.hard["count/jobs.batch"]',
    "10.77.88.0/24": "spec.network.egress[1].cidr",
}


def write_model(root: Path) -> None:
    """Write the repository of the model tenant, to be rendered before a template is made of it."""
    (root / "tenants").mkdir(parents=True)
    (root / "tenants" / "platform.yaml").write_text(PLATFORM.format(split="tenant", buckets=1))
    text = TENANT.format(**_MODEL, parent="", network="", egress="", mesh="", extras="")
    (root / "tenants" / "model-tenant.yaml").write_text(text)


def template(model: Path) -> str:
    """Return the template; its two lines of header, with the hash, are left out."""
    rendered = (model / "rendered" / "main" / "tenants" / "model-tenant.yaml").read_text()
    text = "".join(rendered.splitlines(keepends=True)[2:])
    for value, expression in _EXPRESSIONS.items():
        if value not in text:
            raise AssertionError(f"the rendered model does not say {value!r}")
        text = text.replace(value, f"{{{{ {expression} }}}}")
    return text


def jinja2(root: Path, model: Path) -> None:
    """Write a file for each tenant."""
    for _ in _texts(root, model):
        pass


def jinja2_load(root: Path, model: Path) -> None:
    """Write a file for each tenant, and read its text."""
    from yaml import CSafeLoader, load_all

    for text in _texts(root, model):
        list(load_all(text, Loader=CSafeLoader))


def _texts(root: Path, model: Path) -> Iterator[str]:
    from jinja2 import Environment
    from yaml import CSafeLoader, load

    render = Environment(autoescape=False, keep_trailing_newline=True).from_string(template(model)).render  # noqa: S701 - YAML, no HTML
    folder = root / OUTPUT
    folder.mkdir()
    for file in sorted((root / "tenants").glob("*.yaml")):
        if file.name != "platform.yaml":
            text = render(load(file.read_bytes(), Loader=CSafeLoader))
            (folder / file.name).write_text(text)
            yield text


def load_dump(root: Path, _: Path) -> None:
    """Read every rendered file and write it again."""
    from yaml import CSafeDumper, CSafeLoader, dump_all, load_all

    folder = root / OUTPUT
    folder.mkdir()
    for number, file in enumerate(sorted((root / "rendered").rglob("*.yaml"))):
        documents = load_all(file.read_bytes(), Loader=CSafeLoader)
        (folder / f"{number}.yaml").write_text(dump_all(documents, Dumper=CSafeDumper, sort_keys=False))


def copy(root: Path, _: Path) -> None:
    """Write the bytes of every rendered file again."""
    folder = root / OUTPUT
    folder.mkdir()
    for number, file in enumerate(sorted((root / "rendered").rglob("*.yaml"))):
        (folder / f"{number}.yaml").write_bytes(file.read_bytes())


PROGRAMS = {"jinja2": jinja2, "jinja2-load": jinja2_load, "load-dump": load_dump, "copy": copy}


def main() -> None:
    """Do what the first argument names."""
    name, *folders = sys.argv[1:]
    root, model = map(Path, folders)
    PROGRAMS[name](root, model)


if __name__ == "__main__":
    main()
