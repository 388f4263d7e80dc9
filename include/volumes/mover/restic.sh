# Run restic with what every call needs. A lock left by a killed mover is removed and the call is made once more.
mover() {
    code=0
    restic --retry-lock 2m --cache-dir /tmp/restic -o "s3.bucket-lookup=$BUCKET_LOOKUP" "$@" || code=$?
    if [ "$code" = 11 ]; then
        restic -o "s3.bucket-lookup=$BUCKET_LOOKUP" unlock
        code=0
        restic --retry-lock 2m --cache-dir /tmp/restic -o "s3.bucket-lookup=$BUCKET_LOOKUP" "$@" || code=$?
    fi
    return "$code"
}
