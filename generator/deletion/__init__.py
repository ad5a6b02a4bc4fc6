"""What a change takes away from clusters, told by what was rendered before and after it, and whether it may.

The law: here it is decided and told, and nothing is ever deleted.
"""
