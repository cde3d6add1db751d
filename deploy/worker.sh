#!/bin/sh
# Carries out bulk adjustments and what beat asks for. Start as many as needed; each takes from all
# queues in turn, or from those that it is given: `deploy/worker.sh -Q interactive,housekeeping`
# (docs/adr/0024). Without Redis start exactly one, with -B at its end, and no deploy/beat.sh.
cd "$(dirname "$0")/.." || exit 1
exec celery -A loyaltyadmin worker --loglevel INFO "$@"
