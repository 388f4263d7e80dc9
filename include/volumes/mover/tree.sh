# Print one line "cce-tree <entries> <sha256> <mode> <uid> <gid>" for a folder: the number of entries below it, a hash of
# all of them, and the folder's own rights. Every entry counts with type, rights, owner, change time in seconds, size,
# link target and content. Sockets are left out: nothing can copy them. lost+found belongs to the file system.
tree_entries() {
    find . -mindepth 1 ! -path ./lost+found ! -path './lost+found/*' ! -type s "$@"
}

tree_lines() {
    tree_entries -type d -exec stat -c 'd %a %u %g %Y %n' {} +
    tree_entries -type f -exec stat -c 'f %a %u %g %Y %s %n' {} +
    tree_entries -type l -exec stat -c 'l %u %g %Y %N' {} +
    tree_entries ! -type d ! -type f ! -type l -exec stat -c 'o %F %a %u %g %t %T %n' {} +
    tree_entries -type f -exec sha256sum {} +
}

print_tree() {
    (
        cd "$1"
        lines=$(mktemp)
        tree_lines >"$lines"
        entries=$(grep -c '^[dflo] ' "$lines" || true)
        digest=$(LC_ALL=C sort "$lines" | sha256sum)
        rm "$lines"
        echo "cce-tree $entries ${digest%% *} $(stat -c '%a %u %g' .)"
    )
}
