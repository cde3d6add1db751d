#!/bin/sh
# Wakes the workers for what is due and for what nobody is working on. One is enough, and a second,
# while a deploy replaces the first, does no harm (docs/adr/0024).
cd "$(dirname "$0")/.." || exit 1
exec celery -A loyaltyadmin beat --loglevel INFO "$@"
