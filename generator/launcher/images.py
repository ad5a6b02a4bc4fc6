"""Where an image comes from, as everything that asks about registries has to see it alike."""

from collections.abc import Iterable


def is_from(image: str, registries: Iterable[str]) -> bool:
    """Tell whether an image lies below one of some prefixes, such as ``registry.example.com/team/``.

    A prefix ends where a part of the name does: ``ghcr.io/ex`` is no prefix of ``ghcr.io/example/r``.
    """
    return any(image.startswith(f"{registry.rstrip('/')}/") for registry in registries)
