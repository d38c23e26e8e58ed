"""A Kubernetes control plane that is built from Go modules and runs as plain processes."""
