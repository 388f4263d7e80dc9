"""The real things behind the cloud's services: a registry, a name server, database servers, a cluster."""
