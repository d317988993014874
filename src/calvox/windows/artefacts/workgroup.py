r"""Workgroup: a user on the licence server, and its credentials on each host for NETWORK SERVICE (CVE-2024-38099).

Rules:
- No password stands in any file: it is asked for on the screen of each machine. What runs as NETWORK SERVICE gets it through a
  file that administrators and that account alone can read, sealed with the machine's key and removed at once.
- The limit of that: for an instant it stands in the command line of cmdkey, where administrators can see it, and it is
  recorded there if the machine audits command lines. By hand, with cmdkey's own question, it is not.
- The check is never switched off: DisableWorkgroupAuthEnforcement is only warned of. It lets anybody talk to the licensing
  service, Microsoft advises against it, and newer versions may ignore it.
"""

import re

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.windows.artefacts.checks import is_address, name_checked
from calvox.windows.artefacts.given import KitInput
from calvox.windows.artefacts.parts import part
from calvox.windows.artefacts.script import script
from calvox.windows.powershell import array, literal

ACCOUNT = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*")
TAKEN = frozenset(
    (
        "administrator",
        "administrateur",
        "guest",
        "invite",
        "defaultaccount",
        "wdagutilityaccount",
        "system",
        "everyone",
        "users",
    )
)
"""Names that Windows uses itself, or may."""
LONGEST_MACHINE = 15
"""Letters of a computer's name where there is no domain."""
LONGEST_ACCOUNT = 20
PEER = "-ls"
"""What the user of other licence servers is called besides: hosts must not be taken for licence servers."""
MARK = "Calvox: sign-in to RD licensing"
"""Description of users and group, at most 48 letters; what it marks may be changed and removed."""


def workgroup_files(given: KitInput) -> dict[str, bytes]:
    """Make the scripts.

    Raises:
        BadInput: there is a domain, no licence server, or a name that cannot be.
    """
    account = account_checked(given)
    servers = servers_checked(given)
    if account.casefold() in (server.split(".")[0].casefold() for server in servers):
        raise BadInput(t("[licensing] workgroup_user in site.toml is the name of a licence server"))
    peer = account[: LONGEST_ACCOUNT - len(PEER)] + PEER
    names = (
        f"$Account = {literal(account)}\n$PeerAccount = {literal(peer)}\n"
        f"$Servers = {array(servers)}\n$Mark = {literal(MARK)}\n\n"
    )
    shared = names + part("workgroup_shared.ps1")
    return {
        "On-LicenceServer.ps1": script(
            "On a licence server in a workgroup: makes the local user as which session hosts sign in.",
            shared + part("workgroup_server.ps1"),
            about=(
                "Changes: one local user in no group; its password is asked for. -NewPassword changes it.",
                "-RecognisePeers, where there are several licence servers: also a user and a local group for them, and",
                r"the value WorkgroupLicenseServerAccountsGroup in HKLM\SYSTEM\CurrentControlSet\Services\TermServLicensing\Parameters.",
                "Undo: -Remove takes away users, group and value, if they are its own.",
            ),
            parameters="[switch]$NewPassword, [switch]$RecognisePeers, [switch]$Remove",
        ),
        "On-EachHost.ps1": script(
            "On each session host in a workgroup: stores credentials for the licence server, as NETWORK SERVICE.",
            shared + part("workgroup_host.ps1"),
            about=(
                "Changes: one entry in the credentials of NETWORK SERVICE for each licence server; the password is asked for.",
                "For a moment a scheduled task and a folder in ProgramData, both removed again.",
                "Undo: -Remove. Where there are several licence servers, run it on each of them too, with -Peer.",
                "Limit: for an instant the password stands in a command line (cmdkey), and in the log of event 4688 if command",
                "lines are audited. To avoid that, start a prompt as NETWORK SERVICE by other means and type:",
                r"cmdkey /add:SERVER /user:SERVER\USER /pass",
            ),
            parameters="[switch]$Remove, [switch]$Peer, [string]$Stage = ''",
        ),
    }


def account_checked(given: KitInput) -> str:
    """Check the user's name.

    Raises:
        BadInput: Windows would not take it, or has one of that name.
    """
    account = given.workgroup_user
    if not ACCOUNT.fullmatch(account) or len(account) > LONGEST_ACCOUNT or account.casefold() in TAKEN:
        raise BadInput(
            t("[licensing] workgroup_user in site.toml: “{name}” cannot be used", name=ascii(account)[1:-1]),
            hint=t("Write up to 20 letters and digits, as “rdlicensing”; no name that Windows uses itself."),
        )
    return account


def servers_checked(given: KitInput) -> list[str]:
    """Check that this is a workgroup with licence servers by name.

    Raises:
        BadInput: it is not.
    """
    if given.licensing.domain:
        raise BadInput(
            t("[licensing] domain in site.toml is set, and in a domain hosts sign in with their own accounts"),
            hint=t("In a domain nothing of this is needed; in a workgroup leave the domain empty."),
        )
    if not given.licensing.servers:
        raise BadInput(t("[licensing] servers in site.toml is empty"), hint=t("Write the licence server's name."))
    servers = [name_checked(name, "[licensing] servers") for name in given.licensing.servers]
    for name in servers:
        if is_address(name) or not name.isascii() or len(name.split(".")[0]) > LONGEST_MACHINE:
            raise BadInput(
                t("[licensing] servers in site.toml: “{name}” is no computer's name in a workgroup", name=name),
                hint=t("Hosts sign in as SERVER\\USER: write the name of the computer, up to 15 letters."),
            )
    return servers


def workgroup_notes(given: KitInput) -> tuple[Text, ...]:
    """Say what to mind."""
    several = len(given.licensing.servers) > 1
    texts = (
        (t("Microsoft advises against more than one licence server in a workgroup."), several),
        (t("In a workgroup only per-device CALs are supported."), True),
        (t("A password that is changed on the licence server must be stored anew on every host."), True),
    )
    return tuple(text for text, meant in texts if meant)
