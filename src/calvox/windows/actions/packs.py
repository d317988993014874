"""Packs: install, install again, import, convert, remove.

Rules:
- A pack's code cannot be read back from Windows, so whether it was installed shows in the packs before and after alone.
- Removing names how many CALs shall remain, so that doing it twice removes nothing twice. Converting cannot be told so: the
  script refuses to run again where its result lies.
"""

from dataclasses import replace

from calvox.common.i18n import Text, t
from calvox.core.products import CalType, version_name
from calvox.windows.actions.action import Action, Where
from calvox.windows.actions.activation import BACKUP
from calvox.windows.actions.changing import PACK as CLASS
from calvox.windows.actions.changing import SERVER
from calvox.windows.actions.hand import Answer, Hand, Remote, answer_of
from calvox.windows.actions.parameters import COUNT, KEEP, PACK, PACK_CODE, SOURCE, SOURCE_ID
from calvox.windows.actions.values import State, Values, number_in, number_of, rows_of, text_in
from calvox.windows.readings import number, typed
from calvox.windows.visit import CIMV2, Visit

KEYS = ("KeyPackId", "KeyPackType", "ProductType", "ProductVersionID", "TotalLicenses", "IssuedLicenses")
MOST_PACKS = 1_000
NOT_COUNTED = (-1, 0xFFFFFFFF)
"""TotalLicenses of a pack that Windows does not count."""


def _read(visit: Visit, values: Values) -> State:
    visit.one(CIMV2, SERVER)
    return {"Packs": [typed(row, KEYS) for row in visit.rows(CIMV2, CLASS)[:MOST_PACKS]]}


def totals(state: State) -> dict[int, int]:
    """Give the total of each pack by its number."""
    found = [(row.get("KeyPackId"), row.get("TotalLicenses")) for row in rows_of(state, "Packs")]
    return {key: total for key, total in found if isinstance(key, int) and isinstance(total, int)}


def added(before: State, after: State) -> tuple[int, int]:
    """Give number and CALs of the pack that has come or grown; twice 0 if there is none, number 0 if there are several."""
    old, new = totals(before), totals(after)
    grown = {key: total - old.get(key, 0) for key, total in new.items() if total > old.get(key, 0)}
    return (next(iter(grown)) if len(grown) == 1 else 0), sum(grown.values())


def _installed(before: State, after: State, values: Values) -> bool:
    return added(before, after)[1] > 0


def _shows_added(before: State, after: State) -> Text:
    key, quantity = added(before, after)
    rows = [row for row in rows_of(after, "Packs") if row.get("KeyPackId") == key]
    if not quantity:
        return t("no pack has come")
    if not rows:
        return t("{quantity} CALs in several packs", quantity=quantity)
    kinds = {0: CalType.DEVICE.text, 1: CalType.USER.text}
    kind = kinds.get(number_of(rows[0], "ProductType"), t("of another kind"))
    version = version_name(number_of(rows[0], "ProductVersionID"))
    return t(
        "pack {number}: {quantity} CALs {kind}, {version}", number=key, quantity=quantity, kind=kind, version=version
    )


def _shows_totals(before: State, after: State) -> Text:
    old, new = totals(before), totals(after)
    changed = [
        f"{key}: {old.get(key, 0)} → {new.get(key, 0)}" for key in sorted(old | new) if old.get(key) != new.get(key)
    ]
    return t("packs {changes}", changes=", ".join(changed)) if changed else t("packs unchanged")


def _installing(method: str) -> Remote:
    def change(hand: Hand, values: Values, before: State) -> Answer:
        given = {"sLicenseKeyPackId": text_in(values, "code")}
        if "source_name" in values:
            given |= {
                "sSourceLSName": text_in(values, "source_name"),
                "sSourceLSProductId": text_in(values, "source_id"),
            }
        row = hand.change(CIMV2, CLASS, method, given)
        return answer_of(row, KeyPackId=number(row.get("KeyPackId")))

    return Remote(_read, change)


def _missing(state: State, values: Values) -> Text | None:
    pack, total = number_in(values, "pack"), totals(state).get(number_in(values, "pack"))
    wanted = number_in(values, "keep") + number_in(values, "count")
    if total is None:
        return t("There is no pack {pack} on this server.", pack=pack)
    if total in NOT_COUNTED:
        return t("Pack {pack} is built in; Windows does not count it.", pack=pack)
    if total < wanted:
        return t("Pack {pack} holds only {total} CALs.", pack=pack, total=total)
    return None


def _remains(state: State, values: Values) -> bool:
    return totals(state).get(number_in(values, "pack"), 0) == number_in(values, "keep")


def _remove(hand: Hand, values: Values, before: State) -> Answer:
    pack, keep = number_in(values, "pack"), number_in(values, "keep")
    if keep == 0:
        return answer_of(hand.change(CIMV2, CLASS, "UninstallLicenseKeyPackWithId", {"KeyPackId": str(pack)}))
    given = {"KeyPackId": str(pack), "LicenseCount": str(totals(before)[pack] - keep)}
    return answer_of(hand.change(CIMV2, CLASS, "RemoveLicensesWithIdCount", given))


def _convert(hand: Hand, values: Values, before: State) -> Answer:
    keys = {"KeyPackId": str(number_in(values, "pack"))}
    row = hand.change(CIMV2, CLASS, "ConvertLicenses", {"Count": str(number_in(values, "count"))}, keys)
    return answer_of(row, KeypackID=number(row.get("KeypackID")))


INSTALL = Action(
    "install-pack",
    t("Install a pack by a code"),
    t("The licence server holds one more pack of CALs."),
    Where.LICENCE_SERVER,
    (f"{CLASS}.InstallLicenseKeyPack",),
    t("remove-pack takes it away; whether the clearing house gives the code again is a matter for a call."),
    _installed,
    _shows_added,
    parameters=(PACK_CODE,),
    warnings=(t("The licence server must be activated."),),
    slot="pack-id",
    parts=("state-packs", "install-pack"),
    remote=_installing("InstallLicenseKeyPack"),
)
REINSTALL = replace(
    INSTALL,
    name="reinstall-pack",
    title=t("Install a pack again by a code"),
    changes=t("The licence server holds a pack again that it had lost."),
    uses=(f"{CLASS}.ReinstallLicenseKeyPackOffline",),
    parts=("state-packs", "reinstall-pack"),
    remote=_installing("ReinstallLicenseKeyPackOffline"),
)
IMPORT = replace(
    INSTALL,
    name="import-pack",
    title=t("Import a pack from another licence server by a code"),
    changes=t("The licence server holds a pack that another one had."),
    uses=(f"{CLASS}.ImportLicenseKeyPackOffline",),
    parameters=(PACK_CODE, SOURCE, SOURCE_ID),
    warnings=(
        t("The licence server must be activated."),
        t("If the other server cannot be reached from here, its CALs must be removed there by hand: remove-pack."),
    ),
    parts=("state-packs", "import-pack"),
    remote=_installing("ImportLicenseKeyPackOffline"),
)
REMOVE = Action(
    "remove-pack",
    t("Remove a pack, or CALs of it"),
    t("The pack has fewer CALs, or is gone."),
    Where.LICENCE_SERVER,
    (f"{CLASS}.UninstallLicenseKeyPackWithId", f"{CLASS}.RemoveLicensesWithIdCount"),
    t("Only by a call to the clearing house: reinstall-pack."),
    lambda before, after, values: _remains(after, values),
    _shows_totals,
    parameters=(PACK, replace(KEEP, needed=False)),
    warnings=(BACKUP, t("Without “keep” the whole pack goes.")),
    holds=_remains,
    obstacle=_missing,
    parts=("state-packs", "remove-pack"),
    remote=Remote(_read, _remove),
)
CONVERT = Action(
    "convert-cals",
    t("Convert CALs from per device to per user, or back"),
    t("So many CALs of the pack are of the other kind afterwards, in a pack of their own."),
    Where.LICENCE_SERVER,
    (f"{CLASS}.ConvertLicenses",),
    t("By converting the new pack."),
    lambda before, after, values: totals(before) != totals(after),
    _shows_totals,
    parameters=(PACK, COUNT),
    warnings=(
        BACKUP,
        t("Microsoft does not say whether converting needs the Internet, nor which programmes allow it."),
        t("Doing it twice converts twice."),
    ),
    obstacle=_missing,
    parts=("state-packs", "convert-cals"),
    remote=Remote(_read, _convert),
)
