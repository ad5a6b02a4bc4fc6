"""How the tests of the YAML reader look at what it says."""

from generator.yaml.documents import parse


def told(text, read=parse):
    """Write every problem as ``line:column field: message``."""
    data = text.encode() if isinstance(text, str) else text
    found = read(data, "f.yaml")
    documents = found if isinstance(found, tuple) else (found,)
    return [
        f"{p.place.line}:{p.place.column} {p.field}: {p.message}"
        if p.field
        else f"{p.place.line}:{p.place.column}: {p.message}"
        for document in documents
        for p in document.problems
    ]


def same(one, other):
    """Compare values and their types, but not 1 with 1.0, which JSON does not tell apart."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return one == other and (type(one) is type(other) or (numbers and bool not in {type(one), type(other)}))
