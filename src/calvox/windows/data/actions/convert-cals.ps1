function Get-Obstacle($State) { return Get-PackObstacle $State $Given['count'] }

function Test-Reached($Before, $After) {
    foreach ($pack in $After['Packs']) {
        if ((Get-Total $Before $pack['KeyPackId']) -ne [long]$pack['TotalLicenses']) { return $true }
    }
    return @($After['Packs']).Count -ne @($Before['Packs']).Count
}

function Set-State($Before) {
    $pack = Get-CimInstance -Namespace $Cim -ClassName 'Win32_TSLicenseKeyPack' -Filter "KeyPackId=$($Given['pack'])"
    $answer = Invoke-CimMethod -InputObject $pack -MethodName 'ConvertLicenses' -Arguments @{ Count = [uint32]$Given['count'] } -Confirm:$false
    return @{ Code = $answer.ReturnValue; Answer = @{ KeypackID = $answer.KeypackID } }
}
