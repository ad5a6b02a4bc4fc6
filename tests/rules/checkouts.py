"""How the tests of rules write repositories: a mapping of paths to objects, each in its file."""

import json

from rules.judging import named

from generator.checkout import Checkout, File, Spot
from generator.judgement import policy
from generator.manifest import Manifest
from generator.problems import Place

BUILD = "kustomize.config.k8s.io/v1beta1"


def kust(**fields):
    return {"apiVersion": BUILD, "kind": "Kustomization", **fields}


def config(name, namespace="apps", **data):
    return named("ConfigMap", name, namespace, data=data)


def found(asked, files, remotes=(), strays=()):
    """Judge the objects of files; *strays* are files with something in it that is no object."""
    listed = {path: bodies if isinstance(bodies, list) else [bodies] for path, bodies in files.items()}
    sizes = {path: File(len(json.dumps(bodies)), (1,) if path in strays else ()) for path, bodies in listed.items()}
    manifests = [
        Manifest(body, Place(path, (), index + 1, 1), path)
        for path, some in listed.items()
        for index, body in enumerate(some)
    ]
    checkout = Checkout(sizes, {path: Spot("", path) for path in listed}, {"": frozenset(remotes)})
    return [*policy.judge([asked], manifests, checkout=checkout)]


def told(asked, files, **options):
    return [one.message for one in found(asked, files, **options)]
