"""`calvox windows survey`: machines that are not there are read into a site folder, and the password shows nowhere."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from calvox.apps.site.gathering import facts_of_folder
from calvox.cli.windows import app
from calvox.site.folder import found_site
from tests.windows.surveying import PASSWORD, USER, doubles
from tests.windows.wsman_machines import licence_server


def test_a_survey_ends_in_the_site_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One machine answers, one is not there; both are entered, and the answer of the first is known."""
    site, secret = tmp_path / "site", tmp_path / "who.toml"
    found_site(site, "Usine", "anne")
    secret.write_text(f'user = \'{USER}\'\npassword = "{PASSWORD}"\nmethod = "ntlm"\n')
    secret.chmod(0o600)
    with doubles({"127.0.9.1": licence_server("ls1.corp.example.test")}, tmp_path, monkeypatch) as double:
        hosts = (f"127.0.9.1:{double.port}", "127.0.9.2:9")
        done = CliRunner().invoke(
            app, ["survey", *hosts, "--site", str(site), "--credentials-file", str(secret), "--seconds", "8"]
        )
    assert done.exit_code == 0, done.output
    (server,) = facts_of_folder(site).licence_servers
    assert server.activated.value is True
    assert server.packs.known
    written = "".join(path.read_text("latin-1") for path in site.rglob("*") if path.is_file())
    assert PASSWORD not in written + done.output
