"""Session host: its licensing certificates are damaged.

What it checks: the values Certificate, X509 Certificate, X509 Certificate2 and X509 Certificate ID of the host: whether one
of them is empty, expired or unreadable.

Why it matters: with these the host proves itself to the licence server and to its clients. If they are damaged, clients hear
that no licence servers are available although everything else is in order.

Example: the host was cloned from an image; its X509 Certificate has expired.

Remedy: Microsoft's repair: export the key, delete these values, and restart; the host gets new ones.

Reference: Microsoft Learn, “Cannot connect to RDS because no RD Licensing servers are available”; event 1133.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.licensing import is_session_host, listed
from calvox.doctor.rule import Found, Rule, View, error


def check(view: View) -> Iterator[Found]:
    """Find damaged values."""
    bad = view.the_host.bad_certificates.value
    if bad:
        yield error(t("Licensing certificates of {host} are damaged: {values}", host=view.subject, values=listed(bad)))


RULE = Rule(
    name="host-bad-certificates",
    about="host",
    needs=("application_mode", "bad_certificates"),
    title=t("Licensing certificates of the host are damaged"),
    remedy=t(
        'Keep a copy: reg export "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\RCM" rcm.reg. Then delete there only the values Certificate, X509 Certificate, X509 Certificate2 and X509 Certificate ID, nothing else, and restart the host. If clients are still refused, reactivate the licence server.'
    ),
    check=check,
    applies=is_session_host,
    reference="Microsoft Learn, “Cannot connect to RDS because no RD Licensing servers are available”",
)
