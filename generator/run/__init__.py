"""What one run works with and what it remembers: its site, its shards and their crew, its index and docket.

The law: a run carries tenants through the stages, and decides nothing about them; whatever it remembers is a shortcut.
"""
