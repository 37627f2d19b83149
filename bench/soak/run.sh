#!/usr/bin/env bash
# Ten minutes of everything at once against the shipped jar: see SoakIT. Prints what the process holds and what became
# of every request; fails where it holds more at the end than at the beginning, or where a request was lost.
#
#   bench/soak/run.sh [MINUTES]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec mvn -B verify -Pit -Dsurefire.failIfNoSpecifiedTests=false -Dtest=None -Dit.test=SoakIT -Dsoak.minutes="${1:-10}"
