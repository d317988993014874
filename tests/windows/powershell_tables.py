"""What our PowerShell may name: cmdlets and programs, WMI classes, members, types. A slip in a name is not in a table.

From public documentation: the PowerShell reference (`powershell_cmdlets.txt`), the Win32 reference on Remote Desktop licensing,
and .NET's. Names are compared without case, as PowerShell does.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Parameter:
    """A parameter of a cmdlet or of a script's own function."""

    name: str
    switch: bool = False
    values: frozenset[str] = frozenset()
    """What it accepts, in small letters; empty: anything."""


Parameters = dict[str, Parameter]


def names(words: str) -> frozenset[str]:
    """Read names, in small letters."""
    return frozenset(words.lower().split())


def parameters(words: str) -> Parameters:
    """Read parameters as the table of cmdlets writes them."""
    found = {}
    for word in words.split():
        name, _, values = word.partition("=")
        accepted = frozenset(values.lower().split("|")) if values else frozenset()
        found[name.strip("!").lower()] = Parameter(name.strip("!"), name.endswith("!"), accepted)
    return found


def _cmdlets() -> dict[str, Parameters]:
    lines = Path(__file__).with_name("powershell_cmdlets.txt").read_text("utf-8").splitlines()
    pairs = (line.partition(": ") for line in lines if not line.startswith("#"))
    return {name.strip(" :").lower(): parameters(words) for name, _, words in pairs}


CMDLETS = _cmdlets()
_PREFERENCE = "SilentlyContinue|Stop|Continue|Inquire|Ignore"
COMMON = parameters(
    f"Debug! Verbose! ErrorVariable InformationVariable WarningVariable OutVariable OutBuffer PipelineVariable "
    f"ErrorAction={_PREFERENCE} WarningAction={_PREFERENCE} InformationAction={_PREFERENCE}"
)
RISK = parameters("WhatIf! Confirm!")
"""What a function has besides if it declares SupportsShouldProcess."""

ALIASES = names(
    "% ? ac asnp cat cd chdir clc clear clhy cli clp cls clv compare copy cp cpi cpp curl cvpa del diff dir echo epal epcsv "
    "erase etsn exsn fc fl foreach ft fw gal gc gci gcm gcs gdr ghy gi gjb gl gm gmo gp gps group gsn gsv gu gv gwmi h history "
    "icm iex ihy ii ipal ipcsv ipmo irm ise iwmi iwr kill lp ls man md measure mi mount move mp mv nal ndr ni nmo npssc nsn nv "
    "ogv oh popd ps pushd pwd r rbp rcjb rd rdr ren ri rm rmdir rmo rni rnp rp rsn rsnp rv rvpa rwmi sajb sal saps sasv sbp sc "
    "select set shcm si sl sleep sls sort sp spjb spps spsv start sv swmi tee trcm type wget where wjb write"
)

PROGRAMS: dict[str, tuple[str, ...]] = {
    "whoami.exe": ("/groups", "/user"),
    "vssadmin.exe": ("list writers", "list shadows", "list volumes"),
    "cmdkey.exe": ("/list", "/add:", "/delete:"),
    "w32tm.exe": ("/stripchart",),
    "wbadmin.exe": ("start systemstatebackup", "get versions", "get status"),
    "diskshadow.exe": ("/s",),
    "esentutl.exe": ("/mh", "/g", "/r"),
    "dsacls.exe": ("",),
    "icacls.exe": ("",),
    "gpupdate.exe": ("/target:computer", "/force"),
    "gpresult.exe": ("/scope", "/r", "/h"),
    "nltest.exe": ("/dsgetdc", "/sc_query"),
}
"""Programs of Windows, and how their arguments may begin."""

CLASSES: dict[str, str] = {
    "Win32_TSLicenseServer": "FirstName LastName Company CountryRegion eMail OrgUnit Address City State PostalCode ServerRole "
    "DatabasePath ProductId Version VersionNumber",
    "Win32_TSLicenseKeyPack": "KeyPackId Description KeyPackType ProductType ProductVersion ProductVersionID TotalLicenses "
    "IssuedLicenses AvailableLicenses ExpirationDate AccessRights TypeAndModel",
    "Win32_TSIssuedLicense": "LicenseId KeyPackId sIssuedToUser sIssuedToComputer sHardwareId IssueDate ExpirationDate "
    "LicenseStatus",
    "Win32_TSLicenseReport": "FileName GenerationDateTime Version LicenseUsageCount InstalledLicenses ScopeType ScopeValue",
    "Win32_TSLicenseReportEntry": "User ExpirationDate CALType ProductVersion ProductVersionID",
    "Win32_TerminalServiceSetting": "TerminalServerMode LicensingType LicensingName LicensingDescription "
    "PossibleLicensingTypes PolicySourceLicensingType PolicySourceConfiguredLicenseServers",
    "Win32_TSDiscoveredLicenseServer": "LicenseServer IsLSAvailable IsAdminOnLS IssuingCALs HowDiscovered",
    "Win32_TSDeploymentLicensing": "UseCentralLicensingSettings LicenseServers LicensingType",
    "Win32_TSSessionDirectory": "SessionDirectoryActive SessionDirectoryLocation",
    "Win32_ComputerSystem": "Name DNSHostName Domain PartOfDomain DomainRole Workgroup",
    "Win32_OperatingSystem": "BuildNumber ProductType Caption Version OSLanguage LastBootUpTime InstallDate SystemDrive",
    "Win32_Service": "Name DisplayName State StartMode StartName PathName ProcessId ExitCode Status",
    "Win32_LogicalDisk": "DeviceID DriveType FileSystem FreeSpace Size VolumeName",
    "Win32_Volume": "DeviceID DriveLetter DriveType FileSystem FreeSpace Capacity Label Name BootVolume SystemVolume",
    "Win32_Group": "Name Domain SID LocalAccount",
    "Win32_GroupUser": "GroupComponent PartComponent",
    "Win32_UserAccount": "Name Domain SID LocalAccount Disabled",
    "Win32_IP4RouteTable": "Destination Mask NextHop InterfaceIndex",
    "Win32_ShadowCopy": "ID DeviceObject VolumeName InstallDate",
    "Win32_QuickFixEngineering": "HotFixID InstalledOn Description",
}
"""WMI classes and the properties of theirs that we may read or write."""

METHODS: dict[str, dict[str, tuple[str, str]]] = {
    "Win32_TSLicenseServer": {
        "ActivateServer": ("sLicenseServerId", "ActivationStatus"),
        "ReactivateServer": ("sNewLicenseServerId", "ActivationStatus"),
        "DeactivateServer": ("sConfirmCode", "ActivationStatus"),
        "GetActivationStatus": ("", "ActivationStatus"),
        "GetLicenseServerId": ("", "sLicenseServerId"),
        "ChangeRole": ("ServerRole", ""),
        "PublishLS": ("", ""),
        "UnpublishLS": ("", ""),
        "IsLSPublished": ("", "Published"),
        "RegisterLSToSCP": ("", ""),
        "UnRegisterLSFromSCP": ("", ""),
        "IsLSRegisteredToSCP": ("", "Registered"),
        "AddLStoTSLSGroup": ("", ""),
        "RemoveLSfromTSLSGroup": ("", ""),
        "IsLSinTSLSGroup": ("Domain", "IsMember"),
        "IsLSonDC": ("", "OnDC"),
        "IsLSSecGrpGPEnabled": ("", "Enabled"),
        "IsLSPreventUpgradeGPEnabled": ("", "Enabled"),
        "IsSecureAccessAllowed": ("tsname", "Allowed"),
        "IsTSinTSCGroup": ("tsname", "IsMember"),
    },
    "Win32_TSLicenseKeyPack": {
        "InstallLicenseKeyPack": ("sLicenseKeyPackId", "KeyPackId"),
        "ReinstallLicenseKeyPackOffline": ("sLicenseKeyPackId", "KeyPackId"),
        "ImportLicenseKeyPackOffline": ("sLicenseKeyPackId sSourceLSName sSourceLSProductId", "KeyPackId"),
        "ConvertLicenses": ("Count", "KeypackID"),
        "RemoveLicensesWithIdCount": ("KeyPackId LicenseCount", ""),
        "UninstallLicenseKeyPackWithId": ("KeyPackId", ""),
        "UninstallLicenseKeyPack": ("ProductVersion ProductType LicenseCount", ""),
    },
    "Win32_TSIssuedLicense": {"Revoke": ("", "RevokableCals NextRevokeAllowedOn")},
    "Win32_TSLicenseReport": {
        "GenerateReportEx": ("", "FileName"),
        "DeleteReport": ("", ""),
        "FetchReportEntries": ("StartIndex Count", "Count ReportEntries"),
        "FetchReportSummaryEntries": ("StartIndex Count", "Count ReportSummaryEntries"),
        "FetchReportPerDeviceEntries": ("StartIndex Count", "Count ReportPerDeviceEntries"),
    },
    "Win32_TerminalServiceSetting": {
        "ChangeMode": ("LicensingType", ""),
        "GetSpecifiedLicenseServerList": ("", "SpecifiedLSList"),
        "SetSpecifiedLicenseServerList": ("SpecifiedLSList", ""),
        "EmptySpecifiedLicenseServerList": ("", ""),
        "AddLSToSpecifiedLicenseServerList": ("LicenseServerName", ""),
        "RemoveLSFromSpecifiedLicenseServerList": ("LicenseServerName", ""),
        "SetPrimaryLicenseServer": ("LicenseServerName", ""),
        "GetRegisteredLicenseServerList": ("", "RegisteredLSList"),
        "GetGracePeriodDays": ("", "DaysLeft"),
        "FindLicenseServers": ("", "LicenseServersList Count"),
        "GetTStoLSConnectivityStatus": ("ServerName", "TsToLsConnectivityStatus"),
    },
    "Win32_Service": {"StartService": ("", ""), "StopService": ("", "")},
}
"""Methods: names of what goes in, and of what comes out besides ReturnValue."""

INTERNET = (
    "ActivateServerAutomatic", "ReactivateServerAutomatic", "DeactivateServerAutomatic", "InstallAgreementLicenseKeyPack",
    "InstallRetailPurchaseLicenseKeyPack", "InstallOpenLicenseKeyPack", "ImportAgreementLicenseKeyPack",
    "ReinstallAgreementLicenseKeyPack", "ImportOpenPurchaseLicenseKeyPack", "ReinstallOpenPurchaseLicenseKeyPack",
    "ImportRetailPurchaseLicenseKeyPack", "ReinstallRetailPurchaseLicenseKeyPack",
)  # fmt: skip
"""Methods that connect to the Internet, or are not said not to."""

MEMBERS = names(
    """
    PasswordLastSet LocalMachine psbase SecurityMasks Allow Descendents AccessControlType AccountSid AllowLocalFirewallRules Administrator Is64BitProcess InvariantCulture ActiveDirectoryRights Actions Action Algorithm Arguments Attributes BaseName BoundParameters
    Category CategoryInfo Certificates Chars CimClass CimInstanceProperties Comment Connected Count CountryOrRegion Current
    defaultNamingContext configurationNamingContext schemaNamingContext DefaultInboundAction DefaultOutboundAction Description
    Direction Directory DirectoryName DisplayGroup DisplayName DistinguishedName DNSRoot Domain DomainMode DomainSID Enabled
    Error ErrorDetails Exception Exists ExitCode Extension FullName FullyQualifiedErrorId Group Guid Hash HResult Id
    IdentityReference InheritanceFlags InheritanceType InheritedObjectType Installed InstallState InvocationInfo IsInherited
    IsPresent Issuer Items Keys Language LanguageMode LastRunTime LastTaskResult LastWriteTime LastWriteTimeUtc Length Line
    Links LocalPort Major Matches member Members Message MyCommand Name NextRunTime NetSecurityGroup Node NotAfter ObjectClass
    ObjectSecurity ObjectType Options Owner PageSize ParameterSetName Parent PartComponent Path PolicyStoreSource Principal
    Profile Program Properties PropertySetName PropagationFlags Protocol ProviderName RemoteAddress Result ReturnValue Root
    Script SearchRoot SessionState SID Sid State Status Subject TargetObject TaskName TaskPath Text TimeCreated Triggers UserName
    ASCII UTF8 Unicode UtcNow Value Values Version Year Minor Build Service NetFirewallRule InstanceID TotalSeconds TotalDays Seconds Days Sddl Access
    """
)
"""Members of .NET's objects and of what cmdlets give."""

NET_METHODS = names(
    """
    Add AddAccessRule AddDays AddHours AddMinutes AddSeconds Close ComputeHash ConnectAsync Contains ContainsKey Create Dispose EndsWith Clone CommitChanges
    Escape Equals ExpandEnvironmentVariables FindAll FindOne Format FromBase64String GetAccessRules GetBytes GetCurrent GetFileName GetFullPath GetHostEntry
    GetString GetType IndexOf Import IsInRole IsNullOrEmpty IsNullOrWhiteSpace Join Matches Match IsMatch NewGuid Parse
    ParseExact Protect PtrToStringBSTR PtrToStringUni Remove RemoveAccessRule RemoveAccessRuleSpecific Replace
    SecureStringToBSTR SecureStringToGlobalAllocUnicode SetAccessRule SetAccessRuleProtection SetOwner
    SetSecurityDescriptorSddlForm ShouldContinue ShouldProcess SourceExists Split StartsWith Substring ToArray ToBase64String
    ToCharArray ToFileTimeUtc ToLower ToLowerInvariant ToString ToUniversalTime ToUpper ToUpperInvariant Translate Trim TrimEnd
    TrimStart TryParse Unprotect Wait WriteAllBytes WriteAllText ReadAllBytes ReadAllText Round ZeroFreeBSTR ZeroFreeGlobalAllocUnicode
    GetSecurityDescriptorSddlForm GetOwner GetValue CreateDirectory AddRange Exists GetFolderPath FreeBSTR new
    """
)

TYPES = names(
    """
    adsi adsisearcher array bool byte char CmdletBinding datetime DateTime guid hashtable int int64 long ordered pscredential
    pscustomobject psobject regex scriptblock securestring string switch timespan uint16 uint32 uint64 version void xml
    cultureinfo math convert environment object
    Microsoft.Management.Infrastructure.CimInstance Microsoft.Win32.RegistryKey System.Collections.Generic.List
    System.Convert System.DateTime System.DateTimeOffset System.Diagnostics.EventLog System.DirectoryServices.ActiveDirectoryAccessRule
    System.DirectoryServices.ActiveDirectoryRights System.DirectoryServices.ActiveDirectorySecurityInheritance
    System.Environment System.Globalization.CultureInfo System.Guid System.IO.Directory System.IO.File System.IO.Path System.Math System.Net.Dns
    System.Net.IPAddress System.Net.Sockets.TcpClient System.Runtime.InteropServices.Marshal System.Security.AccessControl.AccessControlType
    System.Security.AccessControl.AccessControlSections System.Security.AccessControl.DirectorySecurity System.Security.AccessControl.FileSecurity
    System.Security.AccessControl.FileSystemAccessRule System.Security.Cryptography.DataProtectionScope
    System.Security.Cryptography.ProtectedData System.Security.Cryptography.SHA256 System.Security.Principal.NTAccount
    System.Security.Principal.SecurityIdentifier System.Security.Principal.WindowsBuiltInRole
    System.Security.Principal.WindowsIdentity System.Security.Principal.WindowsPrincipal System.Security.SecureString
    System.Security.Cryptography.X509Certificates.X509Certificate2Collection System.StringComparison System.Text.Encoding
    System.Text.UTF8Encoding System.Text.RegularExpressions.Regex
    """
)

ATTRIBUTES = names(
    "CmdletBinding Parameter ValidateRange ValidateSet ValidatePattern ValidateNotNullOrEmpty ValidateLength ValidateCount "
    "AllowEmptyString AllowNull AllowEmptyCollection OutputType"
)

AUTOMATIC = names(
    "_ args error errorview ErrorActionPreference executioncontext false foreach home host input LASTEXITCODE matches "
    "MyInvocation null OutputEncoding pid ProgressPreference PSBoundParameters PSCmdlet PSCommandPath PSItem PSScriptRoot "
    "PSVersionTable pwd true VerbosePreference WarningPreference WhatIfPreference ConfirmPreference InformationPreference "
    "switch this DebugPreference"
)
"""Variables that PowerShell sets itself."""
