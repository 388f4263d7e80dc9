# Back /volume up. While applications write, a file may vanish under the hands (restic answers 3): that is only accepted
# before the cutover, never in the final pass.
code=0
mover backup --json --host "$CLAIM" --tag "$RUN" --exclude /volume/lost+found /volume || code=$?
if [ "$code" = 3 ] && [ "$PASS" = warm ]; then
    echo "some files changed while they were read; the final pass reads them again" >&2
elif [ "$code" != 0 ]; then
    exit "$code"
fi
if [ "$PASS" = warm ]; then
    # What a restore of it writes: a file of several hard links counts once, unlike in the summary of the backup.
    mover stats latest --json --mode restore-size --host "$CLAIM" --tag "$RUN"
    echo "cce-tree 0 none $(stat -c '%a %u %g' /volume)"
else
    print_tree /volume
fi
