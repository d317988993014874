# TotalLicenses of -1 or 4294967295: a pack that Windows does not count.
function Get-State {
    $null = Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseServer' -MethodName 'GetActivationStatus' @Quiet
    $packs = @(Get-CimInstance -Namespace $Cim -ClassName 'Win32_TSLicenseKeyPack' | Select-Object -First 1000 | ForEach-Object {
            @{
                KeyPackId        = $_.KeyPackId
                KeyPackType      = $_.KeyPackType
                ProductType      = $_.ProductType
                ProductVersionID = $_.ProductVersionID
                TotalLicenses    = $_.TotalLicenses
                IssuedLicenses   = $_.IssuedLicenses
            }
        })
    return @{ Packs = $packs }
}

# The total of a pack; null if there is none of that number.
function Get-Total($State, $Number) {
    foreach ($pack in $State['Packs']) {
        if ($pack['KeyPackId'] -eq $Number) { return [long]$pack['TotalLicenses'] }
    }
    return $null
}

# How many CALs have come, in packs that are new or have grown.
function Get-Added($Before, $After) {
    $sum = [long]0
    foreach ($pack in $After['Packs']) {
        $old = Get-Total $Before $pack['KeyPackId']
        if ($null -eq $old) { $old = [long]0 }
        if ([long]$pack['TotalLicenses'] -gt $old) { $sum += [long]$pack['TotalLicenses'] - $old }
    }
    return $sum
}

function Get-PackObstacle($State, [long]$Wanted) {
    $total = Get-Total $State $Given['pack']
    if ($null -eq $total) { return "There is no pack $($Given['pack'])." }
    if ($total -eq -1 -or $total -eq 4294967295) { return "Pack $($Given['pack']) is built in; Windows does not count it." }
    if ($total -lt $Wanted) { return "Pack $($Given['pack']) holds only $total CALs." }
    return ''
}
