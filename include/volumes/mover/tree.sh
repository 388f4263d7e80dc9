# Print one line "cce-tree <entries> <sha256> <mode> <uid> <gid>" for a folder: the number of entries below it, a hash of
# all of them, and the folder's own rights; "cce-attributes" follows where extended attributes are among them. Every entry counts with type, rights, owner, change time in seconds, size,
# link target, hard links and content; with its extended attributes, access lists among them, where getfattr is there.
# Sockets are left out: nothing can copy them. lost+found belongs to the file system.
tree_entries() {
    find . -mindepth 1 ! -path ./lost+found ! -path './lost+found/*' ! -type s "$@"
}

tree_lines() {
    tree_entries -type d -exec stat -c 'd %a %u %g %Y %n' {} +
    tree_entries -type f -exec stat -c 'f %a %u %g %Y %s %n' {} +
    tree_entries -type l -exec stat -c 'l %u %g %Y %N' {} +
    tree_entries ! -type d ! -type f ! -type l -exec stat -c 'o %F %a %u %g %t %T %n' {} +
    hard_links
    extended_attributes
    digests
}

# Names of one file, beside the first of them: the number of the file itself differs between the sides.
hard_links() {
    tree_entries -type f -links +1 -exec stat -c '%i %n' {} + | LC_ALL=C sort -k 2 | awk '{
        name = substr($0, index($0, " ") + 1)
        if ($1 in first) print "h " first[$1] " " name
        else first[$1] = name
    }'
}

# Attributes of the source's own security module mean nothing on the target.
extended_attributes() {
    command -v getfattr >/dev/null || return 0
    tree_entries ! -type l -exec getfattr --absolute-names -d -m '^(user|trusted|system\.posix_acl|security\.capability)' -e hex {} + |
        awk '/^# file: / {name = $0; next} NF {print "x " name " " $0}'
}

# With a folder to remember in, a file is read again only when it was touched since it was read: its number, its size or the
# time of its last change, to the nanosecond, is another. No program can set the latter. What is written through memory has its
# time set when its page is made writable, so pages are written out first; and a file that changed within the last two
# seconds is not remembered, for its time may be too coarse to tell.
digests() {
    if [ -z "${REMEMBERED:-}" ] || [ -n "$(tree_entries \( -name '*\\*' -o -name '*
*' \))" ]; then
        tree_entries -type f -exec sha256sum {} +
        return
    fi
    # Nothing is read after the final pass.
    [ "${PASS:-}" = final ] || sync -f . || sync
    settled=$(($(date +%s) - 2))
    touch "$REMEMBERED"
    tree_entries -type f -exec stat -c '%Z %i %s %z|%n' {} + >"$REMEMBERED.seen"
    awk 'FILENAME == ARGV[1] {digest[substr($0, 66)] = 1; next} !($0 in digest) {sub(/^[^|]*\|/, ""); print}' \
        "$REMEMBERED" "$REMEMBERED.seen" | tr '\n' '\0' | xargs -0 -r sha256sum >"$REMEMBERED.read"
    # A file that went away meanwhile has no digest; one that changed meanwhile will have another time.
    awk -v settled="$settled" -v remembered="$REMEMBERED.new" '
        FILENAME == ARGV[1] {digest[substr($0, 66)] = substr($0, 1, 64); next}
        FILENAME == ARGV[2] {read[substr($0, 67)] = substr($0, 1, 64); next}
        {
            name = substr($0, index($0, "|") + 1)
            seen = $0 in digest ? digest[$0] : read[name]
            if (seen == "") next
            print seen "  " name
            if ($1 < settled) print seen " " $0 > remembered
        }
    ' "$REMEMBERED" "$REMEMBERED.read" "$REMEMBERED.seen"
    : >>"$REMEMBERED.new"
    mv "$REMEMBERED.new" "$REMEMBERED"
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
        command -v getfattr >/dev/null && echo cce-attributes || true
    )
}
