#!/bin/sh
# Wakes the workers for what is due and for what nobody is working on. Start exactly one.
cd "$(dirname "$0")/.." || exit 1
exec celery -A loyaltyadmin beat --loglevel INFO "$@"
