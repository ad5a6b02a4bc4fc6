from rules.judging import asking, messages
from rules.syncing import flux_space, kustomization

ASKED = asking("forbid-shared-decryption")
KEY = {"provider": "sops", "secretRef": {"name": "age"}}
SPACES = [flux_space("vision-apps"), flux_space("nlp-apps", "nlp")]


def central(name, **spec):
    return kustomization(name, "flux-system", targetNamespace=f"{name}-apps", **spec)


def test_one_key_for_two_tenants_is_told():
    given = [*SPACES, central("vision", decryption=KEY), central("nlp", decryption=KEY)]
    assert messages(ASKED, *given) == [
        "Kustomization vision decrypts tenant vision's secrets with Secret age, as nlp's are"
    ]


def test_a_key_each_is_fine():
    other = {"provider": "sops", "secretRef": {"name": "other"}}
    assert messages(ASKED, *SPACES, central("vision", decryption=KEY), central("nlp", decryption=other)) == []


def test_secrets_of_two_namespaces_are_two():
    given = [
        kustomization(namespace="vision-apps", decryption=KEY),
        kustomization(namespace="nlp-apps", decryption=KEY),
    ]
    assert messages(ASKED, *SPACES, *given) == []


def test_one_tenants_kustomizations_share_a_key():
    labelled = kustomization("a", "flux-system", decryption=KEY)
    labelled["metadata"]["labels"] = {"tenantry.dev/tenant": "vision"}
    assert messages(ASKED, *SPACES, labelled, central("vision", decryption=KEY)) == []


def test_the_controllers_own_identity_is_everybodys():
    own = {"provider": "sops"}
    given = [*SPACES, central("vision", decryption=own), kustomization("platform", "flux-system", decryption=own)]
    assert messages(ASKED, *given) == [
        "Kustomization vision decrypts with the identity of kustomize-controller, as any tenant can"
    ]
    named = {"provider": "sops", "serviceAccountName": "decrypt"}
    assert messages(ASKED, *SPACES, central("vision", decryption=named)) == []
