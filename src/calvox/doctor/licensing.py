"""Whether licensing works for a session host, as far as the facts tell, and the questions that several rules ask on the way.

Rules:
- Three answers: True, False, and None where the facts do not tell. A licence server that was not collected tells nothing.
- Windows' own answer (GetTStoLSConnectivityStatus) outweighs what was tried by hand, unless it says only that it cannot
  tell; status 8 says that whoever collected is no administrator on the licence server, nothing about the host.
"""

from collections.abc import Callable, Iterable, Iterator

from calvox.common.i18n import Text, t
from calvox.core.products import serves, version_name
from calvox.doctor.facts import Fact, From, Join, LicenceServer, Mode, Pack, Reach, SessionHost, short_name
from calvox.doctor.rule import Found, View, cannot_tell, error, warning

GOOD_STATUS = (9, 11)
"""GetTStoLSConnectivityStatus: reachable and of the right version."""
MUTE_STATUS = (0, 1, 2, 7, 8)
"""GetTStoLSConnectivityStatus: unknown, validity unknown, access denied to whoever asks; a server of 2008, good for some."""
OLDEST = 3
"""2008 R2: CALs of 2008 serve it too."""
PRODUCTS = {Mode.DEVICE: 0, Mode.USER: 1}
"""ProductType of the packs that each mode needs."""


def is_session_host(view: View) -> bool:
    """Tell whether the machine is a session host, not open to remote administration alone."""
    return bool(view.the_host.application_mode.value)


def licensing_works(view: View) -> bool | None:
    """Tell whether a host can be given CALs; None if the facts do not tell.

    It works if mode and servers are set, and at least one of the servers is activated, running, reachable as far as tried,
    and has a pack that fits mode and version.
    """
    host = view.the_host
    if host.mode.value in (Mode.NOT_SET, Mode.ADMIN, None) or not host.servers.value:
        return None if host.mode.value is None or host.servers.value is None else False
    verdicts = [_works_with(view, name, server) for name, server in named_servers(view)]
    if any(verdicts):
        return True
    return False if all(verdict is False for verdict in verdicts) else None


def _works_with(view: View, name: str, server: LicenceServer | None) -> bool | None:
    host = view.the_host
    through = _through(reach_to(host, name))
    if server is None:
        return False if through is False else None
    steps = (server.activated.value, _running(server), through, has_fitting_pack(host, server, view.now))
    if any(step is False for step in steps):
        return False
    return True if all(step is not None for step in steps) else None


def _running(server: LicenceServer) -> bool | None:
    state = server.service_state.value
    return None if state is None else state.lower() == "running"


# Licence servers, and the way to them


def named_servers(view: View) -> list[tuple[str, LicenceServer | None]]:
    """List the licence servers that a host names, each with what was collected of it."""
    collected = {short_name(server.machine.name): server for server in view.site.licence_servers}
    return [(name, collected.get(short_name(name))) for name in view.the_host.servers.value or ()]


def reach_to(host: SessionHost, name: str) -> Reach | None:
    """Find how far a host gets towards one licence server; None if it was not tried."""
    reaches = host.reach.value or ()
    return next((reach for reach in reaches if short_name(reach.server) == short_name(name)), None)


def status_of(host: SessionHost, name: str) -> int | None:
    """Give Windows' own answer about the way from a host to a licence server; None if it was not asked."""
    reach = reach_to(host, name)
    return reach.status.value if reach else None


def reached(host: SessionHost, server: LicenceServer) -> bool | None:
    """Tell whether the host gets through to the server; None if it was not tried."""
    return _through(reach_to(host, server.machine.name))


def _through(reach: Reach | None) -> bool | None:
    if reach is None:
        return None
    status = reach.status.value
    if status is not None and status not in MUTE_STATUS:
        return status in GOOD_STATUS
    return False if False in (reach.name.value, reach.port_135.value, reach.dynamic.value, reach.pipe.value) else None


def failed_step(
    view: View, title: Text, step: Callable[[Reach], Fact[bool]], text: Callable[[str], Text]
) -> Iterator[Found]:
    """Find the licence servers of a host towards which one step fails, or was not tried.

    A step that fails although Windows is content is a warning: some other way is in use, as long as it lasts.

    Args:
        view: the host.
        title: what the rule looks for.
        step: gives the step; an unknown fact where an earlier step must be mended first.
        text: says of a licence server that the step fails.
    """
    for name in view.the_host.servers.value or ():
        reach = reach_to(view.the_host, name)
        passed = step(reach).value if reach else None
        content = status_of(view.the_host, name) in GOOD_STATUS
        if passed is False:
            yield warning(text(name)) if content else error(text(name))
        elif passed is None:
            yield cannot_tell(t("{title}: not known of {server}, because it was not tried", title=title, server=name))


def after(earlier: Iterable[Fact[bool]], step: Fact[bool]) -> Fact[bool]:
    """Give a step, or an unknown fact where an earlier one failed: until that is mended this one tells nothing."""
    failed = any(fact.value is False for fact in earlier)
    return Fact(why="an earlier step failed") if failed else step


# Grace


def on_grace_alone(view: View, days: range, bad: Found, unknown: Text) -> Iterator[Found]:
    """Find a host with so many grace days left where licensing does not work; where it works the counter means nothing.

    Args:
        view: the host.
        days: the days left for which the rule is there.
        bad: what it finds.
        unknown: said if the facts do not tell whether licensing works.
    """
    if view.the_host.grace_days.value not in days:
        return
    works = licensing_works(view)
    if works is None:
        yield cannot_tell(unknown)
    elif not works:
        yield bad


# Packs


def has_fitting_pack(host: SessionHost, server: LicenceServer, now: int = 0) -> bool | None:
    """Tell whether the server has a pack for the host's mode and version, valid now; None if the facts do not tell."""
    packs, version, mode = packs_of(server), host.machine.version.value, host.mode.value
    if packs is None or version is None or mode not in PRODUCTS:
        return None
    fitting = (pack for pack in packs if pack.product == PRODUCTS[mode] and serves_host(pack, version))
    return any(is_valid(pack, now) for pack in fitting)


def packs_of(server: LicenceServer) -> tuple[Pack, ...] | None:
    """Give the packs of a server; None if not known, or if there are none for somebody who is no administrator (KB2546583)."""
    packs = server.packs.value
    if packs is None or server.machine.administrator.value:
        return packs
    return packs if any(pack.total or pack.issued for pack in packs) else None


def serves_host(pack: Pack, version: int) -> bool:
    """Tell whether the CALs of a pack serve a host of this version; 2008 and 2008 R2 count as one."""
    return serves(max(pack.version, OLDEST), version)


def is_valid(pack: Pack, now: int) -> bool:
    """Tell whether a pack was bought and has not expired."""
    return pack.counts and (not pack.expires or pack.expires > now)


def packs_for_host(view: View) -> tuple[list[Pack], bool]:
    """Gather the valid packs of a host's mode on its servers, of whatever version, and tell whether those are all."""
    product = PRODUCTS.get(view.the_host.mode.value or Mode.NOT_SET)
    known = [packs_of(server) if server else None for _, server in named_servers(view)]
    packs = [pack for of_one in known for pack in of_one or () if pack.product == product and is_valid(pack, view.now)]
    return packs, None not in known


# Names that people read

MODE_NAMES = {
    Mode.DEVICE: t("Per Device"),
    Mode.USER: t("Per User"),
    Mode.NOT_SET: t("not set"),
    Mode.ENTRA_USER: t("Entra ID Per User"),
    Mode.ADMIN: t("Remote Administration"),
}
"""The modes as Windows shows them."""
PLACE_NAMES = {From.POLICY: t("policy"), From.DEPLOYMENT: t("deployment"), From.LOCAL: t("local setting")}
"""The places where something is set, strongest first."""
_OLD = {2: "2008", 3: "2008 R2"}


def windows_name(version: int) -> str:
    """Name a version of Windows Server, those included that are older than the CALs sold today."""
    return _OLD.get(version) or version_name(version)


def listed(names: Iterable[str]) -> str:
    """Write names in a row."""
    return ", ".join(names)


def tracked(host: SessionHost) -> bool | None:
    """Tell whether per-user CALs of this host are tracked in a directory; None if the facts do not tell."""
    join, mode = host.machine.join.value, host.mode.value
    signs = (
        host.application_mode.value,
        None if join is None else join is Join.DOMAIN,
        None if mode is None else mode is Mode.USER,
    )
    return False if False in signs else None if None in signs else True
