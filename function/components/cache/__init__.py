"""A pull-through cache: what it fetches from, where it keeps it, and what keeps it within its limits."""
