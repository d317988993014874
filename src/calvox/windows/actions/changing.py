"""What may be changed over WS-Management: methods by name, one by one.

Rules:
- Only what stands in `CHANGES` is called, and nothing there connects to the Internet.
- What Windows answers is a number, whether it came as a return value or as a fault.
- Nothing but `calvox.windows.actions.remote` makes one of these; a survey has a `Wsman`, which can only read.
"""

from collections.abc import Mapping

from calvox.common.errors import CalvoxError
from calvox.windows.line import Deadline
from calvox.windows.wsman import Given, Row, Wsman

SERVER, PACK, ISSUED, REPORT = (
    "Win32_TSLicenseServer",
    "Win32_TSLicenseKeyPack",
    "Win32_TSIssuedLicense",
    "Win32_TSLicenseReport",
)
HOST, SERVICE = "Win32_TerminalServiceSetting", "Win32_Service"
CHANGES = frozenset(
    {
        f"{SERVER}.ActivateServer", f"{SERVER}.ReactivateServer", f"{SERVER}.DeactivateServer",
        f"{SERVER}.AddLStoTSLSGroup", f"{SERVER}.PublishLS",
        f"{PACK}.InstallLicenseKeyPack", f"{PACK}.ReinstallLicenseKeyPackOffline", f"{PACK}.ImportLicenseKeyPackOffline",
        f"{PACK}.ConvertLicenses", f"{PACK}.RemoveLicensesWithIdCount", f"{PACK}.UninstallLicenseKeyPackWithId",
        f"{ISSUED}.Revoke", f"{REPORT}.GenerateReportEx",
        f"{HOST}.ChangeMode", f"{HOST}.SetSpecifiedLicenseServerList",
        f"{SERVICE}.ChangeStartMode", f"{SERVICE}.StartService",
    }
)  # fmt: skip
"""Class.Method of everything that may be called."""


class ChangingWsman(Wsman):
    """A conversation in which something may be changed."""

    def change(
        self,
        namespace: str,
        name: str,
        method: str,
        deadline: Deadline,
        given: Mapping[str, Given] | None = None,
        keys: Mapping[str, str] | None = None,
    ) -> Row:
        """Call a method that changes something, and give what it returns; a fault's number is its `ReturnValue`.

        Raises:
            Unreachable, BadInput: it may have been done or not: there was no answer, or none that can be read.
        """
        if f"{name}.{method}" not in CHANGES:
            raise ValueError(f"{name}.{method} is not among what may be changed")
        try:
            return self._invoke(namespace, name, method, deadline, given or {}, keys or {})
        except CalvoxError:
            if self.fault:
                return {"ReturnValue": str(self.fault)}
            raise
