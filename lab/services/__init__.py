"""The services around the clusters: DNS, databases, registries and object storage, all real servers."""
