# Write what a canary carries: content, owners, rights, a link and a hole.
printf '%s' "$TOKEN" >/volume/token
mkdir -p /volume/folder
printf '%s' "$TOKEN" | dd of=/volume/folder/sparse bs=1 seek=1048576 2>/dev/null
ln -sf ../token /volume/folder/link
chown 1000:2000 /volume/folder /volume/folder/sparse
chmod 2750 /volume/folder
sync
