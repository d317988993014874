<#
.SYNOPSIS
    Reads what concerns Remote Desktop licensing on this machine, and writes it to one JSON file.

.DESCRIPTION
    It only reads. It changes no registry value, no WMI object and no service, opens no key of the grace counter, looks for
    no Internet, and writes exactly one file, which must not exist yet. It says what it will read before it reads it.

    Windows PowerShell 5.1; no module has to be installed. Run it elevated: to others than administrators Windows gives
    empty answers, which will be taken for unknown. Under Constrained Language Mode it goes on; what it may not read there
    is noted, and the file carries no hash.

    Run on: no Windows yet. It was written from Microsoft's documents and checked by a parser alone.

    The file names users and devices that hold CALs, and the contact entered at activation. Treat it accordingly.

.PARAMETER OutFile
    The result; by default calvox-MACHINE-TIME.json in the current folder.
.PARAMETER Server
    Further licence servers to which the connection is tested.
.PARAMETER Days
    How many days of events are read.
.PARAMETER BackupFolder
    A folder with backups of this licence server.
.PARAMETER Directory
    Also read Active Directory; on one machine of each domain.
.PARAMETER ShowOnly
    Say what would be read, and read nothing.
#>
[CmdletBinding()]
param(
    [string]$OutFile = '',
    [string[]]$Server = @(),
    [ValidateRange(1, 90)][int]$Days = 14,
    [string]$BackupFolder = '',
    [switch]$Directory,
    [switch]$ShowOnly
)

$ErrorActionPreference = 'Stop'
$Version = 'collector 1'
$LanguageMode = "$($ExecutionContext.SessionState.LanguageMode)"
$FullLanguage = $LanguageMode -eq 'FullLanguage'
$Now = Get-Date
$Since = $Now.AddDays(-$Days)

$Cim = 'root/cimv2'
$Terminal = 'root/cimv2/TerminalServices'
$Policies = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services'
$Services = 'HKLM:\SYSTEM\CurrentControlSet\Services'
$Rcm = 'HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server\RCM'
$Proxies = 'HKCU:\Software\Microsoft\Windows\CurrentVersion\Internet Settings'
$HostEvents = 1003, 1004, 1011, 1028, 1043, 1061, 1068, 1069, 1128, 1129, 1130, 1131, 1132, 1133, 20497
$HostEventsToo = @($HostEvents | ForEach-Object { $_ + 49152 })   # as some versions number them
$MostRows = 5000
$MostText = 2000

# Helpers

function Get-Utc($Time) {
    if ($null -eq $Time) { return $null }
    return $Time.ToUniversalTime().ToString('s') + 'Z'
}

function Get-Short([string]$Text) {
    if ($Text.Length -gt $MostText) { return $Text.Substring(0, $MostText) }
    return $Text
}

# The named properties of an object, in types that JSON knows.
function Get-Row($From, [string[]]$Keys) {
    $row = @{}
    foreach ($key in $Keys) {
        $value = $From.$key
        if ($null -eq $value) { $row[$key] = $null }
        elseif ($value -is [datetime]) { $row[$key] = Get-Utc $value }
        elseif ($value -is [array]) { $row[$key] = @($value | ForEach-Object { "$_" }) }
        elseif ($value -is [string]) { $row[$key] = Get-Short $value }
        else { $row[$key] = $value }
    }
    return $row
}

function Get-Instance([string]$Namespace, [string]$Class, [string[]]$Keys) {
    $found = Get-CimInstance -Namespace $Namespace -ClassName $Class | Select-Object -First 1
    if ($null -eq $found) { throw 'not found' }
    return Get-Row $found $Keys
}

function Get-ServerAnswer([string]$Method, [string]$Key, [hashtable]$Arguments = @{}) {
    $answer = Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseServer' -MethodName $Method -Arguments $Arguments
    return Get-Row $answer @('ReturnValue', $Key)
}

function Get-Setting {
    return Get-CimInstance -Namespace $Terminal -ClassName 'Win32_TerminalServiceSetting' | Select-Object -First 1
}

function Get-Registry([string]$Path, [string[]]$Keys) {
    $found = Get-ItemProperty -LiteralPath $Path
    return Get-Row $found $Keys
}

# Values that must be a list of texts; one text is a list of one.
function Get-RegistryList([string]$Path, [string]$Key) {
    $value = (Get-ItemProperty -LiteralPath $Path).$Key
    if ($null -eq $value) { return @{ $Key = $null } }
    return @{ $Key = @($value | ForEach-Object { "$_" }) }
}

# Licence servers that this machine or the caller names.
function Get-NamedServer {
    $names = @($Server)
    try { $names += @((Invoke-CimMethod -InputObject (Get-Setting) -MethodName 'GetSpecifiedLicenseServerList').SpecifiedLSList) } catch { $null = $_ }
    try { $names += @("$((Get-ItemProperty -LiteralPath $Policies).LicenseServers)" -split '[,;]') } catch { $null = $_ }
    $seen = @{}
    foreach ($name in @($names | ForEach-Object { "$_" -split '[,;]' })) {
        $plain = "$name".Trim()
        if ($plain -and -not $seen.ContainsKey($plain)) { $seen[$plain] = $true; $plain }
    }
}

function Get-GroupMember([string]$Sid) {
    $group = Get-CimInstance -Namespace $Cim -ClassName 'Win32_Group' -Filter "SID='$Sid'" | Select-Object -First 1
    if ($null -eq $group) { throw 'not found' }
    $name = $group.Name.Replace("'", "\'")
    $component = "Win32_Group.Domain='$($group.Domain)',Name='$name'"
    $found = Get-CimInstance -Namespace $Cim -ClassName 'Win32_GroupUser' -Filter "GroupComponent=`"$component`""
    $rows = @($found | Select-Object -First $MostRows | ForEach-Object {
            @{ Name = "$($_.PartComponent.Domain)\$($_.PartComponent.Name)" }
        })
    return @{ Sid = $Sid; rows = $rows }
}

# Newest of each provider and number, with its count. No event at all is no error; a log that cannot be read is noted.
function Get-LogEvent([hashtable[]]$Filters, [string]$OnlyWith = '') {
    $newest = @{}
    $unread = @()
    foreach ($filter in $Filters) {
        $filter['StartTime'] = $Since
        try {
            $entries = @(Get-WinEvent -FilterHashtable $filter -MaxEvents 5000)
        } catch {
            $id = "$($_.FullyQualifiedErrorId)"
            if ($id -notmatch 'NoMatchingEventsFound|NoMatchingProvidersFound|DontOverlap') { $unread += $filter['LogName'] }
            continue
        }
        foreach ($entry in $entries) {
            if ($OnlyWith -and $entry.ProviderName -eq 'ESENT' -and "$($entry.Message)" -notmatch $OnlyWith) { continue }
            $key = "$($entry.ProviderName) $($entry.Id)"
            if ($newest.ContainsKey($key)) {
                $newest[$key]['Count'] += 1
            } elseif ($newest.Count -lt 200) {
                $row = Get-Row $entry @('Id', 'ProviderName', 'TimeCreated', 'Message')
                $row['Count'] = 1
                $newest[$key] = $row
            }
        }
    }
    return @{ Days = $Days; Unread = @($unread); rows = @($newest.Values) }
}

# Whether a TCP port answers within five seconds; unknown under Constrained Language Mode.
function Test-Port([string]$Name, [int]$Port) {
    if (-not $FullLanguage) { return $null }
    $client = [System.Net.Sockets.TcpClient]::new()
    try {
        $task = $client.ConnectAsync($Name, $Port)
        return [bool]($task.Wait(5000) -and $client.Connected)
    } catch {
        return $false
    } finally {
        $client.Dispose()
    }
}

# One question to WMI over DCOM: it needs a dynamic port. Unknown where the answer says nothing about ports.
function Test-DynamicPort([string]$Name) {
    try {
        $option = New-CimSessionOption -Protocol Dcom
        $session = New-CimSession -ComputerName $Name -SessionOption $option -OperationTimeoutSec 20
        $null = Get-CimInstance -CimSession $session -Namespace $Cim -ClassName 'Win32_OperatingSystem' -OperationTimeoutSec 20
        return $true
    } catch {
        if ("$($_.FullyQualifiedErrorId)" -match '0x800706ba') { return $false }
        return $null
    }
}

function Get-Reach([string]$Name) {
    $row = @{ Server = $Name; Name = $false; Port135 = $null; Port445 = $null; Dynamic = $null }
    try { $row['Name'] = @(Resolve-DnsName -Name $Name -Type A_AAAA).Count -gt 0 } catch { $null = $_ }
    if (-not $row['Name']) { return $row }
    $row['Port135'] = Test-Port $Name 135
    $row['Port445'] = Test-Port $Name 445
    if ($row['Port135'] -ne $false) { $row['Dynamic'] = Test-DynamicPort $Name }
    return $row
}

function Get-CertificateRow([string]$Name, $Bytes) {
    $row = @{ Name = $Name; Length = @($Bytes).Count; NotAfter = $null; Readable = $null }
    if (-not $FullLanguage -or $row['Length'] -eq 0 -or $Name -like '*ID') { return $row }
    try {
        $chain = [System.Security.Cryptography.X509Certificates.X509Certificate2Collection]::new()
        $chain.Import([byte[]]$Bytes)
        $issuers = @($chain | Where-Object { $_.Issuer -ne $_.Subject } | ForEach-Object { $_.Issuer })
        $own = @($chain | Where-Object { $issuers -notcontains $_.Subject })
        if ($own.Count -eq 1) {
            $row['NotAfter'] = Get-Utc $own[0].NotAfter
            $row['Readable'] = $true
        }
    } catch { $null = $_ }   # the form is not documented: unread is not bad
    return $row
}

function Get-BackupRow($Folder) {
    $inside = @($Folder.Name) + @(Get-ChildItem -LiteralPath $Folder.FullName -Directory -Recurse -Depth 4 | ForEach-Object { $_.Name })
    return @{
        Name        = Get-Short $Folder.Name
        Time        = Get-Utc $Folder.LastWriteTime
        Folder      = $inside -contains 'LServer'
        SystemState = @($inside | Where-Object { $_ -like 'SystemState*' }).Count -gt 0
    }
}

# CN=LIC01,CN=Computers,DC=corp,DC=example is lic01.corp.example.
function Get-NameOf([string]$Path) {
    $first = ($Path -split ',')[0] -replace '^CN=', ''
    $domain = @($Path -split ',' | Where-Object { $_ -like 'DC=*' } | ForEach-Object { $_ -replace '^DC=', '' }) -join '.'
    if ($first -like 'S-1-*' -or $Path -like '*,CN=Configuration,*') { return $first }
    return "$first.$domain"
}

function Get-Searcher([string]$Base, [string]$Filter) {
    $searcher = [adsisearcher]$Filter
    $searcher.SearchRoot = [adsi]"LDAP://$Base"
    $searcher.PageSize = 500
    return $searcher
}

# Who may write the attributes of the property set Terminal Server License Server on a user.
function Get-UserRight {
    $root = "$(([adsi]'LDAP://RootDSE').defaultNamingContext)"
    $user = (Get-Searcher $root '(&(objectCategory=person)(objectClass=user)(!(adminCount=1))(!(isCriticalSystemObject=TRUE)))').FindOne()
    if ($null -eq $user) { throw 'not found' }
    $rules = ([adsi]$user.Path).ObjectSecurity.GetAccessRules($true, $true, [System.Security.Principal.SecurityIdentifier])
    $writing = @($rules | Where-Object {
            "$($_.AccessControlType)" -eq 'Allow' -and
            "$($_.ActiveDirectoryRights)" -match 'WriteProperty|GenericAll|GenericWrite' -and
            "$($_.ObjectType)" -in '5805bc62-bdc9-4428-a5e2-856a0f4c185e', '00000000-0000-0000-0000-000000000000'
        } | ForEach-Object { "$($_.IdentityReference)" })
    return @{
        SelfMayWrite  = $writing -contains 'S-1-5-10'
        GroupMayWrite = $writing -contains 'S-1-5-32-561'
        Sample        = Get-Short ($user.Path -replace '^LDAP://', '')
    }
}

function Get-StaleUser {
    $root = "$(([adsi]'LDAP://RootDSE').defaultNamingContext)"
    $before = $Now.ToUniversalTime().AddDays(-180)
    $stamp = ($before.ToString('s') -replace '[-T:]', '') + '.0Z'
    $recent = $Now.AddDays(-30).ToFileTimeUtc()
    $searcher = Get-Searcher $root "(&(objectCategory=person)(objectClass=user)(msTSExpireDate<=$stamp)(lastLogonTimestamp>=$recent))"
    return @{ Count = @($searcher.FindAll()).Count; Before = Get-Utc $before }
}

function Get-Why($Failure) {
    $id = "$($Failure.FullyQualifiedErrorId)"
    if ($id -match '0x80041010|0x8004100e') { return 'class missing' }
    if ($id -match '0x80041003|0x80070005') { return 'access denied' }
    if ($id -match 'HRESULT (0x[0-9a-fA-F]{8})') { return $Matches[1] }
    $category = "$($Failure.CategoryInfo.Category)"
    if ($category -in 'PermissionDenied', 'SecurityError') { return 'access denied' }
    if ($category -eq 'ObjectNotFound') { return 'not found' }
    return Get-Short "$($Failure.Exception.Message)"
}

# Rights and name

$Groups = @(& whoami.exe /groups /fo csv /nh) -join ' '
$Administrator = $Groups -match 'S-1-5-32-544' -and $Groups -match 'S-1-16-(12288|16384)'
$User = @(& whoami.exe /user /fo csv /nh) -join ' '
$Account = ($User -split '","')[0].Trim('"')
$Computer = $null
try { $Computer = Get-CimInstance -Namespace $Cim -ClassName 'Win32_ComputerSystem' } catch { $null = $_ }
$Machine = "$env:COMPUTERNAME"
if ($Computer.PartOfDomain) { $Machine = "$($Computer.DNSHostName).$($Computer.Domain)" }

# What is read

$Plan = @(
    @{ Name = 'win32_operatingsystem'; Source = 'Win32_OperatingSystem'; Read = { Get-Instance $Cim 'Win32_OperatingSystem' @('BuildNumber', 'ProductType', 'Caption', 'Version', 'OSLanguage') } }
    @{ Name = 'win32_computersystem'; Source = 'Win32_ComputerSystem'; Read = { Get-Instance $Cim 'Win32_ComputerSystem' @('Name', 'DNSHostName', 'Domain', 'PartOfDomain', 'DomainRole') } }
    @{ Name = 'win32_service'; Source = 'Win32_Service TermServLicensing, TermService'; Read = {
            $found = Get-CimInstance -Namespace $Cim -ClassName 'Win32_Service' -Filter "Name='TermServLicensing' OR Name='TermService'"
            @{ rows = @($found | ForEach-Object { Get-Row $_ @('Name', 'State', 'StartMode') }) }
        }
    }
    @{ Name = 'win32_tslicenseserver'; Source = 'Win32_TSLicenseServer'; Read = { Get-Instance $Cim 'Win32_TSLicenseServer' @('ServerRole', 'DatabasePath', 'ProductId', 'Version', 'VersionNumber', 'FirstName', 'LastName', 'Company', 'CountryRegion') } }
    @{ Name = 'win32_tslicenseserver.getactivationstatus'; Source = 'Win32_TSLicenseServer.GetActivationStatus'; Read = { Get-ServerAnswer 'GetActivationStatus' 'ActivationStatus' } }
    @{ Name = 'win32_tslicenseserver.getlicenseserverid'; Source = 'Win32_TSLicenseServer.GetLicenseServerId'; Read = { Get-ServerAnswer 'GetLicenseServerId' 'sLicenseServerId' } }
    @{ Name = 'win32_tslicenseserver.islspublished'; Source = 'Win32_TSLicenseServer.IsLSPublished'; Read = { Get-ServerAnswer 'IsLSPublished' 'Published' } }
    @{ Name = 'win32_tslicenseserver.islsregisteredtoscp'; Source = 'Win32_TSLicenseServer.IsLSRegisteredToSCP'; Read = { Get-ServerAnswer 'IsLSRegisteredToSCP' 'Registered' } }
    @{ Name = 'win32_tslicenseserver.islsintslsgroup'; Source = 'Win32_TSLicenseServer.IsLSinTSLSGroup'; Read = { Get-ServerAnswer 'IsLSinTSLSGroup' 'IsMember' @{ Domain = '' } } }
    @{ Name = 'win32_tslicenseserver.islsondc'; Source = 'Win32_TSLicenseServer.IsLSonDC'; Read = { Get-ServerAnswer 'IsLSonDC' 'OnDC' } }
    @{ Name = 'win32_tslicenseserver.islssecgrpgpenabled'; Source = 'Win32_TSLicenseServer.IsLSSecGrpGPEnabled'; Read = { Get-ServerAnswer 'IsLSSecGrpGPEnabled' 'Enabled' } }
    @{ Name = 'win32_tslicenseserver.islspreventupgradegpenabled'; Source = 'Win32_TSLicenseServer.IsLSPreventUpgradeGPEnabled'; Read = { Get-ServerAnswer 'IsLSPreventUpgradeGPEnabled' 'Enabled' } }
    @{ Name = 'win32_tslicensekeypack'; Source = 'Win32_TSLicenseKeyPack'; Read = {
            $keys = 'KeyPackId', 'Description', 'KeyPackType', 'ProductType', 'ProductVersion', 'ProductVersionID', 'TotalLicenses', 'IssuedLicenses', 'AvailableLicenses', 'ExpirationDate', 'TypeAndModel'
            @{ rows = @(Get-CimInstance -Namespace $Cim -ClassName 'Win32_TSLicenseKeyPack' | Select-Object -First $MostRows | ForEach-Object { Get-Row $_ $keys }) }
        }
    }
    @{ Name = 'win32_tsissuedlicense'; Source = 'Win32_TSIssuedLicense'; Read = {
            $keys = 'LicenseId', 'KeyPackId', 'sIssuedToUser', 'sIssuedToComputer', 'IssueDate', 'ExpirationDate', 'LicenseStatus'
            $found = @(Get-CimInstance -Namespace $Cim -ClassName 'Win32_TSIssuedLicense')
            @{ Total = $found.Count; rows = @($found | Select-Object -First $MostRows | ForEach-Object { Get-Row $_ $keys }) }
        }
    }
    @{ Name = 'win32_tslicensereport'; Source = 'Win32_TSLicenseReport.FetchReportEntries'; Read = {
            $report = Get-CimInstance -Namespace $Cim -ClassName 'Win32_TSLicenseReport' | Sort-Object -Property GenerationDateTime -Descending | Select-Object -First 1
            if ($null -eq $report) { return @{ FileName = $null; GenerationDateTime = $null; rows = @() } }
            $answer = Invoke-CimMethod -InputObject $report -MethodName 'FetchReportEntries' -Arguments @{ StartIndex = [uint32]0; Count = [uint32]$MostRows }
            $value = Get-Row $report @('FileName', 'GenerationDateTime')
            $value['rows'] = @($answer.ReportEntries | Where-Object { $_ } | ForEach-Object { Get-Row $_ @('User', 'ExpirationDate', 'CALType', 'ProductVersion', 'ProductVersionID') })
            if ($answer.ReturnValue -notin 0, 0x4001, 4001) { $value['ReturnValue'] = $answer.ReturnValue }
            $value
        }
    }
    @{ Name = 'registry_termservlicensing'; Source = 'HKLM\SYSTEM\CurrentControlSet\Services\TermServLicensing\Parameters'; Read = { Get-Registry "$Services\TermServLicensing\Parameters" @('MaxVerPages', 'DisableWorkgroupAuthEnforcement', 'SpecifiedLicenseServers', 'WorkgroupLicenseServerAccountsGroup') } }
    @{ Name = 'database_volume'; Source = 'Win32_LogicalDisk of DatabasePath'; Read = {
            $path = (Get-Instance $Cim 'Win32_TSLicenseServer' @('DatabasePath'))['DatabasePath']
            if ("$path" -notmatch '^(%SystemRoot%|[A-Za-z]:)') { throw 'not found' }
            $drive = $Matches[1] -replace '%SystemRoot%', "$env:SystemDrive"
            $disk = Get-CimInstance -Namespace $Cim -ClassName 'Win32_LogicalDisk' -Filter "DeviceID='$drive'" | Select-Object -First 1
            Get-Row $disk @('DeviceID', 'FreeSpace', 'Size')
        }
    }
    @{ Name = 'backup'; Source = "folder $BackupFolder"; Read = {
            if (-not $BackupFolder) { throw 'not collected' }
            $folders = @(Get-ChildItem -LiteralPath $BackupFolder -Directory | Sort-Object -Property LastWriteTime -Descending | Select-Object -First 50)
            $rows = @($folders | ForEach-Object { Get-BackupRow $_ })
            @{ Place = $BackupFolder; rows = @($rows | Where-Object { $_['Folder'] -or $_['SystemState'] }) }
        }
    }
    @{ Name = 'vss_writer'; Source = 'vssadmin list writers'; Read = {
            $id = '{5382579c-98df-47a7-ac6c-98a6d7106e09}'
            $text = @(& vssadmin.exe list writers) -join ' '
            if ($text -notmatch '\{[0-9a-fA-F-]{36}\}') { throw 'access denied' }
            @{ rows = @(if ($text -match $id) { @{ Name = 'TermServLicensing'; Id = $id; State = $null } }) }
        }
    }
    @{ Name = 'group_rds_endpoint_servers'; Source = 'group S-1-5-32-576'; Read = { Get-GroupMember 'S-1-5-32-576' } }
    @{ Name = 'group_license_servers'; Source = 'group S-1-5-32-561'; Read = { Get-GroupMember 'S-1-5-32-561' } }
    @{ Name = 'events_licence_server'; Source = 'event logs System, TerminalServices-Licensing, Application (ESENT)'; Read = {
            $provider = 'Microsoft-Windows-TerminalServices-Licensing'
            Get-LogEvent @(
                @{ LogName = 'System'; ProviderName = $provider }
                @{ LogName = "$provider/Admin" }
                @{ LogName = "$provider/Operational" }
                @{ LogName = 'Application'; ProviderName = 'ESENT' }
            ) 'LServer|TLSLic|TermServLicensing'
        }
    }
    @{ Name = 'win32_terminalservicesetting'; Source = 'Win32_TerminalServiceSetting'; Read = { Get-Instance $Terminal 'Win32_TerminalServiceSetting' @('TerminalServerMode', 'LicensingType', 'LicensingName', 'PossibleLicensingTypes', 'PolicySourceLicensingType', 'PolicySourceConfiguredLicenseServers') } }
    @{ Name = 'win32_terminalservicesetting.getgraceperioddays'; Source = 'Win32_TerminalServiceSetting.GetGracePeriodDays'; Read = { Get-Row (Invoke-CimMethod -InputObject (Get-Setting) -MethodName 'GetGracePeriodDays') @('ReturnValue', 'DaysLeft') } }
    @{ Name = 'win32_terminalservicesetting.getspecifiedlicenseserverlist'; Source = 'Win32_TerminalServiceSetting.GetSpecifiedLicenseServerList'; Read = { Get-Row (Invoke-CimMethod -InputObject (Get-Setting) -MethodName 'GetSpecifiedLicenseServerList') @('ReturnValue', 'SpecifiedLSList') } }
    @{ Name = 'win32_terminalservicesetting.gettstolsconnectivitystatus'; Source = 'Win32_TerminalServiceSetting.GetTStoLSConnectivityStatus'; Read = {
            $setting = Get-Setting
            $rows = @(Get-NamedServer | ForEach-Object {
                    $row = Get-Row (Invoke-CimMethod -InputObject $setting -MethodName 'GetTStoLSConnectivityStatus' -Arguments @{ ServerName = "$_" }) @('ReturnValue', 'TsToLsConnectivityStatus')
                    $row['ServerName'] = "$_"
                    $row
                })
            @{ rows = $rows }
        }
    }
    @{ Name = 'win32_tsdeploymentlicensing'; Source = 'Win32_TSDeploymentLicensing'; Read = { Get-Instance $Terminal 'Win32_TSDeploymentLicensing' @('UseCentralLicensingSettings', 'LicenseServers', 'LicensingType') } }
    @{ Name = 'win32_tssessiondirectory'; Source = 'Win32_TSSessionDirectory'; Read = { Get-Instance $Terminal 'Win32_TSSessionDirectory' @('SessionDirectoryActive', 'SessionDirectoryLocation') } }
    @{ Name = 'registry_policy'; Source = 'HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services'; Read = { Get-Registry $Policies @('LicenseServers', 'LicensingMode', 'fSecureLicensing', 'fPreventLicenseUpgrade', 'fDisableTerminalServerTooltip') } }
    @{ Name = 'registry_licensing_core'; Source = 'HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\RCM\Licensing Core'; Read = { Get-Registry "$Rcm\Licensing Core" @('LicensingMode') } }
    @{ Name = 'registry_license_servers'; Source = 'HKLM\SYSTEM\CurrentControlSet\Services\TermService\Parameters\LicenseServers'; Read = { Get-RegistryList "$Services\TermService\Parameters\LicenseServers" 'SpecifiedLicenseServers' } }
    @{ Name = 'registry_license_servers_subkey'; Source = 'HKLM\SYSTEM\CurrentControlSet\Services\TermService\Parameters\LicenseServers\SpecifiedLicenseServers'; Read = { Get-RegistryList "$Services\TermService\Parameters\LicenseServers\SpecifiedLicenseServers" 'SpecifiedLicenseServers' } }
    @{ Name = 'registry_rcm_license_servers'; Source = 'HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\RCM LicenseServers'; Read = { Get-RegistryList $Rcm 'LicenseServers' } }
    @{ Name = 'registry_rcm_certificates'; Source = 'HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\RCM X509 values'; Read = {
            $key = Get-ItemProperty -LiteralPath $Rcm
            $names = @('Certificate', 'X509 Certificate', 'X509 Certificate2', 'X509 Certificate ID' | Where-Object { $null -ne $key.$_ })
            @{ rows = @($names | ForEach-Object { Get-CertificateRow $_ ($key.$_) }) }
        }
    }
    @{ Name = 'events_session_host'; Source = 'event logs System, TerminalServices-RemoteConnectionManager'; Read = {
            $provider = 'Microsoft-Windows-TerminalServices-RemoteConnectionManager'
            Get-LogEvent @(
                @{ LogName = 'System'; ProviderName = $provider; Id = $HostEvents }
                @{ LogName = 'System'; ProviderName = 'TermService'; Id = $HostEvents }
                @{ LogName = 'System'; ProviderName = $provider; Id = $HostEventsToo }
                @{ LogName = "$provider/Admin"; Id = $HostEvents }
                @{ LogName = "$provider/Admin"; Id = $HostEventsToo }
                @{ LogName = "$provider/Operational"; Id = $HostEvents }
            )
        }
    }
    @{ Name = 'reach'; Source = 'name, TCP 135 and 445, WMI over DCOM of each licence server'; Read = { @{ rows = @(Get-NamedServer | ForEach-Object { Get-Reach "$_" }) } } }
    @{ Name = 'stored_credentials'; Source = 'cmdkey /list, whether a licence server is in it'; Read = {
            $text = @(& cmdkey.exe /list) -join ' '
            $names = @(Get-NamedServer)
            $found = @($names | Where-Object { $text -like "*$(($_ -split '\.')[0])*" }).Count -gt 0
            @{ NetworkService = $User -match 'S-1-5-20"'; Stored = if ($names.Count) { $found } else { $null } }
        }
    }
    @{ Name = 'network'; Source = 'Win32_IP4RouteTable, HKCU Internet Settings ProxyEnable'; Read = {
            $routes = @(Get-CimInstance -Namespace $Cim -ClassName 'Win32_IP4RouteTable' -Filter "Destination='0.0.0.0'" | ForEach-Object { "$($_.NextHop)" })
            @{ DefaultRoutes = $routes; Proxy = (Get-ItemProperty -LiteralPath $Proxies).ProxyEnable -eq 1 }
        }
    }
    @{ Name = 'clock'; Source = 'w32tm /stripchart of a domain controller'; Read = {
            if (-not $Computer.PartOfDomain) { throw 'not in a domain' }
            $text = @(& w32tm.exe /stripchart "/computer:$($Computer.Domain)" /samples:1 /dataonly) -join ' '
            if ($text -notmatch '([+-]\d+[.,]\d+)s') { throw 'not found' }
            @{ Against = "$($Computer.Domain)"; Offset = - [int]($Matches[1] -replace ',', '.') }
        }
    }
)

$DirectoryPlan = @(
    @{ Name = 'directory_license_servers_group'; Source = 'LDAP group S-1-5-32-561'; Read = {
            $members = @(([adsi]'LDAP://<SID=S-1-5-32-561>').member | ForEach-Object { Get-NameOf "$_" })
            @{ rows = @(@{ Domain = "$($Computer.Domain)"; Trusted = $false; Members = $members }) }
        }
    }
    @{ Name = 'directory_site_objects'; Source = 'LDAP TS-Enterprise-License-Server'; Read = {
            $base = "CN=Sites,$(([adsi]'LDAP://RootDSE').configurationNamingContext)"
            $found = @((Get-Searcher $base '(&(objectClass=licensingSiteSettings)(cn=TS-Enterprise-License-Server))').FindAll())
            @{ rows = @($found | ForEach-Object {
                        @{ Site = Get-Short "$($_.Path)"; Servers = @($_.Properties['siteserver'] | ForEach-Object { Get-NameOf "$_" }) }
                    })
            }
        }
    }
    @{ Name = 'directory_user_rights'; Source = 'LDAP access rules of one user'; Read = { Get-UserRight } }
    @{ Name = 'directory_stale_users'; Source = 'LDAP msTSExpireDate, lastLogonTimestamp'; Read = { Get-StaleUser } }
)
if ($Directory) { $Plan += $DirectoryPlan }

Write-Host "$Version on $Machine as $Account; administrator: $Administrator; $LanguageMode. It will read, and change nothing:"
foreach ($part in $Plan) { Write-Host "  $($part.Name): $($part.Source)" }
if (-not $Administrator) { Write-Host 'Not an elevated administrator: Windows will give empty answers, which count as unknown.' }
if (-not $FullLanguage) { Write-Host 'Constrained Language Mode: ports, certificates and the directory cannot be read, and the file has no hash.' }
if ($ShowOnly) { return }

if (-not $OutFile) { $OutFile = "calvox-$env:COMPUTERNAME-$($Now.ToUniversalTime().ToString('s') -replace '[-:]', '')Z.json" }
if (Test-Path -LiteralPath $OutFile) { throw "$OutFile exists already" }

# Reading

$items = @()
foreach ($part in $Plan) {
    Write-Host "reading $($part.Name)"
    $value = $null
    $why = $null
    try {
        $value = & $part.Read
        if ($value -isnot [hashtable]) { $value = $null; $why = 'not found' }
    } catch {
        $value = $null
        $why = Get-Why $_
    }
    $items += @{ name = $part.Name; source = $part.Source; time = Get-Utc (Get-Date); value = $value; error = $why }
}

# Writing

function Get-Ascii([string]$Text) {
    $seen = @{}
    foreach ($found in [regex]::Matches($Text, '[^\x20-\x7e]')) { $seen[[int][char]$found.Value] = $true }
    foreach ($code in @($seen.Keys)) { $Text = $Text.Replace("$([char]$code)", ('\u{0:x4}' -f $code)) }
    return $Text
}

$json = Get-Ascii (ConvertTo-Json -InputObject @($items) -Depth 8 -Compress)
$hash = 'null'
if ($FullLanguage) {
    $bytes = [System.Security.Cryptography.SHA256]::Create().ComputeHash([System.Text.Encoding]::ASCII.GetBytes($json))
    $hash = '"' + (@($bytes | ForEach-Object { '{0:x2}' -f $_ }) -join '') + '"'
}
$head = Get-Ascii (ConvertTo-Json -Compress -InputObject @{
        format        = 'calvox-windows-bundle-1'
        collector     = @{ version = $Version }
        machine       = $Machine
        collected     = Get-Utc (Get-Date)
        user          = $Account
        language_mode = $LanguageMode
        administrator = [bool]$Administrator
    })
$text = $head.Substring(0, $head.Length - 1) + ',"items":' + $json + ',"sha256":' + $hash + '}'
Set-Content -LiteralPath $OutFile -Value $text -Encoding ASCII
Write-Host "Written: $OutFile"
