"""Which items a bundle may have, and the keys of each one's value: the collector, the survey and the facts agree on them.

Rules:
- Properties and method results of WMI classes keep their WMI names, spelling and type; a method's result also has
  `ReturnValue`, and a value other than 0 there is a failure. Names of our own are marked * below.
- Where there may be several instances, the value is `{"rows": [...]}`; no rows means that there are none.
- Times are ISO 8601 in UTC with Z, or CIM datetimes; both are understood everywhere.
- A key that is missing or null was empty or could not be read. An item whose value is null has an error that says why:
  `class missing`, `not found`, `access denied`, `not administrator`, `not collected`, or a code such as 0x80041003.
- A registry key that does not exist is an empty value, or an item with the error `not found`; a value not set is null.
- A domain role, a name or a status that Windows gives as a number stays a number.
"""

CLASS_MISSING = "class missing"
"""Error of an item whose WMI class does not exist on the machine: the role is not installed."""
NOT_FOUND = "not found"
"""Error of an item whose registry key, file, group or object does not exist."""
ACCESS_DENIED = "access denied"
"""Error of an item that may not be read."""
NOT_ADMINISTRATOR = "not administrator"
"""Why the empty answer that Windows gives to others than administrators is no answer."""
NOT_COLLECTED = "not collected"
"""Why a fact is unknown of which there is no item at all."""

ROWS = "rows"
"""Key of the list, where a value has several instances."""

_EVENT = ("Id", "ProviderName", "TimeCreated", "Count", "Message")
"""Newest of each provider and number; Message is the text, Count how many there were; beside the rows stand Days* and
Unread* (list of logs that could not be read)."""

ITEMS: dict[str, tuple[str, ...]] = {
    # Any machine
    "win32_operatingsystem": ("BuildNumber", "ProductType", "Caption", "Version", "OSLanguage"),
    "win32_computersystem": ("Name", "DNSHostName", "Domain", "PartOfDomain", "DomainRole"),
    "win32_service": ("rows", "Name", "State", "StartMode"),  # TermServLicensing, TermService; no row: not installed
    # Licence server; Root\CIMv2
    "win32_tslicenseserver": (
        "ServerRole",
        "DatabasePath",
        "ProductId",
        "Version",
        "VersionNumber",
        "FirstName",
        "LastName",
        "Company",
        "CountryRegion",
    ),
    "win32_tslicenseserver.getactivationstatus": ("ReturnValue", "ActivationStatus"),
    "win32_tslicenseserver.getlicenseserverid": ("ReturnValue", "sLicenseServerId"),
    "win32_tslicenseserver.islspublished": ("ReturnValue", "Published"),
    "win32_tslicenseserver.islsregisteredtoscp": ("ReturnValue", "Registered"),
    "win32_tslicenseserver.islsintslsgroup": ("ReturnValue", "IsMember"),
    "win32_tslicenseserver.islsondc": ("ReturnValue", "OnDC"),
    "win32_tslicenseserver.islssecgrpgpenabled": ("ReturnValue", "Enabled"),
    "win32_tslicenseserver.islspreventupgradegpenabled": ("ReturnValue", "Enabled"),
    "win32_tslicensekeypack": (
        "rows",
        "KeyPackId",
        "Description",
        "KeyPackType",
        "ProductType",
        "ProductVersion",
        "ProductVersionID",
        "TotalLicenses",
        "IssuedLicenses",
        "AvailableLicenses",
        "ExpirationDate",
        "TypeAndModel",
    ),
    "win32_tsissuedlicense": (  # at most 5,000 rows; Total*: how many there are
        "rows",
        "Total",
        "LicenseId",
        "KeyPackId",
        "sIssuedToUser",
        "sIssuedToComputer",
        "IssueDate",
        "ExpirationDate",
        "LicenseStatus",
    ),
    "win32_tslicensereport": (  # FileName null: no report was ever made; rows are FetchReportEntries of the newest
        "rows",
        "FileName",
        "GenerationDateTime",
        "User",
        "ExpirationDate",
        "CALType",
        "ProductVersion",
        "ProductVersionID",
    ),
    "registry_termservlicensing": (  # HKLM\SYSTEM\CurrentControlSet\Services\TermServLicensing\Parameters
        "MaxVerPages",
        "DisableWorkgroupAuthEnforcement",
        "SpecifiedLicenseServers",  # list of texts
        "WorkgroupLicenseServerAccountsGroup",
    ),
    "database_volume": ("DeviceID", "FreeSpace", "Size"),  # Win32_LogicalDisk of DatabasePath
    "backup": ("Place", "rows", "Name", "Time", "Folder", "SystemState"),  # all *; Folder, SystemState: true or false
    "vss_writer": ("rows", "Name", "Id", "State"),  # *
    "group_rds_endpoint_servers": ("Sid", "rows", "Name"),  # *; members of S-1-5-32-576, DOMAIN\name
    "group_license_servers": ("Sid", "rows", "Name"),  # *; members of S-1-5-32-561
    "events_licence_server": ("Days", "Unread", "rows", *_EVENT),
    # Session host; Root\CIMv2\TerminalServices
    "win32_terminalservicesetting": (
        "TerminalServerMode",
        "LicensingType",
        "LicensingName",
        "PossibleLicensingTypes",
        "PolicySourceLicensingType",
        "PolicySourceConfiguredLicenseServers",
    ),
    "win32_terminalservicesetting.getgraceperioddays": ("ReturnValue", "DaysLeft"),
    "win32_terminalservicesetting.getspecifiedlicenseserverlist": ("ReturnValue", "SpecifiedLSList"),  # list of texts
    "win32_terminalservicesetting.gettstolsconnectivitystatus": (  # one row for each server; ServerName is what was given
        "rows",
        "ServerName",
        "ReturnValue",
        "TsToLsConnectivityStatus",
    ),
    "win32_tsdeploymentlicensing": ("UseCentralLicensingSettings", "LicenseServers", "LicensingType"),
    "win32_tssessiondirectory": ("SessionDirectoryActive", "SessionDirectoryLocation"),
    "registry_policy": (  # HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services; no key: an empty value
        "LicenseServers",  # one text, names with commas between them
        "LicensingMode",
        "fSecureLicensing",
        "fPreventLicenseUpgrade",
        "fDisableTerminalServerTooltip",
    ),
    "registry_licensing_core": ("LicensingMode",),  # …\Control\Terminal Server\RCM\Licensing Core
    "registry_license_servers": ("SpecifiedLicenseServers",),  # …\TermService\Parameters\LicenseServers; list of texts
    "registry_license_servers_subkey": ("SpecifiedLicenseServers",),  # …\LicenseServers\SpecifiedLicenseServers
    "registry_rcm_license_servers": ("LicenseServers",),  # …\Control\Terminal Server\RCM; list of texts
    "registry_rcm_certificates": ("rows", "Name", "Length", "NotAfter", "Readable"),  # *; Readable null: not tried
    "events_session_host": ("Days", "Unread", "rows", *_EVENT),
    "reach": ("rows", "Server", "Name", "Port135", "Port445", "Dynamic"),  # *; true, false, or null for not tried
    "stored_credentials": ("NetworkService", "Stored"),  # *; whether NETWORK SERVICE asked; whether there are some
    "network": ("DefaultRoutes", "Proxy"),  # *; list of gateways; true or false
    "clock": ("Against", "Offset"),  # *; a domain controller; seconds by which this machine is ahead of it
    # Active Directory
    "directory_license_servers_group": ("rows", "Domain", "Trusted", "Members"),  # *; Members null: not readable
    "directory_site_objects": ("rows", "Site", "Servers"),  # *; Servers: list of names
    "directory_user_rights": ("SelfMayWrite", "GroupMayWrite", "Sample"),  # *
    "directory_stale_users": ("Count", "Before"),  # *
}
"""Name of each item, and the keys of its value; with `rows`, the keys before it stand beside the rows, those after it in
each row. Of `win32_tsissuedlicense` and `win32_tslicensereport`, Total, FileName and GenerationDateTime stand beside the rows."""

DIRECTORY_ITEMS = tuple(name for name in ITEMS if name.startswith("directory_"))
"""Read only on request, once in a domain."""
