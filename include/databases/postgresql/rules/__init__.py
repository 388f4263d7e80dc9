"""Hold the rules by which a PostgreSQL database is looked at before it is copied, a file a concern."""
