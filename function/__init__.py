"""Registry Operator: a Crossplane composition function that composes container registries."""
