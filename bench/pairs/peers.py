"""Other ways to hand out seats durably, as processes of our own on loopback: PostgreSQL by pgbench, Redis by a Lua script.

What they do is a seat taken and given back, with a row or stream entry of audit for each; no TLS, no certificates, no
signatures, no rules.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SEATS = 1000
SETUP = f"""
CREATE TABLE seat (id int PRIMARY KEY, holder text, until timestamptz);
CREATE INDEX seat_free ON seat (id) WHERE holder IS NULL;
INSERT INTO seat SELECT n, NULL, NULL FROM generate_series(1, {SEATS}) n;
CREATE TABLE trail (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), seat int, holder text, what text);
"""
PAIR = """
BEGIN;
UPDATE seat SET holder = 'h' || :client_id, until = now() + interval '600 s' WHERE id =
  (SELECT id FROM seat WHERE holder IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id \\gset
INSERT INTO trail (seat, holder, what) VALUES (:id, 'h' || :client_id, 'acquired');
COMMIT;
BEGIN;
UPDATE seat SET holder = NULL, until = NULL WHERE id = :id;
INSERT INTO trail (seat, holder, what) VALUES (:id, 'h' || :client_id, 'released');
COMMIT;
"""
SCRIPT = """
if redis.call('INCR', 'turn') % 2 == 1 then
  local seat = redis.call('SPOP', 'free')
  if not seat then return 0 end
  redis.call('HSET', 'held', seat, ARGV[1])
  redis.call('ZADD', 'until', 600, seat)
  redis.call('RPUSH', 'order', seat)
  redis.call('XADD', 'trail', '*', 'acquired', seat)
else
  local seat = redis.call('LPOP', 'order')
  if not seat then return 0 end
  redis.call('HDEL', 'held', seat)
  redis.call('ZREM', 'until', seat)
  redis.call('SADD', 'free', seat)
  redis.call('XADD', 'trail', '*', 'released', seat)
end
return 1
"""


def postgresql_tools() -> Path | None:
    """Find PostgreSQL's programs, if it is installed and can be run by another user than root."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    usable = found and shutil.which("pgbench") and (os.getuid() != 0 or shutil.which("runuser"))
    return found[-1].parent if usable else None


def as_postgres(command: list[str]) -> list[str]:
    """Give a command to PostgreSQL's own user, because its server does not run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.getuid() == 0 else command


@contextmanager
def postgresql(tools: Path, port: int = 55432) -> Iterator[list[str]]:
    """Run a cluster of our own; give the options by which its programs reach it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        data = folder / "data"
        quiet = {"check": True, "capture_output": True, "cwd": "/"}
        subprocess.run(as_postgres([str(tools / "initdb"), "-A", "trust", "-D", str(data)]), **quiet)  # type: ignore[call-overload]
        options = f"-k {folder} -h 127.0.0.1 -p {port}"
        control = [str(tools / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
        subprocess.run(as_postgres([*control, "-o", options, "start"]), **quiet)  # type: ignore[call-overload]
        reach = ["-h", "127.0.0.1", "-p", str(port), "postgres"]
        try:
            subprocess.run(as_postgres([str(tools / "psql"), "-q", "-c", SETUP, *reach]), **quiet)  # type: ignore[call-overload]
            yield reach
        finally:
            subprocess.run(as_postgres([*control, "-m", "immediate", "stop"]), check=False, capture_output=True)


def postgresql_pairs(tools: Path, reach: list[str], clients: int, seconds: float) -> float:
    """Measure pairs a second."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(PAIR)
        script.flush()
        Path(script.name).chmod(0o644)
        run = ["-n", "-c", str(clients), "-j", "2", "-T", str(max(1, round(seconds))), "-f", script.name]
        done = subprocess.run(
            as_postgres([str(tools / "pgbench"), *run, *reach]), check=True, capture_output=True, text=True, cwd="/"
        )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])


def redis_there() -> bool:
    """Tell whether Redis is installed."""
    return all(shutil.which(name) for name in ("redis-server", "redis-cli", "redis-benchmark"))


@contextmanager
def redis(port: int = 56379) -> Iterator[list[str]]:
    """Run a Redis of our own that syncs every write to disk; give the options by which it is reached."""
    reach = ["-h", "127.0.0.1", "-p", str(port)]
    with tempfile.TemporaryDirectory() as folder:
        durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, *durable]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            for _ in range(100):
                if b"PONG" in subprocess.run(["redis-cli", *reach, "ping"], capture_output=True, check=False).stdout:
                    break
                time.sleep(0.05)
            seats = [str(number) for number in range(SEATS)]
            subprocess.run(["redis-cli", *reach, "sadd", "free", *seats], check=True, capture_output=True)
            yield reach
        finally:
            process.terminate()
            process.wait(10)


def redis_pairs(reach: list[str], clients: int, seconds: float) -> float:
    """Measure pairs a second; a pair is two calls."""
    calls = int(4000 * max(1.0, seconds))
    run = ["-c", str(clients), "-n", str(calls), "--csv", "EVAL", SCRIPT, "0", "h"]
    done = subprocess.run(["redis-benchmark", *reach, *run], check=True, capture_output=True, text=True)
    last = done.stdout.strip().splitlines()[-1]
    return float(last.rpartition('"')[0].split('","')[1].strip('"')) / 2
