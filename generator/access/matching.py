"""Whether a rule allows a request, as the RBAC authorizer decides it. There is no deny: a rule allows or is silent.

The source is ``pkg/apis/rbac/v1/evaluation_helpers.go`` and ``RuleAllows`` in ``plugin/pkg/auth/authorizer/rbac``,
which did not change from Kubernetes 1.33 to 1.36.
"""

from generator.access.request import Request, ResourceRequest, UrlRequest
from generator.access.rule import ALL, Rule


def allows(rule: Rule, request: Request) -> bool:
    """Tell whether *rule* allows *request*, wherever it is bound. Case matters in every part."""
    if ALL not in rule.verbs and request.verb not in rule.verbs:
        return False
    if isinstance(request, UrlRequest):
        return any(_covers_path(url, request.path) for url in rule.urls)
    return (
        (ALL in rule.api_groups or request.group in rule.api_groups)
        and _names_resource(rule, request)
        and (not rule.resource_names or request.name in rule.resource_names)
    )


def _names_resource(rule: Rule, request: ResourceRequest) -> bool:
    """Match the resource: ``*`` includes subresources, ``*/log`` is that subresource of all, ``pods/*`` is nothing."""
    if ALL in rule.resources:
        return True
    if not request.subresource:
        return request.resource in rule.resources
    return f"{request.resource}/{request.subresource}" in rule.resources or f"*/{request.subresource}" in rule.resources


def _covers_path(url: str, path: str) -> bool:
    """Match a URL: stars at its end stand for any rest (``/apis/*`` is not ``/apis``), elsewhere for themselves."""
    return url == path or (url.endswith(ALL) and path.startswith(url.rstrip(ALL)))
