$Cim = 'root/cimv2'
$Terminal = 'root/cimv2/TerminalServices'
$Quiet = @{ WhatIf = $false; Confirm = $false }   # what reads, and what notes the result, happens under -WhatIf too

if ("$($ExecutionContext.SessionState.LanguageMode)" -ne 'FullLanguage') {
    throw 'In Constrained Language Mode a script cannot ask before it changes something: nothing was done. Use RD Licensing Manager, or WinRM.'
}

# The right machine
$Computer = Get-CimInstance -Namespace $Cim -ClassName 'Win32_ComputerSystem'
$Here = "$($Computer.DNSHostName)"
if (-not $Here) { $Here = "$env:COMPUTERNAME" }
$Full = $Here
if ($Computer.PartOfDomain) { $Full = "$Here.$($Computer.Domain)" }
if ($Machine -ne $Full -and $Machine -ne $Here -and $Machine -ne "$env:COMPUTERNAME") {
    throw "This script is for $Machine. This is ${Full}: nothing was done."
}
