"""Artefacts are written whole, with a README and sums that hold, and entered; nothing that is there is lost unasked."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from calvox.apps.site.artefacts import README, SUMS, kit_input, make_artefacts
from calvox.apps.site.record import record_of
from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.site.description import BackupPlan, Description, Licensing
from calvox.site.folder import SiteFolder, found_site, open_site
from calvox.windows.artefacts.given import BackupGiven, HostLicensing
from calvox.windows.artefacts.kit import ARTEFACTS

LICENSING = """name = "Usine d'été"
[licensing]
mode = "user"
servers = ["ls1.corp.example.test", "ls2.corp.example.test"]
domain = "corp.example.test"
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SiteFolder]:
    """Open a site in a domain, without a deployment."""
    found_site(tmp_path / "site", "Usine", "anne")
    (tmp_path / "site" / "site.toml").write_text(LICENSING, "utf-8")
    opened = open_site(tmp_path / "site")
    yield opened
    opened.close()


def test_the_whole_description_is_handed_over() -> None:
    """Field by field; one that is forgotten would leave an artefact with less than was written."""
    licensing = Licensing("device", ("a",), ("h",), ("10.0.0.0/8",), "b", "d.test", "OU=u,DC=d,DC=test", "g", "w")
    given = kit_input(Description(name="n", licensing=licensing, backup=BackupPlan("F:\\x", "G:", "s", "03:00", 9)))
    assert given.licensing == HostLicensing("device", ("a",), "g", "d.test", "OU=u,DC=d,DC=test", "b")
    assert (given.hosts, given.host_addresses, given.workgroup_user) == (("h",), ("10.0.0.0/8",), "w")
    assert given.backup == BackupGiven("F:\\x", "G:", "s", "03:00", 9)


def test_sums_hold_and_the_entry_has_their_sum(site: SiteFolder, tmp_path: Path) -> None:
    """Every file is in the list, README included, and the journal holds the list's sum."""
    (made,) = make_artefacts(site, ["gpo"], tmp_path / "out")
    folder = tmp_path / "out" / "gpo"
    sums = (folder / SUMS).read_bytes()
    listed = {line[66:]: line[:64] for line in sums.decode().splitlines()}
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {SUMS}
    assert set(listed) == there == set(made.files)
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest for name, digest in listed.items())
    (paper,) = record_of(site).papers
    assert (paper.paper, paper.file, paper.digest.hex()) == ("gpo", SUMS, made.digest)
    assert hashlib.sha256(sums).hexdigest() == made.digest


def test_the_readme_is_in_both_languages(site: SiteFolder, tmp_path: Path) -> None:
    """As Windows' editor reads it: a mark and CR LF; it tells the site, the steps and what to mind."""
    make_artefacts(site, ["registry"], tmp_path)
    data = (tmp_path / "registry" / README).read_bytes()
    text = data.decode("utf-8-sig")
    assert data.startswith(b"\xef\xbb\xbf")
    assert text.count("\n") == text.count("\r\n")
    assert text.count("Usine d'été") == text.count("reg import licensing-undo.reg") == 2
    assert "authenticate to one another" in text
    assert text.count("licensing.reg\r\n") >= 2


def test_all_that_fit_are_made_and_the_others_are_told(site: SiteFolder, tmp_path: Path) -> None:
    """There is no broker, so no deployment; by name that is an error, and then nothing is written."""
    made = {one.name: one for one in make_artefacts(site, [], tmp_path / "out")}
    assert set(made) == {one.name for one in ARTEFACTS}
    assert "broker" in str(made["deployment"].refused)
    assert {one.name for one in made.values() if one.folder} == {p.name for p in (tmp_path / "out").iterdir()}
    assert {"registry", "policy-registry", "policy-file", "gpo", "gpo-script"} <= {
        one.name for one in made.values() if one.folder
    }
    with pytest.raises(BadInput):
        make_artefacts(site, ["registry", "deployment"], tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_what_is_there_stays_unless_asked(site: SiteFolder, tmp_path: Path) -> None:
    """A second time is refused as a whole; with force the folder is new, and nothing is left beside it."""
    make_artefacts(site, ["gpo"], tmp_path / "out")
    before = {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    with pytest.raises(Conflict) as caught:
        make_artefacts(site, ["registry", "gpo"], tmp_path / "out")
    assert "--force" in str(caught.value.hint)
    assert {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()} == before
    make_artefacts(site, ["gpo"], tmp_path / "out", force=True)
    after = {p for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert len(after) == len(before)
    assert after != set(before)
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["gpo"]


def test_force_writes_over_artefacts_only(site: SiteFolder, tmp_path: Path) -> None:
    """A folder of somebody else's is never replaced."""
    (tmp_path / "gpo").mkdir()
    (tmp_path / "gpo" / "thesis.txt").write_text("years of work")
    with pytest.raises(Conflict):
        make_artefacts(site, ["gpo"], tmp_path, force=True)
    assert (tmp_path / "gpo" / "thesis.txt").read_text() == "years of work"


def test_an_empty_folder_and_leftovers_of_a_crash_do_not_stop_it(site: SiteFolder, tmp_path: Path) -> None:
    """Neither hides what is wanted."""
    (tmp_path / "gpo").mkdir()
    (tmp_path / ".gpo.made").mkdir()
    (tmp_path / ".gpo.made" / "half").write_text("x")
    make_artefacts(site, ["gpo"], tmp_path)
    assert (tmp_path / "gpo" / SUMS).exists()
    assert not (tmp_path / "gpo" / "half").exists()


def test_an_unknown_name(site: SiteFolder, tmp_path: Path) -> None:
    """Is told with those that there are."""
    with pytest.raises(NotFound):
        make_artefacts(site, ["nonsense"], tmp_path)
