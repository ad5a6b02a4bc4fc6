"""tenantry: one YAML file per tenant in, the Kubernetes manifests that give it its place out."""

__version__ = "0.1.0"
