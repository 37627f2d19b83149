#!/usr/bin/env bash
# bench: auth=yes jvm=yes
# bench: title=Modelgate with guard, metrics, identity headers, request id; logs off; verdict cache on
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cat > "$RUN/modelgate.yaml" <<C
roles: [gateway]
gateway:
  listen: 127.0.0.1:$PORT
  public-url: http://bench.invalid
  decision-log: none
management:
  listen: 127.0.0.1:0
token-cache:
  enabled: ${TOKEN_CACHE:-true}
issuers:
  bench:
    issuer: $ISSUER
    audiences: [$AUDIENCE]
    jwks-uri: $JWKS_URL
upstreams:
  bench:
    url: http://$UPSTREAM
routes:
  - path: /*
    upstream: bench
    identity: ${IDENTITY:-headers}
C
# On one core the JVM collects serially; requests leave nothing behind, so a small young generation saves memory.
# As the launcher does, classes come from an archive where the JVM can keep one (19 and newer).
archive=()
"$JAVA" -XX:+AutoCreateSharedArchive -version >/dev/null 2>&1 \
  && archive=(-XX:+AutoCreateSharedArchive "-XX:SharedArchiveFile=$here/target/bench.jsa" '-Xlog:cds*=off')
exec "$JAVA" $JAVA_OPTS ${archive[@]+"${archive[@]}"} -Xmn64m -jar "$here/target/modelgate.jar" serve --config "$RUN/modelgate.yaml"
