"""Copy PostgreSQL databases: pg_dump from an exported snapshot at first, then COPY streams for changed tables."""
