"""A Cache: what it is in front of, and how much it may keep."""
