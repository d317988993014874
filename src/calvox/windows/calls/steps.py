"""What is done before, during and after a call, in the words of Microsoft's own wizards; and what speaks against it.

Rules: steps name the wizard's pages, so that whoever sits before it finds the place; whatever a script can do instead is
left to the actions. A web browser on another machine serves wherever Microsoft documents it.
"""

from calvox.common.commands import Command
from calvox.common.i18n import Text, t
from calvox.windows.calls.dossier import Dossier
from calvox.windows.calls.kinds import ABOUT, CallKind

TELEPHONE_HINT = t(
    "The wizard on the licence server shows the number in force for the country chosen there; if it differs from the "
    "list, correct [[telephones]] in site.toml."
)
WEBSITE = "https://activate.microsoft.com"

FIELD: dict[CallKind, Text] = {
    CallKind.ACTIVATE: t("Activate Server Wizard, page License Server Activation"),
    CallKind.INSTALL: t("Install Licenses Wizard, page Obtain Client License Key Pack"),
    CallKind.REINSTALL: t("Manage RDS CALs Wizard or Install Licenses Wizard, page Obtain Client License Key Pack"),
    CallKind.MIGRATE: t("Manage RDS CALs Wizard, page Obtain Client License Key Pack"),
    CallKind.REACTIVATE: t("Reactivate Server Wizard, page License Server Reactivation"),
    CallKind.DEACTIVATE: t("Deactivate Server Wizard, page for the confirmation code"),
}
"""Where each code is typed."""


# Before the call


def prepare(dossier: Dossier) -> tuple[Text, ...]:
    """List what lies at hand."""
    always = (
        t("This sheet, a pen, and somebody at the licence server or the script to carry there."),
        t("A backup of the licence server's database folder and system state, tested."),
    )
    papers = (t("The proof of purchase or the agreement on paper."),) if ABOUT[dossier.kind].bought else ()
    return (*papers, *_OWN.get(dossier.kind, ()), *always)


_OWN: dict[CallKind, tuple[Text, ...]] = {
    CallKind.REINSTALL: (t("The reason: why the CALs are to be installed again."),),
    CallKind.MIGRATE: (t("The reason: the source is being replaced, or it is no longer functioning."),),
    CallKind.REACTIVATE: (
        t("The reason: redeployed, certificate damaged, private key exposed, activation expired, or server upgraded."),
    ),
    CallKind.DEACTIVATE: (t("The CALs of this server migrated or written down: afterwards it issues none for good."),),
}


# By telephone


def wizard(dossier: Dossier) -> tuple[Text, ...]:
    """Give the way through Microsoft's wizard by telephone."""
    server = dossier.server
    beginning = t("On {server} open RD Licensing Manager (licmgr.exe).", server=server)
    method = t("Right-click the server, Properties, tab Connection Method: choose Telephone, and the country.")
    return (beginning, *(() if dossier.kind is CallKind.ACTIVATE else (method,)), *_WIZARD[dossier.kind], _WHO, _AFTER)


_WHO = t("Call the number that the page shows, say what stands under “Say”, and note what you are given.")
_AFTER = t(
    "Type the code here first (“{type}”), then enter it; read the licence server again afterwards.",
    type=Command("windows call type"),
)
_MANAGE = t("Right-click the server, Manage Licenses.")
_WIZARD: dict[CallKind, tuple[Text, ...]] = {
    CallKind.ACTIVATE: (
        t("Right-click the server, Activate Server; connection method Telephone; choose the country or region."),
        t("The page License Server Activation shows the telephone number and the Product ID."),
    ),
    CallKind.INSTALL: (
        t("Right-click the server, Install Licenses."),
        t("The page Obtain Client License Key Pack shows the telephone number and the licence server ID."),
    ),
    CallKind.REINSTALL: (
        _MANAGE,
        t(
            "“Rebuild the license server database” deletes every CAL on the server: choose it only if the database is "
            "lost or damaged. If it is empty already, Install Licenses will do."
        ),
        t("The page Obtain Client License Key Pack shows the telephone number and the licence server ID."),
    ),
    CallKind.MIGRATE: (
        _MANAGE,
        t("“Migrate RDS CALs from another license server to this license server”; choose the reason; name the source."),
        t("CALs on a source that cannot be reached must be removed there by hand afterwards."),
    ),
    CallKind.REACTIVATE: (t("Right-click the server, Advanced, Reactivate Server; choose the reason."),),
    CallKind.DEACTIVATE: (t("Right-click the server, Advanced, Deactivate Server."),),
}


# By a web browser


def web(dossier: Dossier) -> tuple[Text, ...]:
    """Give the way by a web browser on another machine; what is said and noted is the same."""
    if dossier.kind is CallKind.DEACTIVATE:
        return (t("Microsoft documents no such way for a deactivation: the telephone is the only one."),)
    return (
        t("Take this sheet to any machine with Internet; the licence server needs none."),
        t("Open {website} there, and choose the language.", website=WEBSITE),
        *_WEB[dossier.kind],
        t("Fill in what stands under “Say”, check it on the next page, and note the {code}.", code=_code(dossier)),
        t("Print that page, and keep it with the proof of purchase."),
        t(
            "Back here: “{type}”; in Microsoft's wizard the connection method is then Web Browser.",
            type=Command("windows call type"),
        ),
    )


def _code(dossier: Dossier) -> Text:
    return ABOUT[dossier.kind].slot.label


_WEB: dict[CallKind, tuple[Text, ...]] = {
    CallKind.ACTIVATE: (t("Choose “Activate a license server”."),),
    CallKind.INSTALL: (t("Choose “Install client access licenses”."),),
    CallKind.REINSTALL: (t("Choose “Install client access licenses”; if the site refuses, telephone."),),
    CallKind.MIGRATE: (t("The Manage RDS CALs Wizard shows the address for a migration; open that one."),),
    CallKind.REACTIVATE: (
        t("Choose “Reactivate a license server” if it is offered; older documentation knows the telephone alone."),
    ),
}


# Against it


def warnings(dossier: Dossier) -> tuple[Text, ...]:
    """List what speaks against this call, by the licence server's state; then what spoke against it at its opening."""
    told = [*_of_state(dossier), *_of_purchase(dossier)]
    return (*told, *(t("Opened nevertheless: {reason}", reason=reason) for reason in dossier.against))


def _of_state(dossier: Dossier) -> list[Text]:
    server, activated = dossier.server, dossier.activated
    if activated is None:
        return [t("Whether {server} is activated is not known: collect it first", server=server)]
    if dossier.kind is CallKind.ACTIVATE:
        done = t("{server} is activated already: “reactivate” is the call for it", server=server)
        return [done] if activated else []
    return [] if activated else [t("{server} is not activated: “activate” comes first", server=server)]


def _of_purchase(dossier: Dossier) -> list[Text]:
    return list(dossier.purchase.faults()) if dossier.purchase is not None else []
