#!/bin/sh
# Makes the secrets that can be made here, each as a file in deploy/secrets, and empty files for those
# that somebody else gives. What is there already stays as it is: run it again whenever you like.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
# In a container the app runs as nobody, so nobody may read the files; but here only you may enter.
chmod 700 secrets

keep() { # name, value
    [ -e "secrets/$1" ] && return
    printf '%s' "$2" >"secrets/.$1"
    chmod 644 "secrets/.$1"
    mv "secrets/.$1" "secrets/$1"
    echo "made deploy/secrets/$1"
}

random() { # bytes, in the letters that addresses and Fernet keys are made of
    head -c "$1" /dev/urandom | base64 | tr -d '\n' | tr '+/' '-_'
}

keep secret_key "$(random 48)"
keep token_encryption_keys "$(random 32)"
keep notices_key "$(random 48)"
keep metrics_token "$(random 33)"
keep database_password "$(random 33)"
keep database_url "postgres://loyaltyadmin:$(cat secrets/database_password)@postgres:5432/loyaltyadmin"
keep redis_url "redis://redis:6379/0"
for given in zid_client_secret zid_webhook_password email_host_password unifonic_app_sid \
    sentry_dsn; do
    keep "$given" ""
done
