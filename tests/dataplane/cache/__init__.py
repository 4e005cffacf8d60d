"""A Cache as it runs: the real registry in front of a real upstream, with the janitor and the credential helper beside it."""
