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


class Flux:
    """Flux with a Kustomization for each shard, which work in any order; what one applies is its own from then on.

    As kustomize-controller does it: a Kustomization deletes what it has applied before and does no longer, and, when it is
    deleted itself, all that it has applied, unless its live ``deletionPolicy`` is to leave it. What belongs to another
    by now, or is protected, stays.
    """

    def __init__(self, name, chance):
        self.name = name
        self._chance = chance
        self._policies = {}
        self._applied = {}
        self._owners = {}
        self.live = {}
        self.lost = []

    def sync(self, files):
        """Take up what is in git, each Kustomization when its turn comes."""
        shards = self._shards(files)
        turns = [(self._apply, one) for one in shards] + [
            (self._end, one) for one in self._policies.keys() - shards.keys()
        ]
        for take, one in self._chance.sample(sorted(turns, key=lambda turn: turn[1]), len(turns)):
            take(one, shards.get(one, ("", {})))

    def _shards(self, files):
        """Read which objects each Kustomization applies, and what becomes of them when it goes."""
        folder = f"rendered/{self.name}/sync/"
        found = {}
        for path, text in files.items():
            if path.startswith(folder) and path.endswith("/kustomization.yaml") and path.count("/") == 4:
                shard = path.split("/")[3]
                if shard == "lockdown":
                    continue
                ((kustomization),) = (
                    body for body in bodies(files[f"{folder}{shard}.yaml"].decode()) if body["kind"] == "Kustomization"
                )
                (listing,) = bodies(text.decode())
                paths = [one.replace("../../", f"rendered/{self.name}/", 1) for one in listing["resources"]]
                objects = {identity(body): body for body in bodies(*(files[one].decode() for one in paths))}
                found[shard] = kustomization["spec"]["deletionPolicy"], objects
        return found

    def _apply(self, shard, given):
        self._policies[shard], objects = given
        for one, body in objects.items():
            self.live[one] = body
            self._owners[one] = shard
        self._prune(shard, self._applied.get(shard, set()) - objects.keys())
        self._applied[shard] = {*objects}

    def _end(self, shard, _):
        applied = self._applied.pop(shard)
        if self._policies.pop(shard) == "MirrorPrune":
            self._prune(shard, applied)

    def _prune(self, shard, some):
        key, value = PROTECTED["flux"]
        for one in some:
            body = self.live.get(one)
            if body and self._owners[one] == shard and body["metadata"].get("annotations", {}).get(key) != value:
                del self.live[one]
                if one[0] == "Namespace":
                    self.lost.append(one[2])
                    self.live = {other: body for other, body in self.live.items() if other[1] != one[2]}
