"""No folder that Flux or Argo CD (``engine``) applies at once is too large, as far as it is among the files read.

It has at most so many ``objects``, objects of so many ``tenants``, and ``kilobytes`` of files, each where it is given.
kustomize, by which Flux builds every folder, takes 4 s for 2,400 objects and 30 s for 4,800 (kustomize#5084); the repo
server of Argo CD reads 10 MB of manifests of a directory and no more.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules import bundles
from generator.rules.bundles import Build
from generator.rules.parameters import Number, Optional, Parameter, Word
from generator.rules.scene import Hit, Scene
from generator.rules.syncs import hit

PARAMETERS: Mapping[str, Parameter] = {
    "engine": Word(("flux", "argocd")),
    "objects": Optional(Number()),
    "tenants": Optional(Number()),
    "kilobytes": Optional(Number()),
}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each Kustomization or Application that applies too much."""
    found = bundles.of_flux(scene) if parameters["engine"] == "flux" else bundles.of_argo(scene)
    sizes: dict[int, list[str]] = {}
    for item, build in found:
        if id(build) not in sizes:
            sizes[id(build)] = [*_too_much(scene, build, parameters)]
        if sizes[id(build)]:
            yield hit(item, f"applies {' and '.join(sizes[id(build)])} at once")


def _too_much(scene: Scene, build: Build, parameters: Mapping[str, Any]) -> Iterator[str]:
    checkout = scene.checkout
    sizes = [checkout.files[checkout.names[one]].size for one in build.files] if checkout is not None else []
    measured = {
        "objects": (len(build.applied), "objects"),
        "tenants": (len(build.tenants), "tenants"),
        "kilobytes": (-(-sum(sizes) // 1000), "kilobytes of manifests"),
    }
    for name, (size, what) in measured.items():
        if name in parameters and size > parameters[name]:
            yield f"{size} {what}, more than {parameters[name]},"
