"""Copy MariaDB databases: a consistent mariadb-dump streamed into the target's client, no file in between."""
