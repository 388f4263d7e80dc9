"""Name the labels by which objects in both clusters are known."""

from __future__ import annotations

# Everything the migration puts into a cluster carries this label; its value is the migration's name.
OWNER = "cce-migration"
# Velero puts it on everything it restores.
RESTORED = "velero.io/restore-name"
