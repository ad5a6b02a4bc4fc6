"""Whether a document or a manifest is valid: JSON Schemas decide it, and words say why it is not.

The law: what decides and what explains read the same schema, so that the two cannot disagree.
"""
