"""The API as pydantic models: the one source of what a field is called, means and may hold.

The XRDs under apis/ are generated from it.
"""

GROUP = "registry-operator.dev"
VERSION = f"{GROUP}/v1alpha1"
