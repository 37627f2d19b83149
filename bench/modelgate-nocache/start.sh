#!/usr/bin/env bash
# bench: auth=yes jvm=yes
# bench: title=the same, verdict cache off: every request verifies its token
export TOKEN_CACHE=false
exec bash "$(dirname "${BASH_SOURCE[0]}")/../modelgate/start.sh"
