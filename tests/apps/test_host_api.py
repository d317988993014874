"""The host API: who may ask, bulk, the same request again, and bounds; asked in process, on a real ledger."""

import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from calvox.apps.host_api import tls_context
from calvox.apps.host_api.app import ENDPOINTS, desk_of, host_app, peer_host
from calvox.apps.host_api.call import Desk
from calvox.apps.licence_server.host_cases import list_hosts
from calvox.apps.licence_server.upkeep import sweep_once
from calvox.common.clock import DAY
from calvox.common.errors import Denied
from calvox.core.book import Row
from calvox.core.holders import holder_of
from calvox.core.products import CalType
from calvox.server.authority import add_authority, replace_authority
from calvox.server.convert import convert
from calvox.server.hosts import approve, enrol, group_host, make_enrolment_code, revoke_host
from calvox.server.keys import renew_tls
from calvox.server.policy import set_policy
from calvox.trust.certificates import (
    host_id_of,
    issue_host_certificate,
    make_authority,
    make_signing_request,
    new_key,
)
from calvox.trust.enrolment import EnrolmentCode
from calvox.trust.tokens import Pinned, check_token
from calvox.wire import hostapi as api
from tests.apps.asgi import Told, ask
from tests.world import NOON, Site, wish

CLOSED = [one for one in ENDPOINTS if not one.open]


@dataclass
class Peer:
    """A session host that asks."""

    site: Site
    app: Any
    told: api.EnrolAnswer
    certificate: bytes
    """DER."""

    def ask(self, method: str, path: str, asked: Any = None, key: str = "", **headers: str) -> Told:
        """Ask with this host's certificate."""
        more = {api.IDEMPOTENCY_KEY: key} if key else {}
        return ask(self.app, method, path, asked, certificate=self.certificate, headers={**more, **headers})

    def acquire(self, name: str, key: str = "", kind: str = "session") -> api.AcquireAnswer:
        """Ask for a CAL."""
        told = self.ask("POST", api.ACQUIRE, asked_for(name, kind), key)
        assert told.status == 200, told.body
        answer: api.AcquireAnswer = told.read(api.AcquireAnswer)
        return answer


def asked_for(name: str, kind: str = "session") -> api.AcquireAsk:
    """Say what is asked for a holder."""
    return api.AcquireAsk(kind, holder_of(CalType[kind.upper()], name), name, True)  # type: ignore[arg-type]


def der(pem: str) -> bytes:
    """Read a certificate as TLS hands it over."""
    return x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)


def enrolled(site: Site, app: Any, name: str = "rdsh-1", **chosen: Any) -> Peer:
    """Enrol a host."""
    made = make_enrolment_code(site.server, name, "2022", "ada", **chosen)
    code = EnrolmentCode.read(made.code)
    told = enrol(site.server, code.stored_hash(), make_signing_request(new_key(), name))
    return Peer(site, app, told, der(told.certificate))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a closed site with three CALs for sessions, and some for users."""
    site = Site.founded(tmp_path_factory.mktemp("api"))
    site.activate(wish("session", "2022", 3), wish("user", "2022", 9))
    site.close()
    return site


@pytest.fixture
def site(template: Site, tmp_path: Path) -> Iterator[Site]:
    """Give a site of its own."""
    site = template.copy(tmp_path)
    site.open()
    yield site
    site.close()


@pytest.fixture
def desk(site: Site) -> Desk:
    """Give what all requests share."""
    return desk_of(site.server)


@pytest.fixture
def peer(site: Site, desk: Desk) -> Peer:
    """Give an approved host."""
    return enrolled(site, host_app(desk), approved=True)


# Who may ask


@pytest.mark.parametrize("endpoint", CLOSED, ids=lambda one: one.path)
def test_nothing_is_told_without_a_certificate(site: Site, endpoint: Any) -> None:
    """Every route but the open ones."""
    told = ask(host_app(desk_of(site.server)), endpoint.method, endpoint.path, b"{}")
    assert (told.status, told.code) == (403, "denied")
    good = ask(host_app(desk_of(site.server)), endpoint.method, endpoint.path, a_good(endpoint))
    assert (good.status, good.code) == (403, "denied")


def a_good(endpoint: Any) -> Any:
    """Make a body that is well formed."""
    bodies = {
        api.ACQUIRE: asked_for("s"),
        api.ACQUIRE_MANY: api.AcquireMany((asked_for("s"),)),
        api.RELEASE: api.ReleaseAsk(b"1" * 16),
        api.RELEASE_MANY: api.ReleaseMany((b"1" * 16,)),
        api.HEARTBEAT: api.Heartbeat(),
        api.SETTLE: api.Settle(b"1" * 16),
        api.REENTER: api.ReenterAsk((api.Presented(b"1", "s"),)),
        api.REJOIN: api.RejoinAsk(7),
        api.RENEW_CERTIFICATE: api.RenewCertificate(make_signing_request(new_key(), "h").decode()),
    }
    return bodies.get(endpoint.path)


WITH_BODY = [one for one in ENDPOINTS if one.asked]


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda one: one.path)
def test_a_longer_request_than_is_read_is_told_so(peer: Peer, endpoint: Any) -> None:
    """By the status that HTTP has for it, on every route that reads a body."""
    told = peer.ask(endpoint.method, endpoint.path, b" " * (endpoint.limit + 1))
    assert (told.status, told.code) == (413, "too-long")
    assert peer.ask(endpoint.method, endpoint.path, b" " * endpoint.limit).status == 422


@pytest.mark.parametrize("endpoint", [one for one in WITH_BODY if not one.open], ids=lambda one: one.path)
@pytest.mark.parametrize("state", ["pending", "revoked"])
def test_a_host_that_is_not_served_learns_nothing_of_its_request(site: Site, endpoint: Any, state: str) -> None:
    """Whether it is too long, no JSON, or about the wrong things: that it is not served comes first."""
    peer = enrolled(site, host_app(desk_of(site.server)), approved=state != "pending")
    if state == "revoked":
        revoke_host(site.server, "rdsh-1", "stolen", "ada")
    for body in (b"[", b"{}", b" " * (endpoint.limit + 1)):
        assert peer.ask(endpoint.method, endpoint.path, body).code == "denied"
    if endpoint.repeatable:
        assert peer.ask(endpoint.method, endpoint.path, a_good(endpoint), key="a b").code == "denied"


@pytest.mark.parametrize("endpoint", CLOSED, ids=lambda one: one.path)
@pytest.mark.parametrize("state", ["pending", "revoked"])
def test_a_host_that_is_pending_or_shut_out_is_given_nothing(site: Site, endpoint: Any, state: str) -> None:
    """On every route; the answer says which, and nothing is entered."""
    peer = enrolled(site, host_app(desk_of(site.server)), approved=state != "pending")
    if state == "revoked":
        revoke_host(site.server, "rdsh-1", "stolen", "ada")
    before = site.entries()
    told = peer.ask(endpoint.method, endpoint.path, a_good(endpoint))
    assert (told.status, told.code) == (403, "denied")
    assert {"pending": "approval", "revoked": "shut out"}[state] in told.body.decode()
    assert site.entries() == before


def test_an_approved_host_is_served_at_once(site: Site) -> None:
    """Approval counts from the next request on, and stands in the ledger."""
    peer = enrolled(site, host_app(desk_of(site.server)))
    assert peer.told.pending
    assert peer.ask("POST", api.ACQUIRE, asked_for("s")).status == 403
    approve(site.server, "rdsh-1", "ada")
    assert peer.acquire("s").cal is not None
    assert site.entries()[-2:] == ["HostApproved", "CalIssued"]


def test_only_allowed_groups_are_given_cals(site: Site) -> None:
    """A host outside them is refused with the reason, which is recorded; put into one, it is served."""
    site.restart(allowed_groups=("workshop",))
    peer = enrolled(site, host_app(desk_of(site.server)), approved=True, group="office")
    assert peer.acquire("s").refused == "host-group"
    assert site.rows("refusal")[0]["reason"] == "host-group"
    group_host(site.server, "rdsh-1", "workshop", "ada")
    assert peer.acquire("s").cal is not None


# The same request again


def test_the_same_request_again_gets_the_same_answer(peer: Peer) -> None:
    """To the byte of the token; nothing more is entered."""
    first = peer.acquire("s", key="k1")
    before = peer.site.entries()
    peer.site.clock.later(seconds=60)
    assert peer.acquire("s", key="k1") == first
    assert peer.site.entries() == before


def test_a_refusal_is_repeated_though_a_place_is_free_by_now(peer: Peer) -> None:
    """The answer is the request's, not the moment's."""
    held = [peer.acquire(name) for name in "abc"]
    refused = peer.acquire("d", key="k")
    assert refused.refused == "pool-used-up"
    assert held[0].cal is not None
    peer.ask("POST", api.RELEASE, api.ReleaseAsk(held[0].cal.cal_id))
    assert peer.acquire("d", key="k") == refused
    assert peer.acquire("d", key="another").cal is not None


def test_the_same_key_with_another_body_is_a_conflict(peer: Peer) -> None:
    """And changes nothing."""
    peer.acquire("s", key="k")
    before = peer.site.entries()
    told = peer.ask("POST", api.ACQUIRE, asked_for("t"), "k")
    assert (told.status, told.code) == (409, "conflict")
    assert peer.site.entries() == before


def test_keys_of_two_hosts_do_not_meet(peer: Peer) -> None:
    """Each host has its own."""
    other = enrolled(peer.site, peer.app, "rdsh-2", approved=True)
    first, second = peer.acquire("s", key="k"), other.acquire("t", key="k")
    assert first.cal is not None
    assert second.cal is not None
    assert first.cal.cal_id != second.cal.cal_id


def test_a_release_told_twice_is_done_once(peer: Peer) -> None:
    """With a key the second one is no error; without, it is told that there is no such CAL."""
    cal = peer.acquire("s").cal
    assert cal is not None
    asked = api.ReleaseAsk(cal.cal_id)
    assert [peer.ask("POST", api.RELEASE, asked, "r").status for _ in range(2)] == [200, 200]
    assert peer.ask("POST", api.RELEASE, asked).status == 404
    assert peer.site.entries().count("CalReleased") == 1


def test_answers_are_kept_for_a_week(peer: Peer) -> None:
    """Then the key is free again, and the sweep clears it away."""
    first = peer.acquire("s", key="k")
    peer.site.clock.later(days=7, seconds=1)
    assert peer.acquire("s", key="k") != first
    peer.site.clock.later(days=7, seconds=1)
    peer.site.sweep()
    assert peer.site.rows("answer") == []


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 65])
def test_a_key_has_visible_characters(peer: Peer, key: str) -> None:
    """One that has none or too many is refused by name; an empty header counts as none."""
    told = ask(
        peer.app,
        "POST",
        api.ACQUIRE,
        asked_for("s"),
        certificate=peer.certificate,
        headers={api.IDEMPOTENCY_KEY: key} if key.isascii() else {api.IDEMPOTENCY_KEY: "\x7f"},
    )
    assert told.status == (200 if key == "" else 422)


# Bulk


def test_a_morning_in_one_request(peer: Peer) -> None:
    """Each ask sees those before it and is answered by itself; every token verifies."""
    asks = tuple(asked_for(name) for name in "abcde")
    told = peer.ask("POST", api.ACQUIRE_MANY, api.AcquireMany(asks), "m").read(api.AcquiredMany)
    assert [answer.refused for answer in told.answers] == ["", "", "", "pool-used-up", "pool-used-up"]
    own = peer.told
    for ask_, answer in zip(asks, told.answers[:3], strict=False):
        check_token(
            answer.token,
            Pinned(own.server_id, own.epoch, own.public_key),
            at=peer.site.clock(),
            host=own.host,
            holder=ask_.holder,
            host_version=own.version,
        )
    again = peer.ask("POST", api.ACQUIRE_MANY, api.AcquireMany(asks), "m").read(api.AcquiredMany)
    assert again == told


def test_many_go_back_at_once(peer: Peer) -> None:
    """What is not held any more is left out."""
    cals = [peer.acquire(name).cal for name in "ab"]
    ids = tuple(cal.cal_id for cal in cals if cal)
    asked = api.ReleaseMany((*ids, b"x" * 16, ids[0]))
    assert peer.ask("POST", api.RELEASE_MANY, asked).read(api.ReleasedMany).cal_ids == ids
    assert peer.site.entries().count("CalReleased") == 2


def test_more_than_a_request_may_be_about_is_refused(peer: Peer) -> None:
    """By name, before anything is decided."""
    asked = api.AcquireMany(tuple(asked_for(str(n), "user") for n in range(api.MOST + 1)))
    told = peer.ask("POST", api.ACQUIRE_MANY, asked)
    assert (told.status, told.code) == (422, "bad-input")
    assert peer.site.rows("cal") == []


def test_one_bad_ask_refuses_the_whole_request(peer: Peer) -> None:
    """Nothing is half done."""
    bad = api.AcquireAsk("user", b"short", "u")
    told = peer.ask("POST", api.ACQUIRE_MANY, api.AcquireMany((asked_for("a"), bad)))
    assert told.status == 422
    assert peer.site.rows("cal") == []


# Signs of life


def test_a_heartbeat_keeps_a_session(peer: Peer) -> None:
    """Without one its CAL goes back when the lease ends; nothing is entered for it."""
    kept, lost = peer.acquire("kept").cal, peer.acquire("lost").cal
    assert kept is not None
    assert lost is not None
    before = peer.site.entries()
    for _ in range(3):
        peer.site.clock.later(seconds=400)
        told = peer.ask("POST", api.HEARTBEAT, api.Heartbeat((kept.cal_id,))).read(api.Heartbeaten)
        assert told.lost == ()
    assert peer.site.entries() == before
    peer.site.sweep()
    assert [row["cal_id"] for row in peer.site.rows("cal")] == [kept.cal_id]
    told = peer.ask("POST", api.HEARTBEAT, api.Heartbeat((kept.cal_id, lost.cal_id))).read(api.Heartbeaten)
    assert (told.lost, told.lease_seconds, told.now) == ((lost.cal_id,), 600, peer.site.clock())


def test_a_host_touches_only_its_own_cals(peer: Peer) -> None:
    """Neither a release nor a heartbeat of another host counts."""
    cal = peer.acquire("s").cal
    other = enrolled(peer.site, peer.app, "rdsh-2", approved=True)
    assert cal is not None
    assert other.ask("POST", api.RELEASE, api.ReleaseAsk(cal.cal_id)).status == 404
    assert other.ask("POST", api.RELEASE_MANY, api.ReleaseMany((cal.cal_id,))).read(api.ReleasedMany).cal_ids == ()
    told = other.ask("POST", api.HEARTBEAT, api.Heartbeat((cal.cal_id,))).read(api.Heartbeaten)
    assert told.lost == (cal.cal_id,)


STANDING = api.Standing("grace", NOON + 9 * DAY, software="0.1.0")


def swept(desk: Desk, site: Site) -> list[Row]:
    """Let the serving process write down what it heard."""
    site.run(lambda tx: sweep_once(tx, desk))
    return site.rows("standing")


def test_a_sign_of_life_says_how_the_host_stands(peer: Peer, desk: Desk) -> None:
    """Under the identifier of the certificate that said it, and no other; nothing is entered for it."""
    other = enrolled(peer.site, peer.app, "rdsh-2", approved=True)
    before = peer.site.entries()
    assert peer.ask("POST", api.HEARTBEAT, api.Heartbeat(standing=STANDING)).status == 200
    for said in ("licensed", ""):
        assert other.ask("POST", api.HEARTBEAT, api.Heartbeat(standing=api.Standing(said))).status == 200
    told = {row["host"]: row["state"] for row in swept(desk, peer.site)}
    assert told == {peer.told.host: "grace", other.told.host: "licensed"}
    listed = {one.name: one.standing for one in peer.site.read(lambda reader: list_hosts(reader, NOON))}
    assert (str(listed["rdsh-1"].stands), listed["rdsh-1"].days_left, listed["rdsh-1"].software) == (
        "grace",
        9,
        "0.1.0",
    )
    assert peer.site.entries() == before
    assert {row["host"] for row in peer.site.rows("seen")} == set(told)


@pytest.mark.parametrize(
    "said",
    [
        {"state": "g" * 17},
        {"state": 5},
        {"grace_ends": -1},
        {"grace_ends": 1 << 54},
        {"outage_since": "<b>"},
        {"voucher_used": 257},
        {"software": "1" * 33},
        {"software": "\u202e0.1"},
    ],
)
def test_what_a_host_says_of_itself_is_bounded(peer: Peer, desk: Desk, said: dict[str, Any]) -> None:
    """What goes beyond is refused as a whole; what is not known is no harm."""
    assert peer.ask("POST", api.HEARTBEAT, {"standing": said}).status == 422
    assert peer.ask("POST", api.HEARTBEAT, {"standing": {"mood": "good"}, "x": 1}).status == 200
    assert [row["state"] for row in swept(desk, peer.site)] == [""]


def test_nobody_who_is_shut_out_says_how_a_host_stands(site: Site, desk: Desk) -> None:
    """Neither one that waits for approval, nor one without a certificate of ours."""
    app = host_app(desk)
    waiting = enrolled(site, app, "rdsh-3")
    assert waiting.ask("POST", api.HEARTBEAT, api.Heartbeat(standing=STANDING)).status == 403
    assert ask(app, "POST", api.HEARTBEAT, api.Heartbeat(standing=STANDING)).status == 403
    assert swept(desk, site) == []


# Bounds


def test_a_host_that_asks_too_much_must_wait(site: Site) -> None:
    """It is told for how long; other hosts go on, and time fills its bucket again."""
    site.restart(requests_each_second=1)
    desk = desk_of(site.server)
    moment = [0.0]
    desk.clock = lambda: moment[0]
    app = host_app(desk)
    greedy, modest = (enrolled(site, app, name, approved=True) for name in ("greedy", "modest"))
    answers = [greedy.ask("GET", api.STATUS) for _ in range(513)]
    assert [told.status for told in answers[:-1]] == [200] * 512
    assert (answers[-1].status, answers[-1].code, answers[-1].headers["retry-after"]) == (429, "too-many", "2")
    assert modest.ask("GET", api.STATUS).status == 200
    moment[0] = 2.0
    assert greedy.ask("GET", api.STATUS).status == 200


def test_no_host_invents_holders_without_end(site: Site) -> None:
    """Holders that are known cost nothing."""
    site.restart(holders_each_hour=4)
    peer = enrolled(site, host_app(desk_of(site.server)), approved=True)
    assert [peer.acquire(f"u{n}", kind="user").refused for n in range(4)] == [""] * 4
    told = peer.ask("POST", api.ACQUIRE, asked_for("u5", "user"))
    assert (told.status, told.code) == (429, "too-many")
    assert peer.acquire("u1", kind="user").cal is not None
    assert len(peer.site.rows("holder")) == 4


# Certificates


def test_a_host_gets_its_next_certificate(peer: Peer) -> None:
    """For its new key, with its own identifier; the same request again gets the same one."""
    peer.site.clock.later(days=80)
    request = api.RenewCertificate(make_signing_request(new_key(), "h").decode())
    first = peer.ask("POST", api.RENEW_CERTIFICATE, request, "c").read(api.RenewedCertificate)
    again = peer.ask("POST", api.RENEW_CERTIFICATE, request, "c").read(api.RenewedCertificate)
    assert first == again
    assert host_id_of(der(first.certificate)) == peer.told.host
    ends = x509.load_pem_x509_certificate(first.certificate.encode()).not_valid_after_utc.timestamp()
    assert ends == peer.site.clock() + 90 * DAY
    assert peer.site.entries()[-1] == "HostCertified"


def test_a_replaced_authority_is_believed_no_longer(peer: Peer) -> None:
    """TLS trusts it until the process ends; a host that did not follow must enrol anew, on an open connection too."""
    following = enrolled(peer.site, peer.app, "rdsh-2", approved=True)
    add_authority(peer.site.server, "ada")
    request = api.RenewCertificate(make_signing_request(new_key(), "h").decode())
    renewed = following.ask("POST", api.RENEW_CERTIFICATE, request, "c").read(api.RenewedCertificate)
    open_connection = {"certificate": peer.certificate}
    now = peer.site.clock()
    assert peer_host(open_connection, peer.site.server.keys, now) == peer.told.host
    replace_authority(peer.site.server, "ada", anyway=True)
    assert peer.ask("GET", api.STATUS).status == 403
    with pytest.raises(Denied):
        peer_host(open_connection, peer.site.server.keys, now)
    assert replace(following, certificate=der(renewed.certificate)).ask("GET", api.STATUS).status == 200


def test_a_certificate_ends_by_licensing_time_on_an_open_connection_too(peer: Peer) -> None:
    """To the second; and a machine's clock that was set ahead ends none."""
    connection = {"certificate": peer.certificate}
    keys, now = peer.site.server.keys, peer.site.clock()
    assert peer_host(connection, keys, now + 90 * DAY) == peer.told.host
    for moment in (now + 90 * DAY + 1, now - DAY):
        with pytest.raises(Denied, match="not valid now"):
            peer_host(connection, keys, moment)
    peer.site.clock.set(now + 400 * DAY)
    assert peer.ask("GET", api.STATUS).status == 200
    peer.site.clock.set(now)
    peer.site.clock.later(days=91)
    assert peer.ask("GET", api.STATUS).status == 403


def shaken_hands(server: ssl.SSLContext, client: ssl.SSLContext) -> ssl.SSLObject:
    """Let two ends of TLS meet in memory; give the server's."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = server.wrap_bio(to_server, to_client, server_side=True)
    theirs = client.wrap_bio(to_client, to_server)
    for _ in range(5):
        for end in (theirs, ours):
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
    ours.do_handshake()
    return ours


def test_tls_leaves_the_time_to_licensing_time(site: Site, tmp_path: Path) -> None:
    """Certificates of years ago, as this machine's clock has it: the chain is verified, and only that."""
    key, wrong = new_key(), new_key()
    code = EnrolmentCode.read(make_enrolment_code(site.server, "old", "2022", "ada").code)
    told = enrol(site.server, code.stored_hash(), make_signing_request(key, "old"))
    keys, long_ago = site.server.keys, int(time.time()) - 1000 * DAY
    foreign = make_authority(wrong, "another", long_ago)
    renew_tls(keys, ("localhost",), site.server.world)
    for name, ca_key, authority in (("ours", keys.authority_key, keys.authority), ("foreign", wrong, foreign)):
        request = make_signing_request(key, "old")
        made = issue_host_certificate(ca_key, authority, request, told.host, "old", long_ago)
        (tmp_path / f"{name}.pem").write_bytes(made + key)
    context = tls_context(keys)
    for name in ("ours", "foreign"):
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
        client.load_cert_chain(tmp_path / f"{name}.pem")
        if name == "ours":
            assert host_id_of(shaken_hands(context, client).getpeercert(True) or b"") == told.host
        else:
            with pytest.raises(ssl.SSLCertVerificationError):
                shaken_hands(context, client)


def test_over_use_is_told_where_the_policy_warns_of_it(site: Site, peer: Peer) -> None:
    """Ten users on a pack of nine: the tenth has a CAL and a warning, in the reader's language."""
    set_policy(site.server, 2, "warn", "ada")
    convert(site.server, 2, 1, "ada")
    for n in range(8):
        assert not peer.acquire(f"user-{n}", kind="user").warning
    told = peer.acquire("user-8", kind="user")
    assert told.cal is not None
    assert told.warning == "More per-user CALs are issued than the packs hold"


def test_a_converted_cal_names_the_pack_that_was_signed(site: Site, peer: Peer) -> None:
    """The host sees the number that its token bears."""
    convert(site.server, 2, 2, "ada")
    for known in (False, True):
        asked = api.AcquireAsk("device", holder_of(CalType.DEVICE, "pc-1"), "pc-1", known)
        told = peer.ask("POST", api.ACQUIRE, asked).read(api.AcquireAnswer)
    assert (told.cal.temporary, told.cal.pack) == (False, 2)
    assert site.rows("cal")[0]["pack"] == 1026
