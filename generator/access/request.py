"""What somebody asks of the API server, in the attributes that authorization sees.

The API version, field selectors and label selectors are not among them: RBAC never looks at those. How an HTTP
request becomes attributes is k8s.io/apiserver's ``pkg/endpoints/request/requestinfo.go``.
"""

from msgspec import Struct


class ResourceRequest(Struct, frozen=True):
    """A request about objects of the API.

    An empty ``namespace`` is a cluster-scoped object, or a collection across all namespaces. An empty ``name`` is a
    request that names nothing: a ``POST`` to a collection, a plain list, a ``deletecollection``. A list or watch that
    is filtered by ``metadata.name`` has that name, and so has a create by ``PUT`` or server-side apply.
    """

    verb: str
    group: str
    resource: str
    subresource: str = ""
    name: str = ""
    namespace: str = ""


class UrlRequest(Struct, frozen=True):
    """A request to a path that belongs to no object, such as ``/metrics``; the verb is the HTTP method, lower-cased."""

    verb: str
    path: str


Request = ResourceRequest | UrlRequest


def about_namespace(verb: str, name: str, subresource: str = "") -> ResourceRequest:
    """Ask about one Namespace object: the only cluster-scoped kind whose requests are made in a namespace, its own.

    That is why a RoleBinding can let somebody get, patch or delete the Namespace that it lives in. It does not hold
    for create, list, watch and deletecollection: they name no namespace.
    """
    return ResourceRequest(verb, "", "namespaces", subresource, name, namespace=name)
