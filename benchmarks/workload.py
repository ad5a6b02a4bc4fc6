"""Make a synthetic organisation: a platform file and any number of tenants, the same for the same seed.

    python workload.py FOLDER --tenants 1000 --split tenant

A tenant has one namespace on one cluster with Istio, two groups of people, two service accounts, eight caps,
limits for its containers and two openings. Some have a parent, and some let another tenant in.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

PLATFORM = """\
apiVersion: tenantry.dev/v1
kind: Platform
metadata:
  name: benchmark
spec:
  repository:
    url: https://git.example.com/platform/tenants.git
    verify: {{secret: authors}}
  clusters:
    - name: main
      version: "1.34"
      sync: flux
      addons: [istio]
  requiredLabels:
    - key: cost-center
      pattern: "[0-9]{{4}}"
  layout:
    split: {split}
    buckets: {buckets}
"""

TENANT = """\
apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: {name}
  labels:
    cost-center: "{cost_center}"
spec:
  displayName: {title}
  description: Trains and serves the models of department {number}.
{parent}  owners:
    - group: {name}-leads
  members:
    - group: {name}-team
      role: editor
  quota:
    hard:
      requests.cpu: {cpu}
      requests.memory: {memory}Gi
      limits.cpu: {cpu_limit}
      limits.memory: {memory_limit}Gi
      requests.nvidia.com/gpu: {gpu}
      requests.storage: {storage}Gi
      pods: {pods}
      count/jobs.batch: {jobs}
  limits:
    container:
      default: {{cpu: 1, memory: 2Gi}}
      defaultRequest:
        cpu: 250m
        memory: 512Mi
      max:
        cpu: 16
        memory: 64Gi
  serviceAccounts:
    - name: trainer
      role: editor
    - name: server
      imagePullSecrets: [registry]
  network:
{network}    egress:
      - dns: true
      - cidr: {cidr}
        ports: [443]
{egress}{mesh}{extras}"""

#: What a tenant says that lets another in, and what that other says.
_NETWORK = "    ingress:\n      - tenant: {guest}\n        ports: [8443]\n"
_MESH = "  mesh:\n    ingress:\n      - tenant: {guest}\n"
_EGRESS = "      - tenant: {host}\n"
_EXTRAS = "  extras:\n    launcher:\n      jobs: {jobs}\n"

#: The site's own template of the variant with one: a launcher's settings as a ConfigMap.
TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: launcher
  namespace: {{ namespaces[0].name }}
data:
  launcher.conf: |
    [server]
    address: 0.0.0.0
    port: 5559
    max-jobs: {{ values.jobs }}
{% for size in range(14) %}
    [profile-{{ tenant.name }}-{{ size }}]
    cpus: {{ size + 1 }}
    memory-mb: {{ 2048 * (size + 1) }}
    gpus: {{ size % 4 }}
{% endfor %}
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is made. ``parents`` and ``openings`` are shares of the tenants; ``extras`` adds the site's template."""

    tenants: int
    split: str = "tenant"
    buckets: int = 1
    seed: int = 1
    parents: float = 0.1
    openings: float = 0.1
    extras: bool = False


def name_of(number: int) -> str:
    """Return the name of the tenant of this number."""
    return f"team-{number:05}"


def tenant_file(root: Path, number: int) -> Path:
    """Return the file of the tenant of this number."""
    return root / "tenants" / f"{name_of(number)}.yaml"


def write(root: Path, shape: Shape) -> None:
    """Write a workload into an empty folder."""
    folder = root / "tenants"
    folder.mkdir(parents=True)
    (folder / "platform.yaml").write_text(PLATFORM.format(split=shape.split, buckets=shape.buckets))
    if shape.extras:
        (folder / "templates").mkdir()
        (folder / "templates" / "launcher.yaml.j2").write_text(TEMPLATE)
    for number, text in enumerate(texts(shape)):
        tenant_file(root, number).write_text(text)


def texts(shape: Shape) -> Iterator[str]:
    """Yield the tenant files, in the order of their numbers. A parent has no openings, for children inherit them."""
    random = Random(shape.seed)  # noqa: S311 - the same figures each time, and no secrets
    count = shape.tenants
    guests = {host: random.randrange(count) for host in range(count) if random.random() < shape.openings}
    guests = {host: guest for host, guest in guests.items() if host != guest}
    hosts: dict[int, list[int]] = {}
    for host, guest in guests.items():
        hosts.setdefault(guest, []).append(host)
    drawn = [
        (
            random.randrange(number) if number and random.random() < shape.parents else None,
            random.randrange(8, 512, 4),
            random.randrange(1, 17),
        )
        for number in range(count)
    ]
    parents = [None if parent in guests else parent for parent, _, _ in drawn]
    sizes = _with_children(parents, [(cpu, gpu) for _, cpu, gpu in drawn])
    for number, (parent, (cpu, gpu)) in enumerate(zip(parents, sizes, strict=True)):
        guest = name_of(guests[number]) if number in guests else None
        yield TENANT.format(
            **own(number, cpu, gpu),
            parent="" if parent is None else f"  parent: {name_of(parent)}\n",
            network=_NETWORK.format(guest=guest) if guest else "",
            egress="".join(_EGRESS.format(host=name_of(host)) for host in hosts.get(number, ())),
            mesh=_MESH.format(guest=guest) if guest else "",
            extras=_EXTRAS.format(jobs=cpu) if shape.extras else "",
        )


def _with_children(parents: Sequence[int | None], sizes: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Add to what each parent asks for what its children do: they have it from there."""
    whole = list(sizes)
    for child, parent in reversed(list(enumerate(parents))):
        if parent is not None:
            whole[parent] = (whole[parent][0] + whole[child][0], whole[parent][1] + whole[child][1])
    return whole


def own(number: int, cpu: int, gpu: int) -> dict[str, object]:
    """Return what a tenant says of itself alone."""
    return {
        "name": name_of(number),
        "number": number,
        "title": f"Team {number}",
        "cost_center": f"{1000 + number % 9000}",
        "cpu": cpu,
        "memory": cpu * 4,
        "cpu_limit": cpu * 2,
        "memory_limit": cpu * 8,
        "gpu": gpu,
        "storage": cpu * 10,
        "pods": cpu * 3,
        "jobs": cpu * 5,
        "cidr": f"10.{number // 256 % 256}.{number % 256}.0/24",
    }


def change(root: Path, number: int, times: int) -> None:
    """Change one tenant's quota: for each value of *times* to something else."""
    file = tenant_file(root, number)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(f"      pods: {90_000 + times}\n" if "pods:" in line else line for line in lines))


def main() -> None:
    """Take the shape from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tenants", type=int, default=1000)
    parser.add_argument("--split", choices=["tenant", "concern"], default="tenant")
    parser.add_argument("--buckets", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--parents", type=float, default=0.1, help="the share of tenants that have a parent")
    parser.add_argument("--openings", type=float, default=0.1, help="the share of tenants that let another in")
    parser.add_argument("--extras", action="store_true", help="give each tenant a ConfigMap from a template")
    given = vars(parser.parse_args())
    write(given.pop("folder"), Shape(**given))


if __name__ == "__main__":
    main()
