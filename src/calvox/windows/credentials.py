"""Who asks: a method, a user, a password that never shows.

Rules:
- A password comes from a file that its owner alone may read, from the terminal, or is not needed (tickets in a cache). It is
  never an argument of a command.
- Kerberos or NTLM, as chosen; nothing falls back from one to the other, and there is no Basic.
"""

import getpass
import os
import stat
import tomllib
from pathlib import Path
from typing import Literal, NoReturn

import msgspec
import spnego

from calvox.common.errors import BadInput, Denied
from calvox.common.files import read_whole
from calvox.common.i18n import t

Method = Literal["kerberos", "ntlm"]
LARGEST = 4096
"""Bytes of a file with credentials."""


class Secret:
    """A password that is shown only to whoever asks for it by name."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the password itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, and how it is proven."""

    method: Method = "kerberos"
    user: str = ""
    """DOMAIN\\name, name@REALM, or a local account's name; empty: whoever the tickets are for."""
    password: Secret | None = None
    """None: the tickets in the cache."""
    cache: str = ""
    """Name of a cache with tickets, as in KRB5CCNAME; empty: the user's own."""

    def __post_init__(self) -> None:
        """Refuse what cannot prove anything."""
        if self.password is None and self.method == "ntlm":
            raise BadInput(t("NTLM needs a user and a password"))
        if self.password is not None and not (self.user and self.password.reveal()):
            raise BadInput(t("A user and a password are needed"))

    def for_spnego(self) -> spnego.Credential | None:
        """Give them in the library's form."""
        if self.password is not None:
            return spnego.Password(self.user, self.password.reveal())
        if self.cache:
            return spnego.KerberosCCache(ccache=self.cache, principal=self.user or None)
        return spnego.CredentialCache(self.user) if self.user else None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    user: str
    password: str
    method: Method = "kerberos"


def from_file(path: Path) -> Credentials:
    """Read `user`, `password` and perhaps `method` from a TOML file.

    Raises:
        NotFound: there is no such file.
        Denied: others may read it.
        BadInput: it holds something else.
    """
    raw = read_whole(path, limit=LARGEST)
    state = path.stat()
    if os.name == "posix" and (stat.S_IMODE(state.st_mode) & 0o077 or state.st_uid not in (os.geteuid(), 0)):
        raise Denied(
            t("{path} may be read by others, or is not yours", path=str(path)),
            hint=t("chmod 600 {path}", path=str(path)),
        )
    wrong = BadInput(t("{path}: user and password are awaited, perhaps method, as TOML", path=str(path)))
    try:
        file = msgspec.convert(tomllib.loads(raw.decode()), _File)
    except (ValueError, msgspec.ValidationError):
        raise wrong from None
    return Credentials(method=file.method, user=file.user, password=Secret(file.password))


def from_prompt(user: str, method: Method = "kerberos") -> Credentials:
    """Ask for the password on the terminal, without showing it."""
    return Credentials(
        method=method, user=user, password=Secret(getpass.getpass(str(t("Password of {user}: ", user=user))))
    )


def from_cache(user: str = "", cache: str = "") -> Credentials:
    """Take the Kerberos tickets that are there already (`kinit`)."""
    return Credentials(method="kerberos", user=user, cache=cache)
