#!/usr/bin/env python3
"""CPU per request over TLS and HTTP/2: Modelgate beside nginx (no authentication) and HAProxy (verifies every token).

    bench/protocols/run.py [--rounds 4] [--seconds 4] [--peers modelgate,haproxy,nginx] [--cases http1,h2c,tls1,tls2,handshake]

Needs nginx, haproxy, openssl, h2load (nghttp2-client), wrk, taskset, a JDK and target/modelgate.jar. BENCH_JAVA names
the java. Everything listens on 127.0.0.1; the proxy has one core, load and upstream another; rounds are interleaved.
The figure is CPU of the proxy's process tree in microseconds per request, the median of the rounds, with min and max.
"""
import argparse, base64, json, os, re, shutil, signal, socket, statistics, subprocess, sys, tempfile, time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TICK = os.sysconf("SC_CLK_TCK")
ISSUER, AUDIENCE, KID = "https://idp.bench.invalid", "modelgate-bench", "bench-1"
CASES = {
    "http1": "HTTP/1.1 in the clear, 64 connections",
    "h2c": "HTTP/2 in the clear, 8 connections of 8 streams",
    "tls1": "HTTP/1.1 over TLS 1.3, 64 connections",
    "tls2": "HTTP/2 over TLS 1.3, 8 connections of 8 streams",
    "handshake": "a new TLS 1.3 connection for each request",
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def make_keys(work):
    run = lambda *command: subprocess.run(command, check=True, capture_output=True, cwd=work)
    run("openssl", "genrsa", "-out", "idp.pem", "2048")
    run("openssl", "rsa", "-in", "idp.pem", "-pubout", "-out", "idp.pub")
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-keyout", "tls.key", "-out", "tls.crt")
    (work / "tls.both").write_bytes((work / "tls.crt").read_bytes() + (work / "tls.key").read_bytes())
    text = run("openssl", "rsa", "-in", "idp.pem", "-noout", "-modulus").stdout.decode()
    modulus = bytes.fromhex(text.split("=")[1].strip())
    key = {"kty": "RSA", "kid": KID, "alg": "RS256", "use": "sig", "n": b64(modulus), "e": "AQAB"}
    (work / "jwks.json").write_text(json.dumps({"keys": [key]}))


def make_token(work):
    now = int(time.time())
    head = b64(json.dumps({"alg": "RS256", "typ": "at+jwt", "kid": KID}).encode())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "3f0f6f0e-6f3c-4f53-9d3f-6c9f0c3f2a11", "iat": now, "exp": now + 86400,
              "client_id": "bench-client", "jti": "1", "preferred_username": "user000001",
              "groups": ["/models/chat", "/models/embed", "/team/1"], "scope": "openid profile models:read " + "x" * 360}
    signed = f"{head}.{b64(json.dumps(claims).encode())}"
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", work / "idp.pem"], input=signed.encode(),
                               check=True, capture_output=True).stdout
    return f"{signed}.{b64(signature)}"


def start_upstream(work, port, core):
    (work / "www").mkdir()
    (work / "www/1k").write_text("x" * 1024)
    shutil.copy(work / "jwks.json", work / "www/jwks.json")
    (work / "upstream.conf").write_text(f"""daemon off; worker_processes 1; pid {work}/up.pid; error_log {work}/up.log crit; user root;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_timeout 1h; keepalive_requests 1000000000; client_body_temp_path {work}/u1;
  proxy_temp_path {work}/u2; fastcgi_temp_path {work}/u3; uwsgi_temp_path {work}/u4; scgi_temp_path {work}/u5;
  server {{ listen 127.0.0.1:{port}; root {work}/www; open_file_cache max=10; }} }}
""")
    return start(core, ["nginx", "-c", str(work / "upstream.conf")])


def start_nginx(work, ports, upstream, core):
    (work / "nginx.conf").write_text(f"""daemon off; worker_processes 1; pid {work}/ng.pid; error_log {work}/ng.log crit; user root;
events {{ worker_connections 8192; }}
http {{ access_log off; keepalive_timeout 1h; keepalive_requests 1000000000; large_client_header_buffers 8 32k;
  client_body_temp_path {work}/n1; proxy_temp_path {work}/n2; fastcgi_temp_path {work}/n3; uwsgi_temp_path {work}/n4; scgi_temp_path {work}/n5;
  upstream up {{ server 127.0.0.1:{upstream}; keepalive 256; keepalive_requests 1000000000; }}
  ssl_certificate {work}/tls.crt; ssl_certificate_key {work}/tls.key; ssl_protocols TLSv1.3;
  server {{ listen 127.0.0.1:{ports["http"]}; listen 127.0.0.1:{ports["h2c"]} http2; listen 127.0.0.1:{ports["tls"]} ssl http2;
    location / {{ proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; }} }} }}
""")
    return start(core, ["nginx", "-c", str(work / "nginx.conf")])


def start_haproxy(work, ports, upstream, core):
    (work / "haproxy.cfg").write_text(f"""global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  http-reuse always
frontend in
  bind 127.0.0.1:{ports["http"]}
  bind 127.0.0.1:{ports["h2c"]} proto h2
  bind 127.0.0.1:{ports["tls"]} ssl crt {work}/tls.both alpn h2,http/1.1 ssl-min-ver TLSv1.3
  http-request set-var(txn.bearer) http_auth_bearer
  http-request deny deny_status 401 unless {{ var(txn.bearer) -m found }}
  http-request set-var(txn.alg) var(txn.bearer),jwt_header_query('$.alg')
  http-request deny deny_status 401 unless {{ var(txn.alg) -m str RS256 }}
  http-request deny deny_status 401 unless {{ var(txn.bearer),jwt_verify(txn.alg,"{work}/idp.pub") -m int 1 }}
  http-request set-var(txn.exp) var(txn.bearer),jwt_payload_query('$.exp','int')
  http-request set-var(txn.now) date()
  http-request deny deny_status 401 unless {{ var(txn.exp),sub(txn.now) -m int gt 0 }}
  default_backend up
backend up
  server up 127.0.0.1:{upstream} pool-max-conn 256 pool-purge-delay 1h
""")
    return start(core, ["haproxy", "-db", "-f", str(work / "haproxy.cfg")])


def start_modelgate(work, ports, upstream, core):
    (work / "modelgate.yaml").write_text(f"""roles: [gateway]
gateway:
  listen: 127.0.0.1:{ports["tls"]}
  h2c-listen: 127.0.0.1:{ports["h2c"]}
  public-url: [https://localhost:{ports["tls"]}, http://localhost:{ports["h2c"]}, http://127.0.0.1:{ports["h2c"]}, https://127.0.0.1:{ports["tls"]}]
  decision-log: none
  tls:
    certificates: [{{certificate: {work}/tls.crt, key: {work}/tls.key}}]
management: {{listen: 127.0.0.1:0}}
issuers: {{bench: {{issuer: '{ISSUER}', audiences: [{AUDIENCE}], jwks-file: {work}/jwks.json}}}}
upstreams: {{bench: {{url: 'http://127.0.0.1:{upstream}'}}}}
routes: [{{path: '/*', upstream: bench, identity: headers}}]
""")
    java = os.environ.get("BENCH_JAVA", "java")
    return start(core, [java, "-XX:+UseSerialGC", "-Xmn64m", "-Xmx512m", "-jar", str(ROOT / "target/modelgate.jar"),
                        "serve", "--config", str(work / "modelgate.yaml")])


STARTERS = {"modelgate": start_modelgate, "haproxy": start_haproxy, "nginx": start_nginx}


def start(core, command):
    return subprocess.Popen(["taskset", "-c", str(core), *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def cpu_seconds(root):
    total, seen = 0, [root]
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                raw = (entry / "stat").read_text()
            except OSError:
                continue
            fields = raw[raw.rindex(")") + 2:].split()
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    while seen:
        pid = seen.pop()
        seen += parents.get(pid, [])
        try:
            raw = Path(f"/proc/{pid}/stat").read_text()
            fields = raw[raw.rindex(")") + 2:].split()
            total += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return total / TICK


def load(case, ports, token, seconds, core):
    """Sends for that long and returns how many requests were answered with 200."""
    auth = f"authorization: Bearer {token}"
    if case == "handshake":
        command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "-H", auth, "-H", "connection: close",
                   f"https://localhost:{ports['tls']}/1k"]
    else:
        scheme, port = {"http1": ("http", "http"), "h2c": ("http", "h2c"), "tls1": ("https", "tls"), "tls2": ("https", "tls")}[case]
        shape = ["-c64", "-m1", "--h1"] if case in ("http1", "tls1") else ["-c8", "-m8"]
        command = ["h2load", "-t1", *shape, "-D", str(seconds), "-H", auth, f"{scheme}://localhost:{ports[port]}/1k"]
    out = subprocess.run(["taskset", "-c", str(core), *command], capture_output=True, text=True)
    if case == "handshake":
        total = int(re.search(r"(\d+) requests in", out.stdout)[1])
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out.stdout)
        return total - (int(bad[1]) if bad else 0)
    found = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", out.stdout)
    if not found or int(found[3]) + int(found[4]):
        sys.exit(f"{case}: unexpected answers\n{out.stdout}{out.stderr}")
    return int(found[1])


def wait_for(port, process):
    for _ in range(300):
        if process.poll() is not None:
            sys.exit(f"a proxy ended: {process.stderr.read().decode()[-2000:]}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit(f"nobody listens on {port}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--warm", type=int, default=20, help="seconds of load on a JVM before the first round of a case")
    parser.add_argument("--peers", default="modelgate,haproxy,nginx")
    parser.add_argument("--cases", default=",".join(CASES))
    args = parser.parse_args()
    for tool in ("nginx", "haproxy", "openssl", "h2load", "wrk", "taskset"):
        if not shutil.which(tool):
            sys.exit(f"missing: {tool}")
    proxy_core, other_core = 0, min(1, os.cpu_count() - 1)
    work = Path(tempfile.mkdtemp(prefix="protocols-"))
    processes = {}
    try:
        make_keys(work)
        token = make_token(work)
        upstream = free_port()
        processes["upstream"] = start_upstream(work, upstream, other_core)
        peers = {}
        for name in args.peers.split(","):
            ports = {kind: free_port() for kind in ("http", "h2c", "tls")}
            processes[name] = STARTERS[name](work, ports, upstream, proxy_core)
            wait_for(ports["tls"], processes[name])
            peers[name] = ports
        print("| case | " + " | ".join(peers) + " |\n|---|" + "---|" * len(peers))
        for case in args.cases.split(","):
            figures = {name: [] for name in peers}
            for name, ports in peers.items():
                if not (name == "modelgate" and case == "http1"):
                    load(case, ports, token, args.warm if name == "modelgate" else 1, other_core)
            for _ in range(args.rounds):
                for name, ports in peers.items():
                    if name == "modelgate" and case == "http1":
                        continue  # one clear-text listener only, and that speaks HTTP/2; the yardstick measures this case
                    before = cpu_seconds(processes[name].pid)
                    answered = load(case, ports, token, args.seconds, other_core)
                    figures[name].append((cpu_seconds(processes[name].pid) - before) * 1e6 / answered)
            cells = [f"{statistics.median(f):.1f} ({min(f):.1f}–{max(f):.1f})" if f else "–" for f in figures.values()]
            print(f"| {CASES[case]} | " + " | ".join(cells) + " |", flush=True)
    finally:
        for process in processes.values():
            process.send_signal(signal.SIGTERM)
        for process in processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
