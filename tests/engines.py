"""What Flux and Argo CD do with a folder of manifests, as far as pruning goes: enough to see what a commit deletes.

Both keep a list of what they have applied, apply what is there now, and then delete what is on the list and no longer
there, unless the live object is protected. A namespace takes all that is in it, data that nobody has in git too.
"""

from building import bodies

PROTECTED = {
    "flux": ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
    # Until somebody confirms it, which nobody does here.
    "argocd": ("argocd.argoproj.io/sync-options", "Delete=confirm,Prune=confirm"),
}


def wanted(files, cluster):
    """Read what a cluster is to have of its tenants: identity -> body."""
    texts = [text.decode() for path, text in files.items() if path.startswith(f"rendered/{cluster}/tenants/")]
    return {identity(body): body for body in bodies(*texts)}


def identity(body):
    return body["kind"], body["metadata"].get("namespace", ""), body["metadata"]["name"]


class Cluster:
    """A cluster with an engine. ``live`` is what it has, ``lost`` the namespaces whose data are gone."""

    def __init__(self, name, engine):
        self.name = name
        self._key, self._value = PROTECTED[engine]
        self._applied = set()
        self.live = {}
        self.lost = []

    def sync(self, files):
        """Take up what is in git, as the engine does."""
        there = wanted(files, self.name)
        self.live |= there
        for one in there:
            if one[0] == "Namespace":
                self.live.setdefault(("PersistentVolumeClaim", one[2], "data"), {"metadata": {}})
        for one in self._applied - there.keys():
            if one in self.live and not self._protects(self.live[one]):
                self._delete(one)
        self._applied = {*there}

    def _protects(self, body):
        return body["metadata"].get("annotations", {}).get(self._key) == self._value

    def _delete(self, one):
        del self.live[one]
        if one[0] == "Namespace":
            self.lost.append(one[2])
            self.live = {other: body for other, body in self.live.items() if other[1] != one[2]}

    @property
    def namespaces(self):
        return {name for kind, _, name in self.live if kind == "Namespace"}
