"""Hold the rules by which a PostgreSQL database is looked at before it is copied, one function each, a file a concern."""
