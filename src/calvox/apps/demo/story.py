"""The plot: found a centre and a licence server, hold one call, enrol a host, issue CALs, report, verify.

Each scene looks at how things stand first, so that a run that was broken off anywhere is gone on with by the next.
"""

import shutil
import socket
from pathlib import Path
from typing import Any

from rich.console import Console

from calvox.apps.demo.call import Secrets, play_call
from calvox.apps.demo.processes import Processes, command, serving
from calvox.apps.demo.serving import ADMINISTRATOR, SUPERVISOR, go_on_serving, password_file
from calvox.apps.demo.stage import Stage
from calvox.apps.licence_server.process import owner as server_owner
from calvox.common.clock import SYSTEM
from calvox.common.errors import Conflict, Unreachable
from calvox.common.files import read_whole, write_whole
from calvox.common.i18n import t
from calvox.common.settings import Settings, load
from calvox.core.products import cal_type_named, lasting

OURS = ("centre", "server", "host", "secrets", "logs", "calvox.toml")
"""What the story puts into its folder, and what a fresh one takes away."""
PORTS = {"centre": (7401, 7403, 7406), "server": (7402, 7404, 7405)}
"""Of each process, the ports for everyone, for its operations and for people."""
PACKS = ("device:2022:3", "user:2022:10", "session:2022:2")
ENTITLED = ("device:2022:20", "user:2022:50", "session:2022:10")
DEVICES = ("PC-01", "PC-02", "PC-03", "PC-04", "PC-05")
USERS = ("alice", "bruno", "chloé", "david", "élise")
SESSIONS = ("session-1", "session-2", "session-3")
HOST = "RDSH-01"
CUSTOMER, CALLER, AGREEMENT = "Ministère des Essais", "Anne Martin", "786 543 210 987"


def play(folder: Path, screen: Console, *, fresh: bool, leave: bool) -> None:
    """Play the story in a folder, then serve until interrupted, unless told to leave."""
    stage = Stage(folder.absolute(), screen)
    if fresh:
        _clear(stage.folder)
    stage.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _settle(stage)
    settings = load(stage.settings).settings
    processes = Processes(stage.folder / "logs")
    try:
        addresses = _scenes(stage, settings, processes)
        if not leave:
            go_on_serving(stage, processes, addresses, settings)
    finally:
        processes.stop()


def _clear(folder: Path) -> None:
    for name in ("centre", "server"):
        if serving(folder / name):
            raise Conflict(t("{path} is being served; end that run first", path=str(folder / name)))
    for name in OURS:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _settle(stage: Stage) -> None:
    """Write the settings file and the secrets that a real site would keep elsewhere."""
    folder = stage.folder
    if not stage.settings.exists():
        lines = [f"# Settings of the story in {folder.name}/; every command takes them with --settings."]
        for part in ("centre", "server"):
            listen, operations, people = (f"127.0.0.1:{_free(port)}" for port in PORTS[part])
            lines += [f"[{part}]", f'folder = "{folder / part}"']
            lines += [f'listen = "{listen}"', f'operations = "{operations}"']
            lines += [f'people_listen = "{people}"']
            lines += [f'passphrase_file = "{folder / "secrets" / "passphrase"}"'] if part == "centre" else []
        lines += ["[host]", f'folder = "{folder / "host"}"', ""]
        write_whole(stage.settings, "\n".join(lines).encode())
    secrets = folder / "secrets"
    secrets.mkdir(exist_ok=True, mode=0o700)
    for name, length in (("passphrase", 12), ("password", 12), ("call-word", 3)):
        if not (secrets / name).exists():
            write_whole(secrets / name, SYSTEM.random(length).hex().encode() + b"\n")


def _free(port: int) -> int:
    """Take the usual port, or any free one if it is taken."""
    for wish in (port, 0):
        try:
            with socket.create_server(("127.0.0.1", wish)) as sock:
                return int(sock.getsockname()[1])
        except OSError:
            continue
    raise Unreachable(t("No free port on 127.0.0.1"))


def _scenes(stage: Stage, settings: Settings, processes: Processes) -> dict[str, str]:
    addresses = {}
    stage.title(t("1. The activation centre, on a machine of its own"))
    addresses["centre"] = _centre(stage, settings, processes)
    secrets = _agreement(stage)
    stage.title(t("2. The licence server, on a network that never sees the Internet"))
    addresses["server"] = _server(stage, settings, processes)
    stage.title(t("3. The call"))
    _call(stage, settings, secrets)
    stage.title(t("4. A session host"))
    _host(stage, settings, addresses["server"])
    stage.show_command("host", "serve")
    processes.start("host", command(stage.settings, "--lang", stage.language, "--json", "host", "serve"))
    stage.title(t("5. CALs for devices, users and sessions"))
    _cals(stage)
    stage.title(t("6. What was licensed"))
    for report in ("packs", "cals", "refusals"):
        stage.present("report", report)
    stage.title(t("7. The journals hold"))
    stage.present("journal", "verify", "--of", "server")
    stage.present("journal", "verify", "--of", "centre")
    return addresses


def _serve(stage: Stage, processes: Processes, part: str, folder: str, listen: str) -> str:
    if serving(Path(folder)):
        stage.tell(t("{part} is being served already.", part=part))
        return f"https://{listen}"
    stage.show_command(part, "serve")
    address = processes.start(part, command(stage.settings, "--lang", stage.language, "--json", part, "serve"))
    return address if address.startswith("https://") else f"https://{address}"


def _centre(stage: Stage, settings: Settings, processes: Processes) -> str:
    if not (Path(settings.centre.folder) / "centre-card.json").exists():
        phones = ("FR:+33 1 23 45 67 89:lun-ven 8h-18h", "GB:+44 20 7946 0000:Mon-Fri 8-18")
        names = [word for phone in phones for word in ("--telephone", phone)]
        first = ("--supervisor", SUPERVISOR, "--password-file", str(password_file(stage)))
        made = stage.run("centre", "init", "--name", "Centre Alpha", *names, *first)
        words = made["fingerprint"][stage.language] if "fingerprint" in made else []
        stage.tell(t("Its key never leaves it; its fingerprint is: {words}", words=" ".join(words)))
    address = _serve(stage, processes, "centre", settings.centre.folder, settings.centre.listen)
    if not stage.run("people", "list", "--of", "centre", shown=False):
        who = (SUPERVISOR, "--role", "supervisor", "--password-file", str(password_file(stage)), "--of", "centre")
        stage.run("people", "add", *who)
    return address


def _agreement(stage: Stage) -> Secrets:
    """Enter the agreement once."""
    word = read_whole(stage.folder / "secrets" / "call-word").decode().strip()
    secrets = Secrets(CALLER, word, AGREEMENT)
    listed = stage.run("centre", "agreement", "list", shown=False)
    if not any(one["number"] == AGREEMENT.replace(" ", "") for one in listed):
        lines = [word for line in ENTITLED for word in ("--line", line)]
        what = ("--customer", CUSTOMER, "--programme", "open", "--sku", "CVX-RDS-22", "--proof", "PO-2026-118")
        who = ("--caller", CALLER, "--call-word-file", "-", "--number", AGREEMENT)
        stage.run("centre", "agreement", "add", *what, *lines, *who, secret=secrets.call_word + "\n")
    return secrets


def _server(stage: Stage, settings: Settings, processes: Processes) -> str:
    folder = Path(settings.server.folder)
    if not (folder / "centre-card.json").exists():
        card = Path(settings.centre.folder) / "centre-card.json"
        first = ("--administrator", ADMINISTRATOR, "--password-file", str(password_file(stage)))
        stage.run("server", "init", "--centre-card", str(card), *first)
    address = _serve(stage, processes, "server", settings.server.folder, settings.server.listen)
    stage.tell(t("Its ID, as it is dictated:"))
    stage.present("server", "id", "--form", stage.form)
    return address


def _call(stage: Stage, settings: Settings, secrets: Secrets) -> None:
    if stage.run("server", "status", shown=False)["activated"]:
        stage.tell(
            t("The licence server was activated in an earlier run; its confirmation was verified again at start.")
        )
        return
    done = play_call(stage, server_owner(settings), secrets, PACKS)
    stage.tell(
        t("Accepted: the licence server is activated, {count} packs are installed.", count=len(done.packs)),
        style="bold green",
    )


def _host(stage: Stage, settings: Settings, address: str) -> None:
    if (Path(settings.host.folder) / "enrolment.json").exists():
        stage.tell(t("{name} was enrolled in an earlier run.", name=HOST))
        return
    code = stage.run("server", "enrolment-code", "--name", HOST, "--version", "2022", "--approved")["code"]
    stage.run("host", "enrol", "--server", address, "--code", code)
    stage.tell(t("{name} is enrolled: from now on both sides prove themselves by certificates.", name=HOST))


def _cals(stage: Stage) -> None:
    stage.tell(
        t("Devices come for the first time and get their temporary CAL; once somebody has logged on, a permanent one.")
    )
    for device in DEVICES:
        _acquire(stage, "--device", device)
    for device in DEVICES[:4]:
        _acquire(stage, "--device", device, "--authenticated")
    for user in USERS:
        _acquire(stage, "--user", user)
    for name in SESSIONS:
        _acquire(stage, "--session", name)


def _acquire(stage: Stage, *arguments: str) -> None:
    told: dict[str, Any] = stage.run("host", "acquire", *arguments, shown=False)
    words = f"{told['holder']:<10} "
    if "refused" in told:
        stage.says(t("session host"), words + str(t("refused: {why}", why=told["why"])), style="red")
        return
    kind = lasting(cal_type_named(told["cal_type"]), told["temporary"])
    pack = t("pack {number}", number=told["pack"]) if told["pack"] else t("no pack")
    stage.says(
        t("session host"),
        words + str(t("{kind}, until {until}, {pack}", kind=kind, until=told["valid_until"][:10], pack=pack)),
    )
