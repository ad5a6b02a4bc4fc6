"""Who may do what, and where: computed from manifests exactly as Kubernetes' RBAC authorizer decides it.

No I/O here, and no knowledge of tenants: roles and bindings come as manifests, whoever wrote them, and the answer holds
for the cluster that they are applied to. What belongs to a cluster but stands in no manifest comes as data: the
defaults of its Kubernetes version, and a snapshot of its own roles. A wildcard or an odd spelling never hides a grant.
"""

from generator.access.effective import Access, effective
from generator.access.grant import BROAD, Grant, Holders
from generator.access.objects import Binding, Objects, Role, RoleKey
from generator.access.parse import parse
from generator.access.request import Request, ResourceRequest, UrlRequest, about_namespace
from generator.access.rule import Rule
from generator.access.subject import MASTERS, Subject, group, implicit_groups, service_account, user

__all__ = [
    "BROAD",
    "MASTERS",
    "Access",
    "Binding",
    "Grant",
    "Holders",
    "Objects",
    "Request",
    "ResourceRequest",
    "Role",
    "RoleKey",
    "Rule",
    "Subject",
    "UrlRequest",
    "about_namespace",
    "effective",
    "group",
    "implicit_groups",
    "parse",
    "service_account",
    "user",
]
