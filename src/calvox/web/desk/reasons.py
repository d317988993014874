"""Each reason of a refusal in a few words, for lists; the whole sentence names what was asked."""

from collections.abc import Mapping

from calvox.centre.refusals import Reason
from calvox.common.i18n import Text, t

REASONS: Mapping[str, Text] = {
    Reason.UNKNOWN_CALLER: t("unknown caller"),
    Reason.WRONG_CALL_WORD: t("wrong call word"),
    Reason.CALLER_LOCKED: t("caller locked"),
    Reason.UNKNOWN_AGREEMENT: t("unknown agreement"),
    Reason.CALLER_NOT_AUTHORISED: t("caller not named in the agreement"),
    Reason.SERVER_RETIRED: t("licence server retired"),
    Reason.SERVER_BLACKLISTED: t("licence server blacklisted"),
    Reason.SERVER_NOT_ACTIVATED: t("licence server never activated"),
    Reason.AGREEMENT_ENDED: t("agreement ended"),
    Reason.OTHER_AGREEMENT: t("request names another agreement"),
    Reason.OTHER_PROGRAMME: t("request names another programme"),
    Reason.REQUEST_EXPIRED: t("request expired"),
    Reason.SEQUENCE_USED: t("sequence signed with other contents"),
    Reason.SEQUENCE_NOT_ASCENDING: t("sequence below one that was signed"),
    Reason.NOT_BOUGHT: t("not bought"),
    Reason.LINE_ENDED: t("the agreement’s lines ended"),
    Reason.OUTLASTS_LINE: t("would outlast the agreement’s line"),
    Reason.MORE_THAN_LEFT: t("more than is left"),
    "nothing-to-reissue": t("nothing to reissue"),
    "old-server-unknown": t("replaced licence server unknown"),
    "old-server-replaced": t("replaced licence server replaced before"),
    "reissue-too-often": t("reissued too often"),
    Reason.KEEPS_ITS_PACKS: t("packs asked for, which it keeps"),
    Reason.CONTROL_WORDS_DIFFER: t("control words differed"),
}
