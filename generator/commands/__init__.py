"""One module per command, named like it; each defines ``command``."""
