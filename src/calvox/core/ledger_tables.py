"""The ledger's tables in their three groups: what follows from the entries, what lies beside them, what is working state.

Who a holder is, and the salt that hides what tokens say of them, lie beside the chain.
"""

from calvox.core.alarms import ALARM_TABLE, CLOCK_TABLE, FREEZE_COLUMNS
from calvox.core.book import Table
from calvox.core.continuity import CONTINUITY_TABLES
from calvox.core.freezing import FREEZE
from calvox.core.hosting import AUTHORITY_TABLE, HOST_TABLE, SEEN_TABLE, STANDING_TABLE
from calvox.core.outages import OUTAGE_TABLES
from calvox.core.peopling import PEOPLE_WORKING, PERSON_TABLE
from calvox.core.reenrolling import REENROLMENT_TABLE
from calvox.core.usage import USAGE_TABLE

PROJECTIONS = (
    Table(
        "server",
        ("slot",),
        {
            "slot": int,
            "server_id": bytes,
            "epoch": int,
            "public_key": bytes,
            "centre_key": bytes,
            "centre_name": str,
            "activated": int,
            "next_sequence": int,
            **dict.fromkeys((*FREEZE_COLUMNS, FREEZE), int),
        },
        small=True,
    ),
    PERSON_TABLE,
    Table("request", ("sequence",), {"sequence": int, "request": bytes, "time": int}),
    Table(
        "confirmation",
        ("entry",),
        {"entry": int, "kind": int, "server_id": bytes, "requests": bytes, "issue_day": int, "signature": bytes},
    ),
    Table(
        "pack",
        ("sequence",),
        {
            "sequence": int,
            "programme": int,
            "cal_type": int,
            "version": int,
            "quantity": int,
            "agreement": int,
            "ends": int,
            "issued": int,
            "installed": int,
            "converted": int,
            "over_use": str,
        },
        index=(("cal_type",),),
        small=True,
    ),
    USAGE_TABLE,
    HOST_TABLE,
    AUTHORITY_TABLE,
    *OUTAGE_TABLES,
    ALARM_TABLE,
    *CONTINUITY_TABLES,
    REENROLMENT_TABLE,
    Table(
        "cal",
        ("cal_id",),
        {
            "cal_id": bytes,
            "cal_type": int,
            "version": int,
            "holder": bytes,
            "host": bytes,
            "issued": int,
            "valid_until": int,
            "temporary": int,
            "pack": int,
            "entry": int,
        },
        index=(("holder", "cal_type"), ("valid_until",), ("entry",), ("pack", "temporary")),
    ),
    # Renewals alone: who was given the token of the issue stands in the CAL, or in the entry by which its identifier begins.
    Table("token", ("cal_id", "host"), {"cal_id": bytes, "host": bytes, "entry": int}),
    Table("device", ("holder",), {"holder": bytes, "first_seen": int, "proven": int}),
    Table(
        "revoked",
        ("cal_id",),
        {"cal_id": bytes, "version": int, "holder": bytes, "valid_until": int, "pack": int, "entry": int, "time": int},
        index=(("valid_until",),),
    ),
    Table(
        "authorised",
        ("holder", "entry"),
        {"holder": bytes, "entry": int, "since": int, "until": int},
        index=(("until",),),
    ),
    Table(
        "refusal",
        ("entry",),
        {"entry": int, "time": int, "host": bytes, "holder": bytes, "cal_type": int, "reason": str, "count": int},
    ),
)

BESIDE = (
    Table(
        "holder",
        ("reference",),
        {"reference": bytes, "holder": bytes, "salt": bytes, "name": str},
        index=(("holder",),),
    ),
)

WORKING = (
    SEEN_TABLE,
    STANDING_TABLE,
    CLOCK_TABLE,
    *PEOPLE_WORKING,
    Table("pending", ("purpose",), {"purpose": str, "state": bytes}),
    Table(
        "enrolment",
        ("code",),
        {
            "code": bytes,
            "name": str,
            "version": int,
            "expires": int,
            "by": str,
            "approved": int,
            "group": str,
            "key": bytes,
            "answer": bytes,
            "proof": bytes,
        },
        index=(("expires",),),
    ),
    Table(
        "answer",
        ("host", "key"),
        {"host": bytes, "key": str, "body": bytes, "answer": bytes, "time": int},
        index=(("time",),),
    ),
    Table(
        "revoked_token",
        ("host", "cal_id"),
        {"host": bytes, "cal_id": bytes, "valid_until": int},
        index=(("valid_until",),),
    ),
    Table("lease", ("cal_id",), {"cal_id": bytes, "until": int}, index=(("until",),)),
    Table(
        "repeated_refusal",
        ("host", "holder", "cal_type", "reason"),
        {"host": bytes, "holder": bytes, "cal_type": int, "reason": str, "hour": int, "more": int},
    ),
)
