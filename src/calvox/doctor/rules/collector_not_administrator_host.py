"""Session host: whoever collected is no administrator there.

What it checks: whether the account that collected the facts is a local administrator of the session host.

Why it matters: Win32_TerminalServiceSetting wants an administrator. Others are refused, or are told that a licence server is
not accessible (status 8) although the host itself gets through to it.

Example: the collector ran as an ordinary user; mode, servers and grace days of the host are unknown.

Remedy: collect again with an account that is in the local group Administrators of the session host.

Reference: Microsoft Learn, “Win32_TerminalServiceSetting class”; Microsoft Support, KB2546583.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.rule import Found, Rule, View, warning


def check(view: View) -> Iterator[Found]:
    """Find a host that was read without the rights for it."""
    if not view.the_host.machine.administrator.value:
        yield warning(
            t("The collector was no administrator on {host}: facts may be missing or wrong", host=view.subject)
        )


RULE = Rule(
    name="collector-not-administrator-host",
    about="host",
    needs=("machine.administrator",),
    title=t("The collector was no administrator on the session host"),
    remedy=t("Collect again with an account in the session host’s local group Administrators."),
    check=check,
    reference="Microsoft Learn, “Win32_TerminalServiceSetting class”; Microsoft Support, KB2546583",
)
