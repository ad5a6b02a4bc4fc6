"""How the tests of the launcher's configuration write texts, and what they look at."""


def told(problems):
    """Write every problem as ``line:column message``, warnings marked."""
    ordered = sorted(problems, key=lambda one: (one.place.line, one.place.column))
    return [f"{p.place.line}:{p.place.column} {'warning: ' if p.warning else ''}{p.message}" for p in ordered]
