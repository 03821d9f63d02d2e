#!/bin/sh
# Makes the secrets that compose.yaml and Kubernetes take, one file each, in deploy/secrets or the folder that is named.
# What is there already stays. Nothing is printed.
set -eu
umask 077

folder=${1:-$(dirname "$0")/secrets}
case $folder in -*) folder=./$folder ;; esac
mkdir -p "$folder"
# Their owner may change the files, and in their containers an account of another number must read them, so the folder is
# what keeps them.
if [ -n "$(find "$folder/." -prune \( -perm -010 -o -perm -001 \))" ]; then
  echo "$folder is open to others, and secrets are to be in it: chmod 700 it first, or name another folder" >&2
  exit 1
fi

random() { head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
keep() {
  [ ! -s "$folder/$1" ] || return 0
  # Aside first: whenever this is killed, a secret is whole or not there.
  unfinished=$folder/.$1.unfinished
  if cat > "$unfinished" && [ -s "$unfinished" ] && chmod 0644 "$unfinished"; then
    mv -f "$unfinished" "$folder/$1"
  else
    rm -f "$unfinished"
    echo "$folder/$1 cannot be made" >&2
    exit 1
  fi
}

random | keep postgres_password
random | keep jwt_secret_key
random | keep turn_shared_secret
random | keep metrics_token
printf 'postgresql://tracker:%s@127.0.0.1:5433/tracker' "$(cat "$folder/postgres_password")" | keep database_url
