"""What the scripts among the artefacts share: their heading, and how they are put together.

Rules:
- Windows PowerShell 5.1, strict, and the first error ends the script.
- Every change asks `ShouldProcess`, so that `-WhatIf` shows all of it and changes nothing.
- Afterwards a script reads back what it set, and ends with an error if that is something else.
- The heading says that it was never run on any Windows.
"""

from collections.abc import Iterable

from calvox.windows.powershell import comment, script_bytes

NEVER_RUN = "Run on: no Windows yet. Read it first; -WhatIf shows what it would change."
BEGIN = """\
[CmdletBinding(SupportsShouldProcess = $true)]
param({parameters})

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

"""


def script(
    title: str, body: str, *, modules: Iterable[str] = (), about: Iterable[str] = (), parameters: str = ""
) -> bytes:
    """Write a script.

    Args:
        title: what it does, one line.
        body: its lines; literals in it come from `calvox.windows.powershell`.
        modules: PowerShell modules that must be there.
        about: more lines for its heading.
        parameters: what stands in `param()`, if anything.
    """
    needs = "".join(f"#Requires -Modules {module}\n" for module in modules)
    heading = comment([title, *about, "Written by Calvox from the site's description.", NEVER_RUN])
    return script_bytes(f"#Requires -Version 5.1\n{needs}{heading}\n{BEGIN.format(parameters=parameters)}{body}")
