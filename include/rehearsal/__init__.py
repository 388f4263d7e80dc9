"""Rehearse a migration: the same phases into targets that are thrown away, with nothing real touched."""
