# Make the repository unless it is there (restic answers 10 for "there is none").
code=0
mover cat config --quiet >/dev/null || code=$?
if [ "$code" = 10 ]; then
    mover init
elif [ "$code" != 0 ]; then
    exit "$code"
fi
