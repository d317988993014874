"""What can be done to an activation centre, by subject: the use cases of its socket, its command line and its desk.

Everyone at the desk takes calls and reads all. What lets somebody call, or lets a licence server never call again without
its own proof, is the supervisor's.
"""

from collections.abc import Mapping
from dataclasses import replace

from calvox.apps.alerting.cases import alert_cases
from calvox.apps.centre.findings import watched
from calvox.apps.continuity.cases import BACKUP_CASES
from calvox.apps.journals import JOURNAL_CASES
from calvox.apps.owner import UseCase
from calvox.apps.people_api.cases import PEOPLE_CASES
from calvox.centre import (
    agreements,
    callers,
    calls,
    card,
    comparing,
    desk,
    finding,
    history,
    noted,
    open_calls,
    servers,
    signing,
    statistics,
    succession,
    typed,
    typed_codes,
)
from calvox.centre.context import Context
from calvox.centre.refusals import Refusal
from calvox.core.peopling import Role

SUPERVISOR = frozenset({Role.SUPERVISOR})
Cases = Mapping[str, UseCase[Context]]

AGREEMENT_CASES: Cases = {
    "agreement-add": UseCase(
        agreements.AddAgreement, agreements.AgreementShown, agreements.add_agreement, roles=SUPERVISOR
    ),
    "agreements-find": UseCase(finding.FindAgreements, finding.AgreementsFound, finding.find_agreements, reads=True),
    "agreement-list": UseCase(
        agreements.ListAgreements, list[agreements.AgreementShown], agreements.list_agreements, reads=True
    ),
    "agreement-show": UseCase(
        agreements.ShowAgreement, agreements.AgreementShown, agreements.show_agreement_named, reads=True
    ),
    "unlock-caller": UseCase(callers.UnlockCaller, callers.CallerShown, callers.unlock_caller, roles=SUPERVISOR),
}
CALL_CASES: Cases = {
    "calls": UseCase(calls.CallsAsked, list[calls.PendingCall], desk.pending_calls, reads=True),
    "call-compared": UseCase(comparing.Compared, signing.Signed | Refusal, comparing.sign_open),
    "call-end": UseCase(open_calls.EndCall, open_calls.CallOver, open_calls.end_call),
    "call-heard-wrongly": UseCase(open_calls.HeardWrongly, noted.OpenCallShown, open_calls.heard_wrongly),
    "call-note": UseCase(open_calls.NoteCall, noted.OpenCallShown, open_calls.note_call),
    "call-open": UseCase(open_calls.OpenCall, noted.OpenCallShown | Refusal, open_calls.open_call),
    "call-prepare": UseCase(open_calls.OneCall, calls.Prepared | Refusal, comparing.prepare_open),
    "call-show": UseCase(open_calls.OneCall, noted.OpenCallShown, open_calls.show_open, reads=True),
    "call-statistics": UseCase(
        statistics.StatisticsAsked, statistics.CallStatistics, statistics.call_statistics, reads=True
    ),
    "call-take-code": UseCase(typed_codes.TakeCode, typed_codes.CodeTaken, typed_codes.take_code),
    "call-type": UseCase(typed_codes.TypeLines, noted.OpenCallShown, typed_codes.type_lines),
    "calls-open": UseCase(open_calls.OpenCallsAsked, list[noted.OpenCallListed], open_calls.list_open, reads=True),
    "identify": UseCase(calls.IdentifyCaller, calls.Identified | Refusal, desk.identify),
    "prepare": UseCase(calls.PrepareCall, calls.Prepared | Refusal, desk.prepare),
    "read": UseCase(signing.ReadAgain, signing.Signed | Refusal, signing.read_again),
    "sign": UseCase(signing.SignCall, signing.Signed | Refusal, signing.sign_call),
    "typing-keep": UseCase(typed.KeepTyping, typed.KeptTyping, typed.keep_typing),
    "typing-kept": UseCase(typed.TypingAsked, typed.KeptTyping, typed.kept_typing, reads=True),
}
SERVER_CASES: Cases = {
    "blacklist": UseCase(servers.BlacklistServer, servers.ServerShown, servers.blacklist, roles=SUPERVISOR),
    "confirmation": UseCase(history.OneConfirmation, signing.Signed | Refusal, history.confirmation_again, reads=True),
    "reissue-allow": UseCase(
        succession.AllowReissue, succession.ReissueLeave, succession.allow_reissue, roles=SUPERVISOR
    ),
    "retire": UseCase(servers.RetireServer, servers.ServerShown, servers.retire),
    "server-history": UseCase(history.OneServer, history.ServerHistory, history.server_history, reads=True),
    "servers": UseCase(servers.ServersAsked, list[servers.ServerShown], servers.list_servers, reads=True),
    "servers-find": UseCase(finding.FindServers, finding.ServersFound, finding.find_servers, reads=True),
}
CASES: Cases = {
    **JOURNAL_CASES,
    **BACKUP_CASES,
    **AGREEMENT_CASES,
    **CALL_CASES,
    **SERVER_CASES,
    **alert_cases(watched, SUPERVISOR),
    **{name: replace(case, roles=SUPERVISOR) for name, case in PEOPLE_CASES.items()},
    "card": UseCase(card.CardAsked, card.CardShown, card.show_card, reads=True),
}
"""What can be done to an activation centre."""
