"""Who telephones the clearing house for a site, and under which number: as site.toml tells it, and as a sheet keeps it."""

import msgspec


class Caller(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who makes the call, and for whom."""

    company: str = ""
    country: str = ""
    first_name: str = ""
    last_name: str = ""
    telephone: str = ""
    """Where the clearing house may call back."""


class Telephone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number of the clearing house, as this site found it; the wizard on the licence server shows the current one."""

    country: str
    number: str
    hours: str = ""
    note: str = ""
