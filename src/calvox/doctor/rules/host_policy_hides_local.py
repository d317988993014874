"""Session host: a policy hides other licence servers that are named on the host.

What it checks: whether the licence servers that the policy names differ from those of the deployment or of the host itself.
A mode that a policy hides is found by “host-mode-conflict”.

Why it matters: with the policy in place the local names have no effect: whoever mends the licence servers in Server Manager
or by WMI mends nothing.

Example: after a migration the new licence server was set on the host; the policy still names the old one.

Remedy: change the policy, or take it away, so that one place says it all.

Reference: PolicySourceConfiguredLicenseServers of Win32_TerminalServiceSetting.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import From, short_name
from calvox.doctor.licensing import PLACE_NAMES, is_session_host, listed
from calvox.doctor.rule import Found, Rule, View, notice


def check(view: View) -> Iterator[Found]:
    """Find names that the policy overrides with others."""
    settings = [s for s in view.the_host.server_settings.value or () if s.servers]
    by_policy = next((setting.servers for setting in settings if setting.where is From.POLICY), None)
    for setting in settings if by_policy else ():
        if _short(setting.servers) != _short(by_policy or ()):
            yield notice(
                t(
                    "On {host} a policy names {servers}; what is named elsewhere ({place}) has no effect: {hidden}",
                    host=view.subject,
                    servers=listed(by_policy or ()),
                    place=PLACE_NAMES[setting.where],
                    hidden=listed(setting.servers),
                )
            )


def _short(names: tuple[str, ...]) -> set[str]:
    return {short_name(name) for name in names}


RULE = Rule(
    name="host-policy-hides-local",
    about="host",
    needs=("application_mode", "server_settings"),
    title=t("A policy hides other licence servers"),
    remedy=t(
        "Change the policy “Use the specified Remote Desktop license servers” (gpresult /h report.html shows which one sets it), or set it to Not Configured; then gpupdate /force. Make the local names the same, or empty: EmptySpecifiedLicenseServerList of Win32_TerminalServiceSetting."
    ),
    check=check,
    applies=is_session_host,
    reference="Win32_TerminalServiceSetting.PolicySourceConfiguredLicenseServers",
)
