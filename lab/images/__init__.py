"""Container images made without a container engine, and pushed into the lab's registries."""
