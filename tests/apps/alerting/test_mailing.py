"""One mail over SMTP, against a real mail server on this machine."""

from pathlib import Path

import pytest

from calvox.apps.alerting.mailing import check_settings, compose, deliver
from calvox.common.clock import World
from calvox.common.errors import BadSettings, Unreachable
from calvox.common.settings import Alerts
from tests.apps.mailbox import Mailbox

WORLD = World(now=lambda: 1_800_014_400, random=lambda size: bytes(size))
GOOD = Alerts(
    smtp="mail.example.test:587", security="none", sender="calvox@example.test", recipients=("ada@example.test",)
)


def settings(box: Mailbox, **more: object) -> Alerts:
    """Give settings that fit a mailbox."""
    (box.folder / "password").write_text("secret word\n")
    told: dict[str, object] = {
        "smtp": box.address,
        "security": box.security,
        "sender": "calvox@example.test",
        "recipients": ("ada@example.test", "bob@example.test"),
        "authority_file": str(box.folder / "mail-authority.pem"),
        "user": box.login.partition(":")[0],
        "password_file": str(box.folder / "password"),
    }
    return Alerts(**told | more)  # type: ignore[arg-type]


def post(chosen: Alerts) -> None:
    """Send a small mail."""
    deliver(chosen, compose(chosen, "Über\nuse", "élise → rien\n", WORLD))


@pytest.mark.parametrize(
    ("security", "login"),
    [("none", ""), ("starttls", ""), ("starttls", "calvox:secret word"), ("tls", "calvox:secret word")],
)
def test_a_mail_arrives(tmp_path: Path, security: str, login: str) -> None:
    """Over each kind of connection, with a login and without."""
    with Mailbox(tmp_path, security, login) as box:
        post(settings(box))
    (mail,) = box.mails
    assert (mail["From"], mail["To"]) == ("calvox@example.test", "ada@example.test, bob@example.test")
    assert (mail["Subject"], mail.get_content().strip()) == ("Über use", "élise → rien")
    assert mail["Date"].startswith("Fri, 15 Jan 2027 12:00:00")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<{'00' * 16}@example.test>"


def test_what_a_mail_server_refuses_is_one_error(tmp_path: Path) -> None:
    """With its code and without what it repeats."""
    with Mailbox(tmp_path, "starttls", "calvox:another word") as box:
        with pytest.raises(Unreachable, match="SMTPAuthenticationError 535"):
            post(settings(box))
        box.login, box.refuse = "", 550
        with pytest.raises(Unreachable, match="SMTPRecipientsRefused") as told:
            post(settings(box))
        assert "ada@" not in str(told.value)
    with pytest.raises(Unreachable, match="refused"):
        post(settings(box))
    assert box.mails == []


def test_nothing_is_said_to_a_mail_server_that_is_another(tmp_path: Path) -> None:
    """Its certificate is verified before mail or password."""
    (tmp_path / "other").mkdir()
    for security in ("starttls", "tls"):
        with Mailbox(tmp_path, security) as box, Mailbox(tmp_path / "other") as other:
            with pytest.raises(Unreachable, match="certificate"):
                post(settings(box, authority_file=str(other.folder / "mail-authority.pem")))
            assert box.mails == []


def test_a_mail_server_that_offers_no_tls_gets_no_mail(tmp_path: Path) -> None:
    """Nobody between can talk us out of it."""
    with Mailbox(tmp_path) as box:
        with pytest.raises(Unreachable, match="SMTPNotSupportedError"):
            post(settings(box, security="starttls"))
        assert box.mails == []


def test_a_password_that_cannot_be_read_is_a_wrong_setting(tmp_path: Path) -> None:
    """So is an authority."""
    with Mailbox(tmp_path, "tls", "calvox:secret word") as box:
        for more in ({"password_file": "/nowhere"}, {"authority_file": "/nowhere"}):
            with pytest.raises(BadSettings, match=r"alerts\."):
                post(settings(box, **more))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("smtp", "mail.example.test"),
        ("smtp", ":25"),
        ("smtp", "mail.example.test:0"),
        ("recipients", ()),
        ("recipients", ("ada",)),
        ("recipients", ("ada@example.test", "bob\n@example.test")),
        ("sender", ""),
        ("sender", "calvox@"),
        ("user", "calvox"),
    ],
)
def test_wrong_settings_are_named(name: str, value: object) -> None:
    """Before any mail is due; without a mail server nothing is wrong."""
    from msgspec.structs import replace

    check_settings(GOOD)
    wrong = replace(GOOD, **{name: value})
    named = r"alerts\.security" if name == "user" else rf"alerts\.{name}"
    with pytest.raises(BadSettings, match=named):
        check_settings(wrong)
    check_settings(replace(wrong, smtp=""))
