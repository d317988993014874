"""What the doctor is given: one model of a site, whether its licence servers are Windows' or ours.

Rules:
- Each fact has its source and the time at which it was read. What was not collected is *unknown*, with the reason, and is
  never assumed: no default below stands for a measured value.
- Values are as the source gives them, with the traps of the sources already taken out by whoever delivers (polarity of
  activation, -1 or 2^32-1 for unlimited packs, localised version texts keyed by their number).
- Versions are the numbers of `core.products` (4 = 2012 R2 … 8 = 2025); 3 = 2008 R2 and 2 = 2008 occur on old servers.
"""

from enum import StrEnum

from calvox.doctor.fact import Fact as Fact
from calvox.doctor.fact import Struct
from calvox.doctor.own import OwnStore

UNLIMITED = -1
"""Total of a pack that Windows does not count (built-in, temporary)."""


class Join(StrEnum):
    """What a machine belongs to."""

    DOMAIN = "domain"
    WORKGROUP = "workgroup"


class Mode(StrEnum):
    """Licensing mode of a session host; Windows: 2, 4, 5, 6, 0 and 1."""

    DEVICE = "device"
    USER = "user"
    NOT_SET = "not-set"
    ENTRA_USER = "entra-user"
    """Per user by Entra ID, policy value 6, deprecated."""
    ADMIN = "admin"
    """Remote administration: two sessions, no CALs."""


class From(StrEnum):
    """Where a setting comes from, strongest first."""

    POLICY = "policy"
    DEPLOYMENT = "deployment"
    """Win32_TSDeploymentLicensing, set by a broker."""
    LOCAL = "local"
    """Registry of the host, set by WMI or Server Manager."""


class Event(Struct, frozen=True):
    """An entry of a Windows event log."""

    id: int
    source: str
    """Provider, without its common prefix Microsoft-Windows-."""
    time: int
    """Seconds since 1970-01-01 UTC."""
    text: str = ""
    count: int = 1
    """How often it occurred in the time collected."""


class Machine(Struct, frozen=True):
    """What is known of any machine."""

    name: str
    """Fully qualified, or the bare name in a workgroup."""
    version: Fact[int] = Fact()
    """Its Windows version as a number of `core.products`; Win32_OperatingSystem.BuildNumber."""
    join: Fact[Join] = Fact()
    """Win32_ComputerSystem.PartOfDomain."""
    domain: Fact[str] = Fact()
    """Name of its domain or workgroup; Win32_ComputerSystem.Domain."""
    domain_controller: Fact[bool] = Fact()
    """Win32_ComputerSystem.DomainRole 4 or 5."""
    clock_offset: Fact[int] = Fact()
    """Seconds by which its clock is ahead of the collector's."""
    administrator: Fact[bool] = Fact()
    """Whether whoever collected is a local administrator there."""
    internet: Fact[bool] = Fact()
    """Whether it can reach the Internet."""


class Pack(Struct, frozen=True):
    """A pack on a licence server; Win32_TSLicenseKeyPack."""

    number: int
    """KeyPackId."""
    kind: int
    """KeyPackType: 1 retail, 2 volume, 3 concurrent, 4 temporary, 5 open, 6 not supported."""
    product: int
    """ProductType: 0 per device, 1 per user, 2 invalid, 3 built-in."""
    version: int
    """ProductVersionID, never the localised text."""
    total: int
    """TotalLicenses; -1 = not counted."""
    issued: int
    """IssuedLicenses."""
    description: str = ""
    expires: int = 0
    """ExpirationDate, seconds UTC; 0 = never or beyond 2037."""

    @property
    def counts(self) -> bool:
        """Tell whether this is a pack that somebody bought."""
        return self.kind in (1, 2, 3, 5) and self.product in (0, 1) and self.total != UNLIMITED

    @property
    def over_use(self) -> int:
        """CALs issued beyond the total, never below zero."""
        return max(0, self.issued - self.total) if self.counts else 0


class IssuedCal(Struct, frozen=True):
    """A device CAL, or an entry of the per-user report."""

    holder: str
    per_user: bool
    version: int
    issued: int = 0
    """Seconds UTC; 0 where the source does not say."""
    expires: int = 0
    temporary: bool = False
    status: int = 0
    """Win32_TSIssuedLicense.LicenseStatus: 1 temporary, 2 active, 3 upgrade, 4 revoked, 5 pending, 6 concurrent."""


class Backup(Struct, frozen=True):
    """The newest backup of a licence server."""

    time: int
    """Seconds since 1970-01-01 UTC."""
    folder: bool
    """Whether it holds the database folder (LServer)."""
    system_state: bool
    """Whether it holds the system state."""
    tested: bool = False
    """Whether the copy was checked: esentutl /mh and /g, hashes, pack counts."""


class LicenceServer(Struct, frozen=True):
    """A licence server."""

    machine: Machine
    activated: Fact[bool] = Fact()
    """GetActivationStatus (0 = activated); the RDS: drive has it the other way round."""
    role: Fact[int] = Fact()
    """ServerRole: 0 workgroup, 1 domain, 2 forest."""
    product_id: Fact[str] = Fact()
    server_id: Fact[str] = Fact()
    """GetLicenseServerId; only if activated."""
    packs: Fact[tuple[Pack, ...]] = Fact()
    issued: Fact[tuple[IssuedCal, ...]] = Fact()
    """Device CALs (Win32_TSIssuedLicense)."""
    user_report: Fact[tuple[IssuedCal, ...]] = Fact()
    """Entries of the newest per-user report (Win32_TSLicenseReport)."""
    service_state: Fact[str] = Fact()
    """Running, Stopped …; Win32_Service TermServLicensing."""
    service_start: Fact[str] = Fact()
    """Auto, Manual, Disabled."""
    published: Fact[bool] = Fact()
    """IsLSPublished."""
    registered: Fact[bool] = Fact()
    """IsLSRegisteredToSCP."""
    in_group: Fact[bool] = Fact()
    """IsLSinTSLSGroup: member of Terminal Server License Servers (S-1-5-32-561) of its own domain."""
    security_group_policy: Fact[bool] = Fact()
    """IsLSSecGrpGPEnabled."""
    endpoint_members: Fact[tuple[str, ...]] = Fact()
    """Members of RDS Endpoint Servers (S-1-5-32-576)."""
    prevent_upgrade: Fact[bool] = Fact()
    """IsLSPreventUpgradeGPEnabled."""
    peers: Fact[tuple[str, ...]] = Fact()
    """Licence servers that it trusts as peers: policy, or Parameters\\SpecifiedLicenseServers."""
    workgroup_enforcement: Fact[bool] = Fact()
    """False if DisableWorkgroupAuthEnforcement is 1 (CVE-2024-38099 enforcement switched off)."""
    database_path: Fact[str] = Fact()
    database_free: Fact[int] = Fact()
    """Free bytes on the database's volume."""
    version_pages: Fact[int] = Fact()
    """Parameters\\MaxVerPages."""
    backup: Fact[Backup | bool] = Fact()
    """The newest backup; False: looked for and there is none."""
    events: Fact[tuple[Event, ...]] = Fact()


class ModeSetting(Struct, frozen=True):
    """A mode, and where it is set."""

    mode: Mode
    where: From


class NamedServers(Struct, frozen=True):
    """Licence servers that a host is told to use, and where."""

    servers: tuple[str, ...]
    where: From


class Reach(Struct, frozen=True):
    """How far a host gets towards one licence server; unknown steps were not tried."""

    server: str
    name: Fact[bool] = Fact()
    """Whether the name resolves."""
    port_135: Fact[bool] = Fact()
    dynamic: Fact[bool] = Fact()
    """Whether a dynamic RPC port answers."""
    pipe: Fact[bool] = Fact()
    """Whether TCP 445 answers (RPC over named pipes)."""
    status: Fact[int] = Fact()
    """GetTStoLSConnectivityStatus: 9 and 11 are good; 4 lower version, 5 not in group, 6 not connectable, 8 access denied."""


class SessionHost(Struct, frozen=True):
    """A session host."""

    machine: Machine
    application_mode: Fact[bool] = Fact()
    """TerminalServerMode = 1: a session host, not remote administration alone."""
    mode: Fact[Mode] = Fact()
    """The mode in force; LicensingType."""
    mode_settings: Fact[tuple[ModeSetting, ...]] = Fact()
    """Every place where a mode is set."""
    servers: Fact[tuple[str, ...]] = Fact()
    """Licence servers in force; GetSpecifiedLicenseServerList."""
    server_settings: Fact[tuple[NamedServers, ...]] = Fact()
    """Every place where licence servers are named."""
    grace_days: Fact[int] = Fact()
    """GetGracePeriodDays, as read: it may reach 0 on a host that is licensed correctly."""
    reach: Fact[tuple[Reach, ...]] = Fact()
    certificates: Fact[tuple[str, ...]] = Fact()
    """Names of the X509 values under RCM: their presence shows that the host once talked to a licence server."""
    bad_certificates: Fact[tuple[str, ...]] = Fact()
    """Those of them that are empty, expired or unreadable."""
    stored_credentials: Fact[bool] = Fact()
    """In a workgroup: whether NETWORK SERVICE has credentials for the licence server (cmdkey)."""
    broker: Fact[bool] = Fact()
    """Whether it belongs to a deployment with a connection broker."""
    events: Fact[tuple[Event, ...]] = Fact()


class Domain(Struct, frozen=True):
    """A domain whose users have CALs."""

    name: str
    trusted: bool = False
    """A trusted domain, not the licence servers' own."""
    group_members: Fact[tuple[str, ...]] = Fact()
    """Licence servers in its group Terminal Server License Servers (S-1-5-32-561)."""


class Directory(Struct, frozen=True):
    """What Active Directory says."""

    domains: Fact[tuple[Domain, ...]] = Fact()
    site_objects: Fact[tuple[str, ...]] = Fact()
    """Servers named by TS-Enterprise-License-Server objects (siteServer)."""
    self_may_write: Fact[bool] = Fact()
    """Whether SELF may write the msTS attributes of users (KB4547091)."""
    group_may_write: Fact[bool] = Fact()
    """Whether S-1-5-32-561 may."""
    stale_users: Fact[int] = Fact()
    """Users whose msTSExpireDate is long past although they log on."""


class Site(Struct, frozen=True):
    """Everything that was collected of a site."""

    name: str
    kind: str = "windows"
    """windows, calvox or both."""
    collected: int = 0
    """When the newest fact was read, seconds UTC."""
    licence_servers: tuple[LicenceServer, ...] = ()
    session_hosts: tuple[SessionHost, ...] = ()
    directory: Directory = Directory()
    own: tuple[OwnStore, ...] = ()
    """Licence servers and activation centres of ours."""

    @property
    def only_own(self) -> bool:
        """Tell whether this is about servers of ours alone: then nothing is asked about Windows and its directory."""
        return bool(self.own) and not self.licence_servers and not self.session_hosts


def short_name(name: str) -> str:
    """Give the host part of a name, in lower case, for comparing names written with and without their domain.

    An address stays as it is.
    """
    plain = name.strip().lower()
    is_address = ":" in plain or plain.replace(".", "").isdigit()
    return plain if is_address else plain.split(".", 1)[0]
