$Self = [System.Security.Principal.SecurityIdentifier]::new('S-1-5-10')
$Rights = [System.DirectoryServices.ActiveDirectoryRights]'ReadProperty, WriteProperty'

function Get-Target {
    $root = [adsi]'LDAP://RootDSE'
    $own = "$($root.defaultNamingContext)"
    if ($own -ne $Base) { throw "This machine is in $own, and the description says $Base" }
    if ($Target -ne $Base -and $Target -notlike "*,$Base") { throw "$Target does not lie in $Base" }
    $name = "$($root.configurationNamingContext)"
    $searcher = [adsisearcher]"(&(objectClass=controlAccessRight)(rightsGuid=$Set))"
    $searcher.SearchRoot = [adsi]"LDAP://CN=Extended-Rights,$name"
    if ($null -eq $searcher.FindOne()) { throw "This forest has no property set $Set" }
    # A slash ends a name in a path of ADSI, so it is written with a backslash there.
    $entry = [adsi]"LDAP://$($Target -replace '/', '\/')"
    if (-not "$($entry.distinguishedName)") { throw "$Target is not there" }
    $entry.psbase.Options.SecurityMasks = 'Dacl'
    return $entry
}

function New-Rule {
    return [System.DirectoryServices.ActiveDirectoryAccessRule]::new($Self, $Rights, [System.Security.AccessControl.AccessControlType]::Allow, [guid]$Set, [System.DirectoryServices.ActiveDirectorySecurityInheritance]::Descendents, [guid]$UserClass)
}

# Rules that say exactly this, given here and not inherited.
function Get-Own($Entry) {
    $all = $Entry.psbase.ObjectSecurity.GetAccessRules($true, $false, [System.Security.Principal.SecurityIdentifier])
    return @($all | Where-Object {
            "$($_.IdentityReference)" -eq 'S-1-5-10' -and "$($_.AccessControlType)" -eq 'Allow' -and
            $_.ActiveDirectoryRights -eq $Rights -and "$($_.ObjectType)" -eq $Set -and
            "$($_.InheritedObjectType)" -eq $UserClass -and "$($_.InheritanceType)" -eq 'Descendents'
        })
}

function Show-Rule([string]$When, $Entry) {
    $found = @(Get-Own $Entry)
    Write-Host "${When}: $($found.Count) rules on $Target let SELF read and write the property set on users below it"
}

