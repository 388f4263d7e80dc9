# Make /volume what the snapshot is: changed files are written, superfluous ones removed, equal ones left alone, holes kept.
# The warm pass reads everything back; the final pass is proved by the hash of the whole tree instead.
verify=
if [ "$PASS" = warm ]; then
    verify=--verify
fi
# Nothing removes snapshots while a migration runs, so a reader needs no lock. Without a snapshot nothing has changed.
[ "$SNAPSHOT" = none ] || mover restore "$SNAPSHOT:/volume" --json --no-lock --sparse --target /volume --delete --overwrite if-changed --exclude /lost+found $verify
# restic leaves the top folder itself alone.
chown "$ROOT_OWNER" /volume
chmod "$ROOT_MODE" /volume
print_tree /volume
