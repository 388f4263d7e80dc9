"""The sample estate of the lab: what runs and is stored at the source, and the customers who use it."""
