"""The rule that delegates licensing attributes, on a real domain controller: it gives users what they lack, and no more."""

import shutil
from collections.abc import Iterator

import pytest

from calvox.windows.artefacts.delegation import ACE, base_of
from tests.real.samba import ADDRESS, PASSWORD, ZONE, Controller, controller, needed

PYTHON = "/usr/bin/python3"
"""Debian's own, which has Samba's module."""
WRITE = """
import sys
import time
import ldb
from samba.credentials import Credentials
from samba.param import LoadParm
from samba.samdb import SamDB
settings, address, user, password, name, attribute, value = sys.argv[1:]
credentials = Credentials()
credentials.parse_string(user)
credentials.set_password(password)
lp = LoadParm(settings)
credentials.guess(lp)
for attempt in range(60):  # LDAP answers a little later than the KDC
    try:
        directory = SamDB(url="ldap://" + address, credentials=credentials, lp=lp)
        break
    except ldb.LdbError:
        time.sleep(0.5)
change = ldb.Message(ldb.Dn(directory, name))
change[attribute] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, attribute)
try:
    directory.modify(change)
    print("written")
except ldb.LdbError as error:
    print("refused", error.args[0])
"""
LICENSING = ("msTSExpireDate", "20300101000000.0Z")
REFUSED = "refused 50"
"""LDAP's insufficientAccessRights."""


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    """Found a domain with two users."""
    needed()
    assert shutil.which(PYTHON)
    with controller(tmp_path_factory.mktemp("dc"), ["someone", "other"], []) as made:
        yield made


def write(domain: Controller, user: str, whose: str, attribute: str, value: str) -> str:
    """Write an attribute over LDAP as a user; give what came of it."""
    name = f"CN={whose},CN=Users,{base_of(ZONE)}"
    settings = str(domain.folder / "etc/smb.conf")
    said = domain.run([PYTHON, "-c", WRITE, settings, ADDRESS, f"CORP/{user}", PASSWORD, name, attribute, value])
    return said.strip()


def test_users_may_write_their_own(domain: Controller) -> None:
    """Not before, and only their own and only these attributes after."""
    assert write(domain, "someone", "someone", *LICENSING) == REFUSED
    domain.tool("dsacl", "set", f"--objectdn={base_of(ZONE)}", f"--sddl={ACE}")
    assert write(domain, "someone", "someone", *LICENSING) == "written"
    assert write(domain, "someone", "someone", "msTSManagingLS", "00000-000-0000000-00000") == "written"
    assert write(domain, "someone", "other", *LICENSING) == REFUSED
    assert write(domain, "someone", "someone", "description", "x") == REFUSED
