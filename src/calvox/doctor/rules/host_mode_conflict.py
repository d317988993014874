"""Session host: the mode is set in two places that disagree.

What it checks: the modes set by policy, by a deployment with a broker, and on the host itself; and whether the strongest of
them is the one in force. A place where no mode is set says nothing.

Why it matters: the strongest place wins, today. Who changes the weaker one sees no effect, and when the policy goes away the
host changes its mode overnight.

Example: Server Manager says Per User, a policy from years ago says Per Device.

Remedy: keep one place, the policy if there is one, and make the others agree.

Reference: Microsoft Learn, “Licensing mode for Remote Desktop Session Host is not configured”; PolicySourceLicensingType.
"""

from collections.abc import Iterator
from itertools import pairwise

from calvox.common.i18n import t
from calvox.doctor.facts import From, Mode
from calvox.doctor.licensing import MODE_NAMES, PLACE_NAMES, is_session_host
from calvox.doctor.rule import Found, Rule, View, warning

STRENGTH = list(From)


def check(view: View) -> Iterator[Found]:
    """Find modes that differ from one place to the next, and a strongest one that is not in force."""
    settings = [s for s in view.the_host.mode_settings.value or () if s.mode is not Mode.NOT_SET]
    settings.sort(key=lambda setting: STRENGTH.index(setting.where))
    for first, second in pairwise(settings):
        if first.mode is not second.mode:
            yield warning(
                t(
                    "{host} has two modes: {mode} ({place}), which wins, and {other} ({elsewhere})",
                    host=view.subject,
                    mode=MODE_NAMES[first.mode],
                    place=PLACE_NAMES[first.where],
                    other=MODE_NAMES[second.mode],
                    elsewhere=PLACE_NAMES[second.where],
                )
            )
    mode = view.the_host.mode.value
    if settings and mode is not None and settings[0].mode is not mode:
        yield warning(
            t(
                "{host} is set to {mode} ({place}), but {other} is in force",
                host=view.subject,
                mode=MODE_NAMES[settings[0].mode],
                place=PLACE_NAMES[settings[0].where],
                other=MODE_NAMES[mode],
            )
        )


RULE = Rule(
    name="host-mode-conflict",
    about="host",
    needs=("application_mode", "mode", "mode_settings"),
    title=t("The mode is set in two places that disagree"),
    remedy=t(
        "Decide on one mode. If a policy sets it, change it there (gpresult /h report.html shows which one), run gpupdate /force, and set the rest to the same: Set-RDLicenseConfiguration -Mode with a connection broker, ChangeMode of Win32_TerminalServiceSetting without. If the policy is right and not in force, restart the host."
    ),
    check=check,
    applies=is_session_host,
    reference="Microsoft Learn, “Licensing mode for Remote Desktop Session Host is not configured”",
)
