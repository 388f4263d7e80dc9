"""Copy PostgreSQL databases: from an exported snapshot by parallel COPY streams, then the changed tables again."""
