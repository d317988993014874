$Needed = '^[A-Za-z0-9!#$*+.=?@_{}~-]{16,120}$'

function Assert-Workgroup {
    $caller = [System.Security.Principal.WindowsPrincipal]::new([System.Security.Principal.WindowsIdentity]::GetCurrent())
    if (-not $caller.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)) { throw 'Run this elevated, as an administrator' }
    $computer = Get-CimInstance -Namespace 'root/cimv2' -ClassName 'Win32_ComputerSystem' | Select-Object -First 1
    if ($computer.PartOfDomain) { throw "This machine is in the domain $($computer.Domain): there its own account signs in, and nothing of this is needed" }
}

# The text is in memory for a moment, and what PowerShell keeps of it there cannot be wiped.
function Get-Plain([securestring]$Secret) {
    $pointer = [System.Runtime.InteropServices.Marshal]::SecureStringToBSTR($Secret)
    try { return [System.Runtime.InteropServices.Marshal]::PtrToStringBSTR($pointer) }
    finally { [System.Runtime.InteropServices.Marshal]::ZeroFreeBSTR($pointer) }
}

# A password that Windows, cmdkey and a command line all take as it is.
function Read-Password([string]$For) {
    $first = Read-Host -AsSecureString -Prompt "Password of $For"
    $second = Read-Host -AsSecureString -Prompt 'The same once more'
    if ((Get-Plain $first) -cne (Get-Plain $second)) { throw 'The two passwords differ' }
    if ((Get-Plain $first) -notmatch $Needed) { throw 'The password must have 16 to 120 letters, digits and !#$*+.=?@_{}~- ; no other signs, for a command line must hold it' }
    return $first
}

