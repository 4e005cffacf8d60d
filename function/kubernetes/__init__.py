"""What Kubernetes itself asks for: names and their limits, labels, quantities, pod security, readiness by kind."""
