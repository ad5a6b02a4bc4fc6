"""The files that ship with the program: JSON Schemas and default policies.

One resolver for both kinds of installation: a wheel carries the policies inside the package, a checkout
(``pip install -e .``) has them beside it.
"""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def schema(name: str) -> bytes:
    """Return the text of a shipped JSON Schema, such as ``tenant``."""
    return (_PACKAGE / "schemas" / f"{name}.schema.json").read_bytes()


def policies() -> Path:
    """Return the folder of the default policies."""
    inside = _PACKAGE / "policies"
    return inside if inside.is_dir() else _PACKAGE.parent / "policies"


def benchmarks() -> Path:
    """Return the folder of the benchmarks."""
    return _PACKAGE / "benchmarks"


def presets() -> Path:
    """Return the folder of the launchers' presets."""
    return _PACKAGE / "launcher" / "presets"


def bundles() -> Path:
    """Return the folder of the presets that go together."""
    return _PACKAGE / "launcher" / "bundles"


def object_template(version: str, name: str) -> bytes:
    """Return the text of an object template of the Posit launcher, such as ``job.tpl``."""
    return (_PACKAGE / "launcher" / "templates" / version / name).read_bytes()


def default_roles(version: str) -> bytes:
    """Return the RBAC objects that a cluster of a Kubernetes version starts with, as JSON."""
    return (_PACKAGE / "access" / "data" / f"defaults-{version}.json").read_bytes()
