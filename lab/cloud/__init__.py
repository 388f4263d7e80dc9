"""The cloud's control plane as the lab has it: a server that the cloud's own SDKs talk to without knowing."""
