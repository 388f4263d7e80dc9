"""A container engine of the test's own, the images that the stack stands on, and the stack: no registry is needed."""
