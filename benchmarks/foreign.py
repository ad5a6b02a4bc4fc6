"""Make manifests as anybody has them: a folder of YAML that no tenant file asked for, the same for the same seed.

    python foreign.py FOLDER --objects 18000
    python foreign.py FOLDER --read

Eighteen objects make a team: what it runs, what it may do, and what holds it. A third of the teams have one file of
many documents, a third one List, as ``kubectl get`` answers, and a third a file an object. ``--read`` reads them and
does nothing with them.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from textwrap import indent

#: The objects of one team.
TEAM = 18
#: How many operators' API groups there are, which teams share.
PRODUCTS = 40

_WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: {team}
  labels: {{app.kubernetes.io/name: {name}, app.kubernetes.io/part-of: {team}}}
spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
    spec:
      serviceAccountName: {name}
      securityContext:
        runAsNonRoot: true
      containers:
        - name: main
          image: registry.example.com/{team}/{name}:1.{replicas}.0
          args: ["--port=8080", "--verbose"]
          ports:
            - containerPort: 8080
              name: http
          env:
            - name: LOG_LEVEL
              value: info
          resources:
            requests: {{cpu: 100m, memory: 128Mi}}
            limits: {{memory: 256Mi}}
          readinessProbe:
            httpGet:
              path: /healthz
              port: http
"""

_SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: {team}
spec:
  selector:
    app.kubernetes.io/name: {name}
  ports:
    - name: http
      port: 80
      targetPort: http
"""

_CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
  namespace: {team}
data:
  settings.conf: |
    [server]
    address = 0.0.0.0
    workers = {replicas}
  endpoint: https://{name}.example.com
"""

_ACCOUNT = """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {name}
  namespace: {team}
automountServiceAccountToken: false
"""

_TEAM = """\
apiVersion: v1
kind: Namespace
metadata:
  name: {team}
  labels:
    pod-security.kubernetes.io/enforce: baseline
---
apiVersion: v1
kind: ResourceQuota
metadata:
  name: compute
  namespace: {team}
spec:
  hard:
    requests.cpu: "{replicas}0"
    requests.memory: {replicas}0Gi
    pods: "{replicas}00"
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: {team}
spec:
  podSelector: {{}}
  policyTypes: [Ingress, Egress]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: developer
  namespace: {team}
rules:
  - apiGroups: ["", apps]
    resources: [pods, pods/log, services, configmaps, deployments]
    verbs: [get, list, watch]
  - apiGroups: [""]
    resources: [{some}]
    verbs: [create, delete]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: developers
  namespace: {team}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: developer
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: {team}-developers
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: viewers
  namespace: {team}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: User
    name: {team}@example.com
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {team}-operator
rules:
  - apiGroups: [{product}.example.com]
    resources: [jobs, jobs/status]
    verbs: ["*"]
  - apiGroups: [""]
    resources: [nodes, namespaces]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {team}-operator
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {team}-operator
subjects:
  - kind: ServiceAccount
    name: operator
    namespace: {team}
"""


def write(root: Path, objects: int, seed: int = 1) -> None:
    """Write some objects, in whole teams, into an empty folder."""
    random = Random(seed)  # noqa: S311 - the same figures each time, and no secrets
    for number in range(objects // TEAM):
        folder = root / f"group-{number // 100:03}"
        folder.mkdir(parents=True, exist_ok=True)
        documents = list(_documents(f"team-{number:05}", f"product-{number % PRODUCTS}", random))
        if number % 3 == 0:
            (folder / f"team-{number:05}.yaml").write_text("---\n".join(documents))
        elif number % 3 == 1:
            items = "".join(f"- {indent(text, '  ').lstrip()}" for text in documents)
            (folder / f"team-{number:05}.yaml").write_text(f"apiVersion: v1\nkind: List\nitems:\n{items}")
        else:
            (folder / f"team-{number:05}").mkdir()
            for index, text in enumerate(documents):
                (folder / f"team-{number:05}" / f"{index:02}.yaml").write_text(text)


def _documents(team: str, product: str, random: Random) -> Iterator[str]:
    """Yield the objects of one team; one in fifty teams may read its secrets."""
    some = "pods, secrets" if random.random() < 0.02 else "pods, services"
    yield from _TEAM.format(team=team, product=product, replicas=random.randrange(1, 9), some=some).split("---\n")
    for name in ("web", "worker"):
        for form in (_WORKLOAD, _SERVICE, _CONFIG, _ACCOUNT):
            yield form.format(team=team, name=name, replicas=random.randrange(1, 9))
    yield _CONFIG.format(team=team, name="shared", replicas=1)
    yield _ACCOUNT.format(team=team, name="operator", replicas=1)


def read(root: Path) -> str:
    """Read everything, as every command does before it asks."""
    from generator import manifests

    found, problems = manifests.read(["."], root)
    return json.dumps({"objects": len(found), "problems": len(problems)})


def main() -> None:
    """Make or read what the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--objects", type=int, default=18_000)
    parser.add_argument("--read", action="store_true")
    given = parser.parse_args()
    if given.read:
        print(read(given.folder))
    else:
        write(given.folder, given.objects)


if __name__ == "__main__":
    main()
