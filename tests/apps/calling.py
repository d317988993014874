"""A site folder with one licence server, for tests of calls: bundles of any state, a clock that is moved by hand."""

import json
from pathlib import Path
from typing import Any

from calvox.apps.site.gathering import enter_backup, import_files
from calvox.common.clock import World, utc
from calvox.site.folder import SiteFolder, found_site, open_site

BUNDLES = Path(__file__).resolve().parents[1] / "windows" / "bundles"
SERVER = "lic01.corp.example"
OWN = "ABCDE" * 7
"""Licence server ID of the healthy bundle."""
BEGIN = 1_793_620_800
"""2026-11-02 12:00 UTC, an hour after the bundles were collected."""
CODE = "AAAAABBBBBCCCCCDDDDDEEEEEFFFFFGGGGG"
"""No code of anybody's."""
CONTACT = """
[contact]
company = "Exemple"
country = "France"
first_name = "Anne"
last_name = "Exemple"
"""
PURCHASE = """
[[purchases]]
programme = "open"
cal_type = "user"
version = "2022"
quantity = 50
sku = "A-SKU"
licence_number = "1234 5678"
authorisation_number = "ABCDE12345ABCDE"
papers = true
"""
PACK = {
    "KeyPackId": 9,
    "Description": "C50-10.02-S",
    "KeyPackType": 2,
    "ProductType": 1,
    "ProductVersionID": 7,
    "TotalLicenses": 50,
    "IssuedLicenses": 0,
}
"""A pack that was installed just now."""


class Calling:
    """A site folder that can be closed and opened again at any point."""

    def __init__(self, folder: Path, description: str = CONTACT + PURCHASE) -> None:
        self.folder = folder / "site"
        self.files = folder
        self.time = BEGIN
        self.world = World(now=lambda: self.time, random=lambda size: bytes(size))
        found_site(self.folder, "Usine", "anne", self.world)
        self.describe(description)
        self.site = open_site(self.folder, self.world)

    def describe(self, text: str) -> None:
        """Write site.toml."""
        (self.folder / "site.toml").write_text('name = "Usine"\n' + text, "utf-8")

    def again(self) -> SiteFolder:
        """Close the folder and open it anew, as the next command does."""
        self.site.close()
        self.time += 60
        self.site = open_site(self.folder, self.world)
        return self.site

    def collect(self, *packs: dict[str, Any], without: tuple[str, ...] = (), **changes: Any) -> None:
        """Import what a collector read of the licence server: changed items, further packs, items that are missing."""
        bundle = json.loads((BUNDLES / "healthy-licence-server-2022.json").read_text("utf-8"))
        self.time += 60
        bundle |= {"collected": utc(self.time), "sha256": None}
        bundle["items"] = [one for one in bundle["items"] if one["name"] not in without]
        for item in bundle["items"]:
            item["time"] = utc(self.time)
            if item["name"] == "win32_tslicensekeypack":
                item["value"]["rows"] += packs
            for name, value in changes.items():
                if item["name"] in (f"win32_tslicenseserver.{name}", name):
                    item["value"].update(value)
        file = self.files / f"{self.time}.json"
        file.write_text(json.dumps(bundle), "utf-8")
        (imported,) = import_files(self.site, [file])
        assert not imported.error, imported.error
        self.time += 60

    def collect_host(self) -> None:
        """Import what a collector read of the session host."""
        import_files(self.site, [BUNDLES / "healthy-session-host-2022.json"])

    def ready(self, **changes: Any) -> None:
        """Make everything hold that must hold before a call."""
        self.collect(**changes)
        self.collect_host()
        enter_backup(self.site, SERVER, self.time - 3600, folder=True, system_state=True)


NOT_ACTIVATED: dict[str, Any] = {
    "getactivationstatus": {"ActivationStatus": 1},
    "getlicenseserverid": {"sLicenseServerId": None},
}
"""What Windows answers before a server is activated."""
