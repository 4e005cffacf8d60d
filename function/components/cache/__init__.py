"""The programs that run in the pods of a Cache, beside the registry and for it."""
