"""CNCF Distribution's own config.yml: its keys by dialect, its text, and what a user may override."""
