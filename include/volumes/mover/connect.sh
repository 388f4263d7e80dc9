# Connects to $HOST:$PORT within $WAIT seconds; prints what its server says first, unless it listens for $LISTEN = 0 seconds.
# By -e a connection that was made differs from one that was not; what it prints goes to the standard error, for the other two
# are the connection.
nc -w "$WAIT" "$HOST" "$PORT" -e sh -c \
  'test "$LISTEN" = 0 || timeout "$LISTEN" dd bs=1024 count=1 >&2 2>/dev/null; true'
