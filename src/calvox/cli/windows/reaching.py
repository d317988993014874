"""How the commands of `calvox windows` reach machines over WinRM: their options, and whom they sign in as."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calvox.common.i18n import t

if TYPE_CHECKING:
    from calvox.windows.credentials import Credentials

UserOption = Annotated[
    str, typer.Option("--user", help=str(t("User, whose password is asked; without one the Kerberos cache serves.")))
]
CredentialsOption = Annotated[
    Path | None,
    typer.Option("--credentials-file", help=str(t("File with user, password and method, readable by you alone."))),
]
NtlmOption = Annotated[
    bool, typer.Option("--ntlm", help=str(t("Sign in by NTLM, as in a workgroup; else by Kerberos.")))
]
HttpsOption = Annotated[bool, typer.Option("--https", help=str(t("Use HTTPS, port 5986.")))]
CaFileOption = Annotated[Path | None, typer.Option("--ca-file", help=str(t("Authorities for HTTPS certificates.")))]
SecondsOption = Annotated[float, typer.Option("--seconds", min=5, max=600, help=str(t("Time for one machine.")))]


def credentials_of(user: str, file: Path | None, ntlm: bool) -> "Credentials":
    """Give the credentials that the options name; a password is asked."""
    from calvox.windows.credentials import from_cache, from_file, from_prompt

    if file:
        return from_file(file)
    return from_prompt(user, "ntlm" if ntlm else "kerberos") if user else from_cache()
