#!/bin/sh
# Carries out bulk adjustments. Start as many as needed. Without Redis start exactly one, with -B
# at its end (`deploy/worker.sh -B`), and no deploy/beat.sh.
cd "$(dirname "$0")/.." || exit 1
exec celery -A loyaltyadmin worker --loglevel INFO "$@"
