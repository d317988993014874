"""Session hosts and the policy in the browser: enrolled, approved, grouped, shut out, told what to do."""

import re
from functools import partial
from html import unescape

import pytest

from calvox.apps.manager.hosts import addresses
from calvox.common.clock import DAY
from calvox.common.settings import Server
from calvox.core.products import CalType
from calvox.server import search
from calvox.server.hosts import enrol, revoke_host
from calvox.server.standing import keep_standing
from calvox.server.statements import statements_for
from calvox.trust.certificates import make_signing_request, new_key
from calvox.trust.enrolment import EnrolmentCode
from calvox.wire.hostapi import Standing
from tests.apps.browsing import Browser
from tests.apps.test_manager import pending
from tests.world import Site


def test_an_administrator_approves_groups_and_shuts_out_a_host(stocked: Site, ada: Browser) -> None:
    """Each is entered by name, and its page says that it was done; shutting out is confirmed first."""
    host = pending(stocked, "rdsh-3")
    assert "The session host rdsh-3 waits for approval" in ada.get("/").body.decode()
    page = f"/hosts/{host}"
    ada.get(page)
    assert ada.post("/hosts/revoke", host=host, why="stolen").status == 422
    assert "Nothing was done yet" in ada.page
    for act, said in (("approve", "was approved"), ("group", "group was set"), ("revoke", "was shut out")):
        done = ada.post(f"/hosts/{act}", host=host, group="floor-2", why="stolen", sure="yes")
        assert done.headers["location"] == f"{page}?done={act}"
        assert said in ada.get(done.headers["location"]).body.decode()
    facts = stocked.read(lambda reader: [reader.fact(entry) for entry in reader.entries()])[-3:]
    kinds = [(type(fact).__name__, fact.by) for fact in facts]
    assert kinds == [("HostApproved", "ada"), ("HostGrouped", "ada"), ("HostRevoked", "ada")]
    assert (facts[1].group, facts[2].why) == ("floor-2", "stolen")
    ada.get("/hosts")
    assert ada.post("/hosts/approve", host=host).status == 409
    assert "is not pending" in ada.page
    assert ada.get("/hosts/nowhere").status == 404


def test_a_host_is_sought_among_a_thousand(stocked: Site, ada: Browser) -> None:
    """By a part of its name, by state and group; fifty stand on a page, those that wait first."""
    for number in range(60):
        stocked.enrol(f"farm-{number:03}", "2022")
    host = pending(stocked, "zzz")
    page = ada.get("/hosts").body.decode()
    assert page.count("<tr>") == 51
    assert page.index("zzz") < page.index("farm-000")
    further = re.search(r'href="([^"]+)" rel="next"', page)
    assert further is not None
    assert ada.get(unescape(further[1])).body.count(b"<tr>") == 14
    assert ada.get("/hosts?name=M-05").body.count(b"<tr>") == 11
    assert ada.get("/hosts?state=pending").body.count(b"<tr>") == 2
    assert ada.get(f"/hosts?name={host[:8]}").body.count(b"<tr>") == 2
    assert "No session host is as sought." in ada.get("/hosts?group=x").body.decode()
    for page_number in (-1, 0, 10**30):
        assert ada.get(f"/hosts?page={page_number}").status in (200, 422)


def test_a_hosts_page_tells_how_it_stands(stocked: Site, ada: Browser) -> None:
    """What it is told, its voucher, its certificate; its CALs are counted when that is asked."""
    ada.get("/policy")
    ada.post("/policy", mode="user", servers="", fail="open", outage_cals="5", outage_hours="8")
    (row,) = stocked.rows("host", name="rdsh-1")
    stocked.run(lambda tx: statements_for(tx, stocked.server, row))
    page = ada.get("/hosts/rdsh-1").body.decode()
    assert "CALs: <b>5</b>" in page
    assert "Certificate until" in page
    assert "2027-04-15" in page
    assert "?count=0" in page
    assert "<b>0</b>" in ada.get("/hosts/rdsh-1?count=0").body.decode()


def test_cals_that_a_host_asked_for_are_counted(stocked: Site, ada: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part at a time, until all were looked through; and shown by one click."""
    monkeypatch.setattr(search, "LOOKED_THROUGH", 2)
    host = stocked.enrol("rdsh-3", "2022")
    for name in ("ann", "bob", "cid", "dan", "eve"):
        host.cal(CalType.USER, name)
    page, counts = ada.get("/hosts/rdsh-3").body.decode(), []
    while further := re.search(r'href="([^"]+[?]count=[^"]+)"', page):
        page = ada.get(unescape(further[1])).body.decode()
        counts += re.findall(r'<span id="count"><b>([0-9]+)</b>', page)
    assert counts == ["2", "4", "5"]
    monkeypatch.undo()
    for wrong in ("count=-1", "count=x", "count=0&after=zz"):
        assert ada.get(f"/hosts/rdsh-3?{wrong}").status == 422
    assert ada.get(f"/cals?host={host.enrolled.host.hex()}").body.count(b"<tr>") == 6


def test_an_enrolment_code_is_shown_once_and_works(stocked: Site, ada: Browser) -> None:
    """With what to type on the host, at the address that was chosen, and its settings."""
    ada.get("/policy")
    ada.post("/policy", mode="device", servers="https://b.example:7402\nhttps://a.example:7402", fail="closed")
    offered = re.findall(r"<option>(https://[^<]+)</option>", ada.get("/hosts").body.decode())
    assert [one.rpartition(":")[0] for one in offered] == ["https://cals.example", "https://localhost", "https://[::1]"]
    fields = {"name": "rdsh-9", "version": "2022", "group": "g", "approved": "true"}
    assert ada.post("/hosts/code", **fields, address=offered[0]).status == 200
    shown = re.search(r'<code class="secret" id="code">([^<]+)</code>', ada.page)
    assert shown is not None
    text = unescape(ada.page)
    assert f"calvox host enrol --server {offered[0]} --code {shown[1]}\ncalvox host serve\n" in text
    assert '[host]\nservers = ["https://b.example:7402", "https://a.example:7402"]\nmode = "device"\n' in text
    code = EnrolmentCode.read(shown[1])
    enrol(stocked.server, code.stored_hash(), make_signing_request(new_key(), "rdsh-9"))
    (row,) = stocked.rows("host", name="rdsh-9")
    assert (row["state"], row["group"]) == ("enrolled", "g")
    assert shown[1] not in ada.get("/hosts").body.decode()


def test_a_name_that_other_machines_reach_comes_first() -> None:
    """Whatever the order of the settings."""
    settings = Server(listen="0.0.0.0:7402", names=("127.0.0.1", "a.example", "localhost", "b.example"))
    assert addresses(settings) == (
        "https://a.example:7402",
        "https://b.example:7402",
        "https://127.0.0.1:7402",
        "https://localhost:7402",
    )


def test_a_policy_is_signed_and_what_was_mistyped_stays(stocked: Site, ada: Browser) -> None:
    """In its order, with its number; the page that refuses it shows what was typed."""
    ada.get("/policy")
    assert "None was set" in ada.page
    told = ada.post("/policy", mode="user", servers="https://a.example:7402\nb.example", outage_cals="5")
    assert (told.status, "Write each licence server as https://name:port" in ada.page) == (422, True)
    assert "https://a.example:7402\nb.example" in unescape(ada.page)
    assert not stocked.rows("policy")
    servers = " https://b.example:7402 \r\n\r\nhttps://a.example:7402"
    done = ada.post("/policy", mode="device", servers=servers, fail="closed", outage_cals="5", outage_hours="8")
    assert done.headers["location"] == "/policy?done=policy"
    (row,) = stocked.rows("policy")
    assert row["servers"] == "https://b.example:7402\nhttps://a.example:7402"
    assert (row["mode"], row["fail_open"], row["outage_cals"], row["outage_hours"]) == ("device", 0, 5, 8)
    assert "The policy was signed" in ada.get("/policy?done=policy").body.decode()
    for wrong in ({"mode": "x"}, {"fail": "maybe"}, {"outage_cals": "-1"}, {"outage_hours": "many"}):
        ada.get("/policy")
        assert ada.post("/policy", **{"mode": "user", **wrong}).status == 422


def test_open_vouchers_are_added_up(stocked: Site, ada: Browser) -> None:
    """They are the most that may be out unseen."""
    ada.get("/policy")
    ada.post("/policy", mode="user", servers="", outage_cals="7", outage_hours="8")
    for row in stocked.rows("host"):
        stocked.run(partial(statements_for, server=stocked.server, host=row))
    page = ada.get("/policy").body.decode()
    assert 'Largest over-issue: CALs of open vouchers: <b class="excess">14</b>' in page


def test_a_voucher_of_a_host_that_is_gone_is_settled_by_hand(stocked: Site, ada: Browser) -> None:
    """Only of one that was shut out or whose voucher has ended; it is confirmed first, and what is refused is told."""
    ada.get("/policy")
    ada.post("/policy", mode="user", servers="", outage_cals="7", outage_hours="8")
    for row in stocked.rows("host"):
        stocked.run(partial(statements_for, server=stocked.server, host=row))
    assert "Settle for a host that is gone" not in ada.get("/policy").body.decode()
    revoke_host(stocked.server, "rdsh-1", "burnt", "ada")
    (host,) = stocked.rows("host", name="rdsh-1")
    (row,) = stocked.rows("voucher", host=host["host"])
    form = {"voucher": row["voucher"].hex(), "used": "3", "why": "burnt"}
    page = ada.get("/policy").body.decode()
    assert re.findall('<option value="([0-9a-f]{32})">', page) == [form["voucher"]]
    for wrong in ({}, {"sure": "yes", "used": "8"}, {"sure": "yes", "why": " "}, {"sure": "yes", "used": "many"}):
        assert ada.post("/policy/voucher", **{**form, **wrong}).status == 422
        ada.get("/policy")
    assert ada.post("/policy/voucher", **form, sure="yes").headers["location"] == "/policy?done=voucher"
    assert "The outage voucher was settled." in ada.get("/policy?done=voucher").body.decode()
    assert 'open vouchers: <b class="excess">7</b>' in ada.page
    assert ada.post("/policy/voucher", **form, sure="yes").status == 409
    assert "was settled on" in ada.page
    fact = stocked.read(lambda reader: [reader.fact(entry) for entry in reader.entries()])[-1]
    assert (type(fact).__name__, fact.used, fact.by) == ("VoucherSettledByHand", 3, "ada")


def test_how_hosts_stand_is_listed_and_sought(stocked: Site, ada: Browser) -> None:
    """What each said; of those in grace, whose grace ends first comes first. The host's page and the overview tell it too."""
    now, said = stocked.clock(), {"a": 50, "b": 5, "c": 25}
    for name, days in said.items():
        host = stocked.enrol(name, "2022").enrolled.host
        told = Standing("grace", now + days * DAY, voucher_used=4, software="0.1.0")
        stocked.run(partial(keep_standing, host=host, said=told, told=now))
    page = ada.get("/hosts?stands=grace").body.decode()
    assert re.findall(r"<b>([a-z0-9-]+)</b>", page)[1:] == ["b", "c", "a"]
    assert re.findall(r'<span class="tag ([a-z]*)">in grace, ([0-9]+) days left', page) == [
        ("bad", "5"),
        ("warn", "25"),
        ("", "50"),
    ]
    assert "Calvox 0.1.0" in page
    assert ada.get("/hosts?stands=unheard").body.decode().count("not heard of yet") == 3
    page = ada.get("/hosts/b").body.decode()
    assert all(words in page for words in ("in grace, 5 days left", "Grace ends", "2027-01-20", "<b>4</b>"))
    assert "not heard of yet" in ada.get("/hosts/rdsh-1").body.decode()
    page = ada.get("/").body.decode()
    assert "Grace ends on the session host b: 5 days left" in page
    assert re.findall(r'href="/hosts\?stands=([a-z]+)">[^<]+</a><span class="tag [a-z]*">([0-9]+)<', page) == [
        ("grace", "3"),
        ("unheard", "2"),
    ]
    long_ago = partial(keep_standing, host=host, said=told, told=now - 2 * DAY)
    stocked.run(long_ago)
    page = ada.get("/hosts/c").body.decode()
    assert "days left" not in page
    assert "last said: in grace" in page
    assert "last heard" in ada.get("/").body.decode()


def test_an_auditor_reads_it_all(stocked: Site, eve: Browser) -> None:
    """And is shown no form."""
    for path in ("/hosts", "/hosts/rdsh-1", "/policy", "/people"):
        assert eve.get(path).status == 200
        assert re.findall(r'method="post" action="([^"]*)"', eve.page) == ["/log-out"]
