#!/bin/sh
# Makes the secrets that compose.yaml and Kubernetes take, one file each, in deploy/secrets or the folder that is named.
# What is there already stays. Nothing is printed.
set -eu
umask 077

folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"

random() { head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
keep() {
  # Only this folder's owner gets to the files, and may change them; in their containers they must be readable for an account
  # of another number.
  [ -s "$folder/$1" ] || { cat > "$folder/$1"; chmod 0644 "$folder/$1"; }
}

random | keep postgres_password
random | keep jwt_secret_key
random | keep turn_shared_secret
random | keep metrics_token
printf 'postgresql://tracker:%s@127.0.0.1:5433/tracker' "$(cat "$folder/postgres_password")" | keep database_url
