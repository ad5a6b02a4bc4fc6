"""What tenant files, the platform file and the files beside them say, as values.

The law: nothing is inherited yet, no other tenant is known, and what cannot be meant is refused here, at its place.
"""
