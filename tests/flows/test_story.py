"""`calvox demo`: the whole story with real processes, broken off at any moment and gone on with."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOM = {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "COLUMNS": "140", "PYTHONUNBUFFERED": "1"}
STORY_SECONDS = 240
pytestmark = pytest.mark.process


class Story:
    """A folder in which the story is played, on ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = folder / "calvox.toml"
        folder.mkdir()
        ports = _free_ports(4)
        self.settings.write_text(
            f'[centre]\nfolder = "{folder}/centre"\nlisten = "127.0.0.1:{ports[0]}"\n'
            f'operations = "127.0.0.1:0"\npassphrase_file = "{folder}/secrets/passphrase"\n'
            f'people_listen = "127.0.0.1:{ports[3]}"\n'
            f'[server]\nfolder = "{folder}/server"\nlisten = "127.0.0.1:{ports[1]}"\n'
            f'operations = "127.0.0.1:0"\npeople_listen = "127.0.0.1:{ports[2]}"\n[host]\nfolder = "{folder}/host"\n'
        )

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start the story."""
        words = [sys.executable, "-m", "calvox", "demo", "--folder", str(self.folder), *arguments]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ROOM)

    def play(self, *arguments: str) -> str:
        """Play it to its end."""
        process = self.begin("--exit", *arguments)
        try:
            output, _ = process.communicate(timeout=STORY_SECONDS)
        finally:
            process.kill()
        assert process.returncode == 0, output
        return output

    def ask(self, *arguments: str) -> Any:
        """Run a command on what the story left, and read its JSON."""
        words = [sys.executable, "-m", "calvox", "--settings", str(self.settings), "--json", *arguments]
        done = subprocess.run(words, capture_output=True, env=ROOM, timeout=60, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)


def _free_ports(count: int) -> list[int]:
    socks = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(sock.getsockname()[1]) for sock in socks]
    for sock in socks:
        sock.close()
    return ports


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Give an empty folder for the story."""
    return Story(tmp_path / "var")


def wait_for(process: "subprocess.Popen[str]", moment: str) -> str:
    """Read what the story says up to a line that matches; give it all."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if re.search(moment, line):
            return "".join(said)
    raise AssertionError(f"the story never came to “{moment}”:\n{''.join(said)}")


def let_in(story: Story, link: str) -> int:
    """Press the button behind a log-in link, as a browser that trusts both parts would; give the status."""
    parts = urlsplit(link)
    trust = ssl.create_default_context(cafile=str(story.folder / "centre/tls/authority.pem"))
    trust.load_verify_locations(str(story.folder / "server/keys/authority.pem"))
    connection = HTTPSConnection(parts.netloc, context=trust, timeout=20)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        assert connection.getresponse().read()
        headers = {"Origin": f"https://{parts.netloc}", "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", parts.path, parts.query, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def check_whole(story: Story) -> None:
    """Everything that the story promises is there, and holds."""
    packs = story.ask("report", "packs")
    assert [(p["cal_type"], p["quantity"]) for p in packs["packs"]] == [("device", 3), ("user", 10), ("session", 2)]
    cals = story.ask("report", "cals")
    permanent = [c["holder"] for c in cals if c["cal_type"] == "device" and not c["temporary"]]
    assert sorted(permanent) == ["PC-01", "PC-02", "PC-03"]
    assert sum(c["temporary"] for c in cals) == 2
    assert sum(c["cal_type"] == "user" for c in cals) == 5
    assert sum(c["cal_type"] == "session" for c in cals) == 2
    refused = story.ask("report", "refusals")
    assert [(r["holder"], r["reason"]) for r in refused] == [("session-3", "pool-used-up")]
    for store in ("server", "centre"):
        assert story.ask("journal", "verify", "--of", store)["entries"] > 0
    agreement = story.ask("centre", "agreement", "list")[0]
    assert [line["taken"] for line in agreement["lines"]] == [3, 10, 2]


def test_the_story_from_the_call_to_the_report(story: Story) -> None:
    """One run does everything; a second goes on from there and takes nothing twice."""
    output = story.play()
    assert "was mis-heard" in output
    assert "Now the line holds." in output
    assert "refused: every CAL of this type is in use" in output
    assert output.count("The journal holds") == 2
    check_whole(story)
    again = story.play()
    assert "activated in an earlier run" in again
    check_whole(story)


def test_it_goes_on_serving_and_an_interrupt_ends_everything(story: Story) -> None:
    """After the story the parts answer; Ctrl-C ends them all and leaves the data."""
    process = story.begin()
    try:
        wait_for(process, "Serving; Ctrl-C")
        pids = [int((story.folder / "logs" / f"{name}.pid").read_text()) for name in ("centre", "server", "host")]
        assert all(_alive(pid) for pid in pids)
        assert story.ask("server", "status")["activated"]
        said = wait_for(process, "goes on from there")
        links = re.findall(r"https://\S+/come-in\?code=\S{43}", said)
        assert [let_in(story, link) for link in links] == [303, 303]
        assert [let_in(story, link) for link in links] == [403, 403]
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert "everything is kept" in output
    assert not any(_alive(pid) for pid in pids)
    check_whole(story)


@pytest.mark.parametrize(
    ("moment", "victim"),
    [
        (r"operator │ Who is calling", "centre"),
        (r"operator │ 4\.", "server"),
        (r"Now the line holds", "story"),
        (r"session host │ PC-03 .*temporary", "server"),
    ],
)
def test_a_killed_part_loses_nothing_and_the_story_goes_on(story: Story, moment: str, victim: str) -> None:
    """Kill -9 at a moment of the story; the next run goes on from there to the same end."""
    process = story.begin("--exit")
    try:
        wait_for(process, moment)
        pid = process.pid if victim == "story" else int((story.folder / "logs" / f"{victim}.pid").read_text())
        os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=STORY_SECONDS)
    finally:
        process.kill()
    assert process.returncode != 0 or victim != "story"
    _wait_until_nobody_serves(story)
    story.play()
    check_whole(story)


def _wait_until_nobody_serves(story: Story) -> None:
    """Parts end when the story that started them is gone."""
    end = time.monotonic() + 30
    for path in (story.folder / "logs").glob("*.pid"):
        while _alive(int(path.read_text())) and time.monotonic() < end:
            time.sleep(0.1)


def _alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and was not yet reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
