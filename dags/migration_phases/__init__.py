"""The phases of a migration: one module each, exporting one task group."""
