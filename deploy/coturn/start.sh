#!/bin/sh
# Starts coturn with turnserver.conf and a secret from a file, which so is in no environment and on no command line.
#   TURN_REALM           the name of the TURN server
#   TURN_EXTERNAL_IP     public address, or public/private where the machine does not have the public one itself
#   TURN_ALLOWED_PEERS   networks of the application that are private, as first-last, separated by blanks
# Arguments go to turnserver.
set -eu
umask 077

config=${TURN_CONFIG:-/etc/interview-tracker/turnserver.conf}
secret=${TURN_SECRET_FILE:-/run/secrets/turn_shared_secret}
made=${TURN_RUN_DIR:-/tmp}/turnserver.conf

[ -s "$secret" ] || { echo "The TURN secret is not in $secret" >&2; exit 2; }
{
  cat "$config"
  # Of the shell itself, so that the secret is no argument of a process.
  printf 'static-auth-secret=%s\n' "$(cat "$secret")"
  printf 'realm=%s\n' "${TURN_REALM:?the name of the TURN server}"
  if [ -n "${TURN_EXTERNAL_IP:-}" ]; then printf 'external-ip=%s\n' "$TURN_EXTERNAL_IP"; fi
  for peers in ${TURN_ALLOWED_PEERS:-}; do printf 'allowed-peer-ip=%s\n' "$peers"; done
} > "$made"

run=$(dirname "$made")
exec turnserver -c "$made" --pidfile="$run/turnserver.pid" --userdb="$run/turndb" "$@"
