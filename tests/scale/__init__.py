"""Many registries in a cluster that runs none of their pods: what the function, Crossplane and the API server need for them."""
