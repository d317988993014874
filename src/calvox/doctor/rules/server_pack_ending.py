"""Licence server: a pack ends soon, or has ended.

What it checks: packs with an end date: within 30 days is a warning; past is an error, or a notice where another pack of the
same type, as new or newer, goes on.

Why it matters: from that day the CALs of the pack are not issued or renewed. Packs bought outright do not end; those of
subscriptions and service-provider agreements do.

Example: 250 CALs of a subscription end on 9 February.

Remedy: renew with the seller and install the new pack by telephone before the day.

Reference: Microsoft Learn, “Win32_TSLicenseKeyPack class”, ExpirationDate.
"""

from collections.abc import Iterator

from calvox.common.commands import Command
from calvox.common.i18n import t
from calvox.core.products import CalType, version_name
from calvox.doctor.facts import Pack
from calvox.doctor.rule import Found, Rule, View, error, notice, warning
from calvox.doctor.rules.collector_not_administrator import believable_packs, doubtful

DAY = 86_400


def ended(pack: Pack, now: int) -> bool:
    """Tell whether a pack’s end date is past."""
    return 0 < pack.expires <= now


def check(view: View) -> Iterator[Found]:
    """Find packs that end."""
    packs = believable_packs(view)
    if packs is None:
        yield doubtful(view)
        return
    for pack in (pack for pack in packs if pack.counts and pack.expires):
        values = {
            "server": view.subject,
            "count": pack.total,
            "kind": CalType(pack.product).text,
            "version": version_name(pack.version),
            "days": abs(pack.expires - view.now) // DAY,
        }
        if ended(pack, view.now):
            say = notice if _replaced(pack, packs, view.now) else error
            yield say(t("{server}: {count} CALs {kind} of version {version} have ended (days since: {days})", **values))
        elif pack.expires <= view.now + 30 * DAY:
            yield warning(
                t("{server}: {count} CALs {kind} of version {version} end soon (days left: {days})", **values)
            )


def _replaced(old: Pack, packs: tuple[Pack, ...], now: int) -> bool:
    return any(
        pack.counts and pack.product == old.product and pack.version >= old.version and not ended(pack, now)
        for pack in packs
    )


RULE = Rule(
    name="server-pack-ending",
    about="server",
    needs=("packs",),
    title=t("A pack ends soon, or has ended"),
    remedy=t(
        "Renew with the seller, and install the new pack by telephone before the day: “{open}”.",
        open=Command("windows call open", "install"),
    ),
    check=check,
    reference="Microsoft Learn, “Win32_TSLicenseKeyPack class”, ExpirationDate",
)
