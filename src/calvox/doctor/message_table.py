"""Messages and numbers that Windows shows when licensing fails, as published, with their probable causes in order."""

from dataclasses import dataclass

from calvox.common.i18n import Text, t
from calvox.doctor.causes import (
    ALL_WELL,
    BLOCKED,
    CALS_REMOVED,
    CALS_TOO_OLD,
    CERTIFICATES,
    CLIENT_LEFT,
    CREDENTIALS,
    DATABASE,
    DEVICE_STORE,
    GRACE_OVER,
    GROUP_MAY_NOT,
    HARMLESS,
    IGNORABLE,
    MIGRATION_LEFT,
    MODE_HIDDEN,
    MODE_NOT_SET,
    NAME_UNKNOWN,
    NO_CONTROLLER,
    NO_PACK,
    NO_RIGHTS,
    NO_UPGRADE,
    NOT_ACTIVATED,
    NOT_ALLOWED,
    NOT_IN_GROUP,
    NOT_NAMED,
    NOTHING_TO_DO,
    PEERS,
    POLICY_MODULE,
    POOL_EMPTY,
    PROTOCOL,
    REMOVE_OLD_GROUP,
    SELF_MAY_NOT,
    SERVER_CERTIFICATE,
    SERVER_TOO_OLD,
    SLOW,
    STOPPED,
    TEMPORARY_OVER,
    USER_IN_WORKGROUP,
    VERSION_STORE,
    Cause,
)


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """Something that Windows says."""

    meaning: Text
    """What it says, in our words."""
    causes: tuple[Cause, ...]
    """The likeliest first."""
    texts: tuple[str, ...] = ()
    """As Windows shows it, without names and numbers that vary."""
    numbers: tuple[int, ...] = ()
    """Client codes, extended codes, event numbers."""


PATH_TO_SERVER = (NAME_UNKNOWN, BLOCKED, STOPPED)
NO_SERVER = (NOT_NAMED, *PATH_TO_SERVER, GRACE_OVER, NOT_ACTIVATED, NO_PACK, MODE_NOT_SET, CALS_TOO_OLD)
RARER = (SERVER_TOO_OLD, CREDENTIALS, USER_IN_WORKGROUP, NOT_ALLOWED, CERTIFICATES)
NO_CAL = (POOL_EMPTY, TEMPORARY_OVER, NO_PACK, CALS_TOO_OLD, NOT_ACTIVATED, DEVICE_STORE, NO_UPGRADE, MODE_NOT_SET)
TRACKING = (NOT_IN_GROUP, GROUP_MAY_NOT, SELF_MAY_NOT, NO_CONTROLLER)

MESSAGES: tuple[Message, ...] = (
    Message(
        t("The session host found no licence server that would give it a CAL."),
        (*NO_SERVER, *RARER),
        (
            "The remote session was disconnected because there are no Remote Desktop License Servers available to provide a license",
            "La session distante a été déconnectée, car aucun serveur de licences Bureau à distance n’est disponible",
            "La session distante a été déconnectée, car aucun serveur de licences Bureau à distance n’est disponible pour fournir une licence",
            "La session distante a été déconnectée, car aucun serveur de licences des services Bureau à distance n’est disponible pour fournir une licence",
        ),
        (257,),
    ),
    Message(
        t("No CAL was free or fitting for this device."),
        NO_CAL,
        (
            "The remote session was disconnected because there are no Remote Desktop client access licenses available for this computer",
            "La session distante a été déconnectée, car aucune licence d’accès client Bureau à distance n’est disponible pour cet ordinateur",
        ),
        (258,),
    ),
    Message(
        t("The licensing mode is not set, and the grace period still runs or is over."),
        (MODE_NOT_SET, MODE_HIDDEN, HARMLESS),
        (
            "Remote Desktop licensing mode is not configured. Remote Desktop Services will stop working in days. On the RD Connection Broker server, use Server Manager to specify the Remote Desktop licensing mode",
            "The licensing mode for the Remote Desktop Session Host server is not configured",
            "Le mode de licence des services Bureau à distance n’est pas configuré, les services Bureau à distance cesseront de fonctionner dans jours. Sur le serveur Broker pour les connexions, utilisez le gestionnaire de serveur pour spécifier le mode de licence des services Bureau à distance",
        ),
        (1068,),
    ),
    Message(
        t("The grace period is over and something of the licensing is not set."),
        (MODE_NOT_SET, MODE_HIDDEN, HARMLESS, NOT_NAMED, *PATH_TO_SERVER, NOT_ACTIVATED, NO_PACK, CALS_TOO_OLD),
        (
            "Remote Desktop Services will stop working because this computer is past its licensing grace period",
            "Remote Desktop Services will stop working because this computer is past its grace period and has not contacted at least a valid Windows Server 2008 license server",
            "Les services Bureau à distance cesseront de fonctionner, car cet ordinateur a dépassé la période de grâce et n’a pas contacté au moins un serveur de licences Windows Server 2008 valide",
        ),
        (1069,),
    ),
    Message(
        t("A certificate of the licensing stops the connection before a CAL is asked for."),
        (CERTIFICATES, SERVER_CERTIFICATE, PROTOCOL),
        (
            "Because of a security error, the client could not connect to the terminal server. After making sure that you are logged on to the network, try connecting to the server again",
            "The RDP protocol component X.224 detected an error in the protocol stream and has disconnected the client",
            "Le client n’a pas pu se connecter au serveur Terminal Server en raison d’une erreur de sécurité. Après avoir vérifié que vous êtes connecté au réseau, réessayez de vous connecter au serveur",
            "Le composant X.224 du protocole RDP a détecté une erreur dans le flux du protocole et a déconnecté le client",
        ),
        (1133, 264),
    ),
    Message(
        t("The Diagnoser found nothing."),
        (ALL_WELL,),
        ("RD Licensing Diagnoser did not identify any licensing problems for the Remote Desktop Session Host server",),
    ),
    Message(
        t("The Diagnoser sees no CALs for this host."),
        (NO_RIGHTS, NO_PACK, CALS_TOO_OLD, NOT_ACTIVATED, MODE_NOT_SET, POOL_EMPTY, *PATH_TO_SERVER),
        (
            "Licenses are not available for this Remote Desktop Session Host server, and RD Licensing Diagnoser has identified licensing problems",
            "Number of licenses available for clients: 0",
        ),
    ),
    Message(
        t("The Diagnoser lacks the rights to look into the licence server."),
        (NO_RIGHTS, CREDENTIALS),
        ("To identify possible licensing issues, administrator credentials for license server are required",),
    ),
    Message(
        t("The grace period is over and the host names no licence server."),
        (NOT_NAMED, GRACE_OVER, MODE_NOT_SET),
        (
            "The grace period for the Remote Desktop Session Host server has expired, but the RD Session Host server hasn't been configured with any license servers. Connections to the RD Session Host server will be denied unless a license server is configured for the RD Session Host server",
            "La période de grâce du serveur hôte de session Bureau à distance a expiré, mais le serveur n’a pas été configuré avec des serveurs de licences. Les connexions au serveur hôte de session Bureau à distance seront refusées tant qu’un serveur de licences ne sera pas configuré",
        ),
    ),
    Message(
        t("The grace period runs and the host names no licence server."),
        (NOT_NAMED, MODE_NOT_SET),
        (
            "The Remote Desktop Session Host server is within its grace period, but the RD Session Host server has not been configured with any license server",
        ),
        (1130,),
    ),
    Message(
        t("The licence server that the host names does not answer."),
        (*PATH_TO_SERVER, CREDENTIALS, SERVER_TOO_OLD, NOT_ALLOWED),
        (
            "License server is not available. This could be caused by network connectivity problems, the Remote Desktop Licensing service is stopped on the license server, or RD Licensing isn't available",
            "Le serveur de licences n’est pas disponible. Cela peut être dû à des problèmes de connectivité réseau, au fait que le Gestionnaire de licences des services Bureau à distance est arrêté sur le serveur de licences ou au fait qu’il n’est plus disponible",
        ),
        (1131,),
    ),
    # Client codes and extended codes
    Message(t("Licensing failed; the extended code says more."), (*NO_SERVER, *RARER, DEVICE_STORE), (), (2056,)),
    Message(t("Licensing took too long."), (SLOW, *PATH_TO_SERVER), (), (2312, 20497)),
    Message(t("An internal error of licensing."), (CERTIFICATES, DEVICE_STORE, SERVER_CERTIFICATE), (), (256,)),
    Message(t("A licensing message was not understood."), (PROTOCOL, CERTIFICATES), (), (259,)),
    Message(t("The CAL that the device shows belongs to another device."), (DEVICE_STORE,), (), (260,)),
    Message(t("The client reported a licensing error."), (DEVICE_STORE, PROTOCOL), (), (261,)),
    Message(t("The network failed during licensing."), (CLIENT_LEFT, SLOW), (), (262,)),
    Message(t("The client ended the licensing."), (CLIENT_LEFT, PROTOCOL), (), (263,)),
    Message(
        t("This computer is not licensed for remote connections."),
        (NO_PACK, MODE_NOT_SET, NOT_ACTIVATED, CALS_TOO_OLD, NOT_NAMED, *PATH_TO_SERVER, GRACE_OVER),
        (),
        (266,),
    ),
    Message(t("The device may not write where it keeps its CAL."), (DEVICE_STORE,), (), (267,)),
    # Events of a session host
    Message(t("A client showed a CAL that is not valid."), (DEVICE_STORE, CERTIFICATES), (), (1003,)),
    Message(t("The session host could give the client no CAL."), (*NO_CAL, *PATH_TO_SERVER), (), (1004,)),
    Message(t("A device's temporary CAL ran out."), (TEMPORARY_OVER, POOL_EMPTY, NOT_ACTIVATED, NO_PACK), (), (1011,)),
    Message(t("A device's CAL could not be renewed."), (*PATH_TO_SERVER, POOL_EMPTY, CALS_TOO_OLD), (), (265, 1028)),
    Message(t("The licence server does not serve this host."), (NOT_ALLOWED,), (), (1043,)),
    Message(t("The host could not read a user's licensing attributes."), (NO_CONTROLLER, SELF_MAY_NOT), (), (1061,)),
    Message(t("The grace period is over and no licence server has CALs."), (*NO_SERVER, *RARER), (), (1128, 1152)),
    Message(
        t("The grace period ends soon."),
        (NOT_NAMED, *PATH_TO_SERVER, NOT_ACTIVATED, NO_PACK, MODE_NOT_SET),
        (),
        (1129,),
    ),
    Message(t("The licence server does not support this host's Windows."), (SERVER_TOO_OLD, CALS_TOO_OLD), (), (1132,)),
    Message(
        t("What 1128 to 1133 say, for a virtualisation host."),
        NO_SERVER,
        (),
        (1153, 1154, 1155, 1156, 1157, 1158, 1159, 1160),
    ),
    # Events of a licence server
    Message(
        t("The licensing service started, paused, resumed, stopped, or was activated."),
        (NOTHING_TO_DO,),
        (),
        (0, 1, 2, 4),
    ),
    Message(t("The licensing service stopped."), (STOPPED, DATABASE), (), (3,)),
    Message(t("The licence server does not get through to another one."), (PEERS,), (), (7, 8, 15)),
    Message(t("The licensing database is not valid."), (DATABASE, VERSION_STORE), (), (9, 4100)),
    Message(t("The licensing database reported an error."), (IGNORABLE, DATABASE, VERSION_STORE), (), (44,)),
    Message(t("The database reported that its version store is full."), (VERSION_STORE, DATABASE), (), (623,)),
    Message(t("The licence server refuses every request."), (POLICY_MODULE, DATABASE), (), (12,)),
    Message(t("The licence server cannot find its own CALs."), (DATABASE,), (), (14,)),
    Message(t("A CAL that ended was not returned to the pool."), (NOTHING_TO_DO,), (), (16,)),
    Message(t("A certificate of the licence server is bad."), (SERVER_CERTIFICATE,), (), (17, 19)),
    Message(t("The licence server is not activated."), (NOT_ACTIVATED,), (), (18, 39)),
    Message(t("Permanent CALs run out, or there are none."), (POOL_EMPTY, NO_PACK, CALS_TOO_OLD), (), (20, 21, 22)),
    Message(t("All CALs of a product were removed."), (CALS_REMOVED,), (), (26,)),
    Message(t("The licence server was published in the directory."), (NOTHING_TO_DO,), (), (64,)),
    Message(t("The old group of session hosts stands in the way."), (REMOVE_OLD_GROUP,), (), (71, 73)),
    Message(t("The licence server was added to the directory's group."), (NOTHING_TO_DO,), (), (74, 8196)),
    Message(t("The licence server was removed from the directory's group."), (NOT_IN_GROUP,), (), (76,)),
    Message(t("CALs were migrated, and what stands on the source must go."), (MIGRATION_LEFT,), (), (89, 90, 92, 93)),
    Message(t("The licence server could not write a user's licensing attributes."), TRACKING, (), (4105,)),
    Message(t("The licence server cannot reach a domain controller."), (NO_CONTROLLER,), (), (4107, 4108)),
    Message(t("A session host is not in the group that the licence server serves."), (NOT_ALLOWED,), (), (4140, 4141)),
    Message(t("A user's CAL was replaced by a newer one."), (NOTHING_TO_DO,), (), (4144,)),
)
