"""After a restore: hosts bring back the tokens that they hold, and those enrolled since the backup ask to be known again."""

from calvox.apps.host_api.call import Call
from calvox.common.errors import CalvoxError, Denied
from calvox.common.i18n import language_of, t
from calvox.core.book import Row
from calvox.journal.interface import Committed, Transaction
from calvox.server.issue import Granted, token_of
from calvox.server.reentry import Left, reenter, rejoin
from calvox.trust.certificates import host_name_of
from calvox.wire import hostapi


async def bring_back(call: Call[hostapi.ReenterAsk]) -> hostapi.Reentered:
    """Take tokens back, each by itself."""

    def work(tx: Transaction, host: Row) -> list[Granted | Left]:
        return [reenter(call.server, host, one.token, one.name)(tx) for one in call.asked.tokens]

    done = await call.run(work)
    with language_of(call.language):
        return hostapi.Reentered(tuple(_brought(Committed(one, done.batch)) for one in done.value))


def _brought(done: Committed[Granted | Left]) -> hostapi.Brought:
    match done.value:
        case Left(reason, why):
            return hostapi.Brought(refused=reason, why=str(why))
        case Granted() as granted:
            return hostapi.Brought(token_of(Committed(granted, done.batch)))


async def ask_again(call: Call[hostapi.RejoinAsk]) -> hostapi.Rejoined:
    """Enter a host that shows a certificate of ours and is not known any more."""
    name = host_name_of(call.certificate)

    def work(tx: Transaction) -> CalvoxError | None:
        try:
            rejoin(tx, call.host, name, call.asked.version, call.certificate)
        except CalvoxError as error:
            return error
        return None

    error = (await call.server.journal.submit_here(work)).value
    if error is not None:
        raise Denied(error.message, hint=error.hint or t("Enrol first: “calvox host enrol”."))
    return hostapi.Rejoined(name)
