"""The fields of ``.Job`` that templates may read, and since which version of the templates jobs have each.

The facts are those of the product's published templates up to 2.5.0. ``[]`` stands for the items of a list, ``{key}``
for the keys of a mapping, and ``?`` for whatever may follow.
"""

from collections.abc import Iterator

from generator.launcher.payloads import KEY

#: Versions of the templates that have been published, oldest first; all of one major number suit one launcher.
VERSIONS = ("1", "2", "2.1.0", "2.3.0", "2.3.1", "2.4.0", "2.5.0")

Path = tuple[str, ...]

_PLAIN = (
    "id",
    "cluster",
    "generateName",
    "name",
    "user",
    "workingDirectory",
    "host",
    "command",
    "exe",
    "stdin",
    "args[]",
    "tags[]",
    "servicePortsJson",
    "serviceName",
    "shareProcessNamespace",
    "memoryRequestRatio",
    "cpuRequestRatio",
    "container.image",
    "container.runAsUserId",
    "container.runAsGroupId",
    "container.supplementalGroupIds[]",
    "placementConstraints[].name",
    "placementConstraints[].value",
    "environment[].name",
    "environment[].value",
    "exposedPorts[].protocol",
    "exposedPorts[].targetPort",
    "exposedPorts[].publishedPort",
    "config[].name",
    "config[].value",
    "resourceLimits[].type",
    "resourceLimits[].value",
    "mounts[].?",
    "volumes[].?",
    "volumeMounts[].?",
)  # fmt: skip - a table

#: Field -> the version of the templates that brought it.
SINCE: dict[str, str] = dict.fromkeys(_PLAIN, "1") | {
    "metadata.?": "2.1.0",
    "serviceAccountName": "2.3.0",
    "instanceId": "2.4.0",
    "initContainers[].?": "2.5.0",
    "container.capabilitiesAdd[]": "2.5.0",
    "container.capabilitiesDrop[]": "2.5.0",
}


def written(path: Path) -> str:
    """Write a path as fields are named: ``("environment", "[]", "name")`` is ``environment[].name``."""
    return ".".join(path).replace(".[]", "[]").replace(f".{KEY}", KEY)


def known(path: Path) -> str | None:
    """Return since when jobs have a field below ``.Job``, or something around it; ``None`` if they do not."""
    name = written(path)
    for field, version in SINCE.items():
        if field.endswith("?"):
            stem = field[:-1].rstrip(".")
            if name == stem or name.startswith((f"{stem}.", f"{stem}[", f"{stem}{{")) or stem.startswith(f"{name}["):
                return version
        elif field == name or field.startswith((f"{name}.", f"{name}[")):
            return version
    return None


def names() -> Iterator[str]:
    """Yield what may stand after ``.Job.``, as far as it has a name."""
    for field in SINCE:
        yield field.removesuffix(".?").removesuffix("[]")


def major(version: str) -> str:
    """Return what two versions must share for one launcher to take both."""
    return version.partition(".")[0]


def rank(version: str) -> tuple[int, ...]:
    """Return what orders versions; ``ValueError`` for what is none."""
    return tuple(int(part) for part in version.split("."))
