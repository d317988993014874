"""Our own server: its certificate is ending.

What it checks: whether the certificate that a serving process shows has more than 7 days left. The process makes it anew weeks
before its end; one that does not serve is not asked.

Why it matters: once it has ended nobody who checks it gets through: session hosts, people, callers’ browsers.

Example: the folder with the keys became read-only, and the process could not write the new one.

Remedy: restart the process, and read its log.

Reference: Calvox, “Watching Calvox”.
"""

from collections.abc import Iterator

from calvox.common.clock import DAY
from calvox.common.i18n import t
from calvox.doctor.own import CERTIFICATE_DAYS
from calvox.doctor.rule import Found, Rule, View, error, warning


def check(view: View) -> Iterator[Found]:
    """Find a certificate that ends soon."""
    fact = view.the_own.certificate_ends
    left = (fact.value or 0) - (fact.time or view.now)
    if left <= CERTIFICATE_DAYS * DAY:
        say = error if left <= 0 else warning
        yield say(t("The server's certificate ends in {days} days and was not made anew", days=left // DAY))


RULE = Rule(
    name="own-certificate-ending",
    about="own",
    needs=("serving", "certificate_ends"),
    title=t("Our server’s certificate is ending"),
    remedy=t("The process makes it anew by itself: restart it, and read in its log what keeps it from that."),
    check=check,
    applies=lambda view: bool(view.the_own.serving.value and view.the_own.certificate_ends.value),
    reference="Calvox, “Watching Calvox”",
)
