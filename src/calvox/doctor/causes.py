"""What may be behind a message: each cause with how to tell it apart, the rules that prove it, and what to do."""

from dataclasses import dataclass

from calvox.common.commands import Command
from calvox.common.i18n import Text, t


@dataclass(frozen=True, slots=True, eq=False)
class Cause:
    """Something that may be behind a message."""

    text: Text
    tell: Text
    """How to tell it apart from the others."""
    remedy: Text
    rules: tuple[str, ...] = ()
    """Rules of the doctor that prove it."""


NOT_NAMED = Cause(
    t("The session host is not told any licence server."),
    t("GetSpecifiedLicenseServerList is empty on the host; event 1130."),
    t("Name the licence servers by the policy “Use the specified Remote Desktop license servers”."),
    ("host-no-server",),
)
MODE_NOT_SET = Cause(
    t("The licensing mode of the session host is not set."),
    t("LicensingType is 5; event 1068; a balloon tells administrators."),
    t("Set the policy “Set the Remote Desktop licensing mode”: Per User in a domain, Per Device in a workgroup."),
    ("host-mode-not-set",),
)
MODE_HIDDEN = Cause(
    t("The mode was set in Server Manager, and a policy or an old local value says something else."),
    t("Compare the policy's LicensingMode with the one under RCM\\Licensing Core; gpresult /h shows the policy."),
    t("Set the mode in one place only, best by policy, and remove the other."),
    ("host-mode-conflict", "host-policy-hides-local"),
)
GRACE_OVER = Cause(
    t("The grace period ended, and no licence server gave the host anything before that."),
    t("GetGracePeriodDays is 0 and it worked until a certain day for everybody; events 1129, then 1128."),
    t("Put mode, licence server and packs right; meanwhile administrators connect with “mstsc /admin”."),
    ("host-grace-over",),
)
NAME_UNKNOWN = Cause(
    t("The session host cannot resolve the licence server's name."),
    t("On the host “Resolve-DnsName LIC01” fails, while other names resolve."),
    t("Correct the name in the policy, or add the record to the name server."),
    ("host-server-name",),
)
BLOCKED = Cause(
    t("A firewall stands between session host and licence server: TCP 135, the dynamic ports or TCP 445."),
    t("The name resolves and “Test-NetConnection LIC01 -Port 135” or “-Port 445” fails; event 1131."),
    t("Allow TCP 135, 445 and 49152-65535 from the hosts to the licence server."),
    ("host-server-port-135", "host-server-dynamic-ports", "host-server-pipe"),
)
STOPPED = Cause(
    t("The service TermServLicensing does not run on the licence server."),
    t("“Get-Service TermServLicensing” there says Stopped; all its hosts are affected at once."),
    t("Start it, set it to start automatically, and read its events for why it stopped."),
    ("server-service-stopped", "server-service-not-automatic", "host-server-not-connectable"),
)
NOT_ACTIVATED = Cause(
    t("The licence server is not activated."),
    t("GetActivationStatus gives 1; Remote Desktop Licensing Manager shows it so; events 18 or 39 on it."),
    t("Activate it by telephone; “{open}” says what to prepare.", open=Command("windows call open", "activate")),
    ("server-not-activated",),
)
NO_PACK = Cause(
    t("The licence server has no pack of the type that the host's mode needs."),
    t("Packs have ProductType 0 (device) or 1 (user); the host's LicensingType is 2 (device) or 4 (user)."),
    t("Install CALs of that type, convert those at hand, or change the host's mode."),
    ("host-no-matching-packs", "server-no-packs", "server-packs-unfit"),
)
CALS_TOO_OLD = Cause(
    t("The packs are older than the session host's Windows."),
    t("ProductVersionID of every pack of that type is lower than the host's version; older hosts work."),
    t(
        "Install CALs of the host's version or newer; “{compat}” shows which go together.",
        compat=Command("windows compat"),
    ),
    ("host-cals-older", "site-versions-partly-served"),
)
SERVER_TOO_OLD = Cause(
    t("The licence server's Windows is older than the session host's."),
    t("GetTStoLSConnectivityStatus gives 4; event 1132; hosts of the server's own version work."),
    t("Move the licence server to a Windows at least as new as the newest host, then the packs."),
    ("host-server-older", "host-server-lower-version"),
)
CREDENTIALS = Cause(
    t(
        "A workgroup host has no credentials for the licence server, which asks for them since CVE-2024-38099 was mended."
    ),
    t("It began with an update of the licence server; host or server is in a workgroup; status 8 or 6."),
    t("Make a user on the licence server, and store it on the host as NETWORK SERVICE with cmdkey."),
    ("host-workgroup-credentials",),
)
CERTIFICATES = Cause(
    t("The licensing certificates that the host keeps are damaged."),
    t("One host is affected, others use the same licence server well; “security error” for some clients."),
    t("Export the key RCM, delete Certificate and the three X509 values, restart the host, reactivate if it persists."),
    ("host-bad-certificates",),
)
NOT_ALLOWED = Cause(
    t("The licence server serves only hosts in RDS Endpoint Servers, and this host is not in it."),
    t("Event 1043 on the host, 4140 or 4141 on the server; status 5; “License server security group” is enabled."),
    t("Add the host's account to RDS Endpoint Servers (S-1-5-32-576) on the licence server, or switch the policy off."),
    ("host-not-allowed", "server-security-group-empty"),
)
POOL_EMPTY = Cause(
    t("All device CALs of the version are issued."),
    t("IssuedLicenses equals TotalLicenses for the version; new devices are refused, known ones work."),
    t("Revoke CALs of devices that are gone (at most 20 % of a version), or buy more."),
    ("server-pool-used",),
)
TEMPORARY_OVER = Cause(
    t("The device's temporary CAL ran out after 90 days, and it never got a permanent one."),
    t("One device or a few; event 1011; on the server its row in Win32_TSIssuedLicense has status 1."),
    t("See that the server is activated and a CAL of the host's version is free; the next connection takes it."),
    ("server-only-temporary", "server-pool-used"),
)
DEVICE_STORE = Cause(
    t("What the client device keeps of its CAL is damaged, or cannot be written by the user."),
    t("One device fails with every user, other devices work; starting the client as administrator works."),
    t("On the device export and delete the key MSLicensing, then connect once as administrator."),
)
USER_IN_WORKGROUP = Cause(
    t("Per-user mode is used without a domain."),
    t("Host or users are in a workgroup; with 2019 sessions end after 60 minutes, after a warning."),
    t("Use Per Device in a workgroup, or join a domain."),
    ("host-per-user-workgroup", "server-per-user-workgroup"),
)
SELF_MAY_NOT = Cause(
    t("Users may not write their own licensing attributes, and hosts of 2019 and newer write as the user."),
    t("Hosts are 2019 or newer; the per-user report is empty although people work; no event on the licence server."),
    t("Delegate to SELF “Read and write Terminal Server license server” on user objects."),
    ("directory-self-may-not-write", "directory-stale-users"),
)
NOT_IN_GROUP = Cause(
    t("The licence server is not in the group Terminal Server License Servers of the users' domain."),
    t("IsLSinTSLSGroup says no, for its own domain or for a trusted one."),
    t("Add its computer account to the group (S-1-5-32-561) in every domain with users, and restart its service."),
    ("server-not-in-group", "directory-group-missing"),
)
GROUP_MAY_NOT = Cause(
    t("The group may not write the attributes of some accounts, as where inheritance is switched off."),
    t(
        "Event 4105 names always the same users or one organisational unit; administrators' accounts are often among them."
    ),
    t("Restore the group's permission and the inheritance on those accounts."),
    ("directory-group-may-not-write",),
)
NO_CONTROLLER = Cause(
    t("The machine cannot reach a domain controller."),
    t("“nltest /dsgetdc:” fails there; other domain errors stand in its events at the same time."),
    t("Mend name resolution, the clock and TCP 389 and 88 to a domain controller."),
    ("host-clock-skew", "server-clock-skew"),
)
NO_RIGHTS = Cause(
    t("The Diagnoser was started by somebody who is no administrator of the licence server: its 0 is no count."),
    t("It asks for credentials; with an administrator's the number of CALs appears."),
    t("Choose “Provide Credentials”, or start it as an administrator of both machines."),
    ("collector-not-administrator-host", "collector-not-administrator"),
)
HARMLESS = Cause(
    t("Nothing is wrong: a local account in per-user mode, or an administrative session, sees the balloon as well."),
    t("Mode and servers are set, the Diagnoser finds nothing, domain users work."),
    t("Nothing; the policy “Hide notifications about RD Licensing problems” silences it."),
)
ALL_WELL = Cause(
    t("Nothing is wrong as far as this tells."),
    t("It does not look at the backup, at the directory or at over-use."),
    t("Run “{doctor}” on the facts for the rest.", doctor=Command("doctor")),
)
DATABASE = Cause(
    t("The database of the licence server is damaged, or the service may not write its folder."),
    t("Errors of ESENT at the same time; look at free space and rights of the LServer folder first."),
    t(
        "Restore LServer and system state together. Rebuilding the database deletes all CALs: they are reissued by telephone, “{open}”.",
        open=Command("windows call open", "reinstall"),
    ),
    ("server-little-room", "server-events", "server-no-backup"),
)
VERSION_STORE = Cause(
    t("The database ran out of version pages."),
    t("ESENT 623 stands beside it, mostly when a report is made of very many CALs."),
    t("Set MaxVerPages under TermServLicensing\\Parameters (256 to 2048) and restart the service."),
    ("server-events",),
)
CALS_REMOVED = Cause(
    t("All CALs of a product were removed from the licence server, by hand or when Windows was replaced under it."),
    t("The event names the product and how many there were; note the number."),
    t(
        "Call Microsoft to have them reissued; “{open}” says what to have at hand.",
        open=Command("windows call open", "reinstall"),
    ),
    ("server-no-packs", "server-events"),
)
SERVER_CERTIFICATE = Cause(
    t("A certificate of the licence server is damaged or no longer valid."),
    t("Events 17 or 19 on the licence server; every host of it is affected; compare the clocks."),
    t(
        "Reactivate it by telephone, with the reason “certificate corrupt”: “{open}”.",
        open=Command("windows call open", "reactivate"),
    ),
    ("server-events", "server-clock-skew"),
)
PEERS = Cause(
    t("Licence servers do not trust one another since CVE-2024-38231 was mended, or one of them is gone."),
    t("There are several; the event names the other one; it began with an update, or when that one was switched off."),
    t("Publish them in the directory or name them in SpecifiedLicenseServers on each; forget the one that is gone."),
    ("server-peer-authentication",),
)
MIGRATION_LEFT = Cause(
    t("After a migration the CALs still stand on the old licence server."),
    t("The event names the source; it could not be reached, or was declared dead."),
    t("Remove the CALs on the source by hand before it serves anybody again: otherwise they are counted twice."),
)
NO_UPGRADE = Cause(
    t("Only newer CALs are free, and the policy “Prevent license upgrade” forbids to give them to older hosts."),
    t("The policy is enabled on the licence server; packs of the host's own version are used up."),
    t("Switch the policy off, or add CALs of the host's version."),
    ("server-prevent-upgrade",),
)
SLOW = Cause(
    t("The licence server answers too slowly, or the connection to it loses packets."),
    t("It comes and goes; a server of an older Windows hangs so with newer hosts; look at its load."),
    t("Check the path and the server's age; take servers that are gone out of the list that the host tries in turn."),
    ("host-server-older", "host-server-not-connectable"),
)
CLIENT_LEFT = Cause(
    t("The client gave up or lost the network while licences were negotiated."),
    t("It comes once and does not return; no licensing event on the host."),
    t("Try again; look at the network of the device if it repeats."),
)
PROTOCOL = Cause(
    t("Client and host did not understand one another: an old or foreign client, or something between them."),
    t("Only one sort of client or one gateway is affected; Microsoft's own client works from the same place."),
    t("Update the client."),
)
REMOVE_OLD_GROUP = Cause(
    t(
        "The group Terminal Server Computers is a leftover of Windows Server 2008; its place is taken by RDS Endpoint Servers."
    ),
    t("The event names it."),
    t("Use RDS Endpoint Servers (S-1-5-32-576); remove the old group if nothing else uses it."),
)
POLICY_MODULE = Cause(
    t("The policy module of the licensing service did not start."),
    t("Event 12, since the service last started; hosts are refused at once, not after a wait."),
    t("Restart the service; if the event comes back, repair the role Remote Desktop Licensing."),
    ("server-events",),
)
IGNORABLE = Cause(
    t("An error of the database that Microsoft says to ignore."),
    t("The text of event 44 holds -1316, and CALs are issued as before."),
    t("Nothing, if it is that number."),
    ("server-events",),
)
NOTHING_TO_DO = Cause(
    t("This only tells what happened."),
    t("Nothing fails at the same time."),
    t("Nothing, if it was meant."),
)
