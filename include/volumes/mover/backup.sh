# Back /volume up. While applications write, a file may vanish under the hands (restic answers 3): that is only accepted
# before the cutover, never in the final pass.
code=0
scan=
case "$PASS" in
warm) ;;
*)
    scan=--no-scan
    # Opening the repository costs half a second of a processor. Where nothing seems to have changed since the pass before, the trees
    # of both sides say whether that is so: a change that shows in no time of a change is found there.
    if [ "$PASS" = final ] && [ -e /tmp/looked ] && [ -z "$(find /volume -newer /tmp/looked 2>&1 | head -n 1)" ]; then
        echo "cce-top $(stat -c '%a %u %g' /volume)"
        echo cce-same
        print_tree /volume
        exit 0
    fi
    # busybox compares whole seconds, and a clock may be coarse: what changed shortly before counts as changed after.
    touch -d "@$(($(date +%s) - 2))" /tmp/looked
    # The target starts as soon as the backup is there, with the rights of the folder, and does not wait for the tree.
    echo "cce-top $(stat -c '%a %u %g' /volume)"
    print_tree /volume >/tmp/tree &
    ;;
esac
mover backup --json $scan --read-concurrency 4 --host "$CLAIM" --tag "$RUN" --exclude /volume/lost+found /volume || code=$?
if [ "$code" = 3 ] && [ "$PASS" != final ]; then
    echo "some files changed while they were read; the final pass reads them again" >&2
elif [ "$code" != 0 ]; then
    exit "$code"
fi
case "$PASS" in
warm)
    # What a restore of it writes: a file of several hard links counts once, unlike in the summary of the backup.
    mover stats latest --json --mode restore-size --host "$CLAIM" --tag "$RUN"
    # A claim made from a snapshot stands still: its tree can be compared with the target's.
    if [ -n "${FROZEN:-}" ]; then
        print_tree /volume
    else
        echo "cce-tree 0 none $(stat -c '%a %u %g' /volume)"
    fi
    ;;
ahead | rehearsed) wait $! || true ;;
final)
    wait $!
    cat /tmp/tree
    ;;
esac
