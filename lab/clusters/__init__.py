"""The lab's two Kubernetes clusters: real control planes, a node in a network namespace each, real pods."""
