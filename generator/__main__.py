"""``python -m generator``: the same as ``tenantry``."""

from generator.cli import program

if __name__ == "__main__":
    program()
