"""Texts in YAML, read and written so that no two readers take them for different things.

The law: no other package touches a YAML library.
"""
