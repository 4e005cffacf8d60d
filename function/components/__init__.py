"""One room for each capability: what it composes, what it adds to config.yml and to the pod, what its condition means.

No room imports another; what more than one needs is decided in the Plan.
"""
