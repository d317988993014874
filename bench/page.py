"""The page: the machine, the command, the tables, and what falls short of the figures that the design counted on."""

from collections.abc import Mapping

import msgspec

from bench.lines import Row
from bench.machine import Machine
from bench.table import markdown, number

COUNTED_ON: Mapping[str, tuple[str, float]] = {
    "appends, 64 callers": ("durable issues a second at 64 callers", 39_000),
    "appends, 256 callers": ("durable issues a second at 256 callers", 55_000),
    "CALs issued, 64 callers": ("durable issues a second at 64 callers", 39_000),
    "CALs issued, 256 callers": ("durable issues a second at 256 callers", 55_000),
    "Ed25519 signature": ("Ed25519 signatures a second", 27_000),
}
"""Rows, and the figure of the design that each is held against."""

TEMPLATE = """# Benchmarks

This page is written by a run of `{command} --write docs/benchmarks.md`, or `make bench`. Each thing is
measured beside a floor or a peer in the same run, in turn, so that a busy machine disturbs both; trust the ratios more
than the rates, and where least and most lie far apart, neither.

| | |
|---|---|
{machine}

The load is the one that the run found when it began: whatever is above 0 was others' work on the same machine.

## What was measured

Median of the repeats, with the least and the most of them. *Speed beside* tells how fast a row is compared with another
of its table: 0.5 × is half its speed (of memory: 0.5 × is half as much). Repeats: {repeats}.

{tables}
How to read the floors:

- *bare APSW* writes the same rows into the same tables with the same durability (write-ahead log, synchronous=FULL). It
  hashes, encodes, signs and reads nothing, and has no callers to wake. *Such batches* are as large as those that the
  journal's callers had just filled.
- Callers are tasks of one event loop on uvloop, as in the licence server; each waits for its commit before it goes on.
  *All handed over at once* has no such callers: it is what the journal itself costs.
- *CALs issued* are for devices never seen before, each with its token made after the commit, without the network.
- *Pages* are the manager's, on a licence server with 1,000,000 CALs and 1,000 session hosts, asked of the application with a
  session, without TLS; the median is to be below 100 ms, and a first visit below 150 kB, page, style and scripts together.
- *Synced* is a write of 4 KiB in place and `fdatasync`. In a virtual machine this may be faster than the disk beneath.

## Against what the design counted on

| what | counted on | measured | share |
|---|--:|--:|--:|
{shares}

The figures counted on were measured with prototypes, before this code and these tables existed. Where it falls short of
them, and why:

- **An append is more than a row.** It is written in canonical bytes, hashed into the chain, folded into a table through the
  book, all in Python, and shares in a signature. All handed over at once, the journal takes {at_once} a second; at 256
  callers {together}, for the event loop that wakes them and the writer's thread share one interpreter.
- **A CAL is more than an entry.** It is an entry, a holder, a CAL, a device, a token, and the indexes over them, after
  seven reads and a decision. Writing just those rows, in batches as at 256 callers, bare APSW manages {bare_cals} a second:
  that is the ceiling of these tables on this machine. The licence server reaches {cals} × of it.
- **Holders and CALs have random keys.** Each new one dirties a page of its own in nearly every table and index. After 1000
  such pages SQLite copies its log into the database, and a batch at 256 callers comes near that by itself, so that nearly
  every commit pays for the copy too. Issuing slows down as the ledger grows; here it grew by what the laps issued.
- **A lone caller waits for the disk**, at {alone} × the speed of bare APSW with a commit each. Its own part is the hand-over
  to the writer's thread and back, the signature, and the head outside the database; where the disk is slow or shared,
  that does not show.
- Verifying a whole journal reads {verified} entries a second: a million takes {million} s.
"""


def page(machine: Machine, rows: list[Row], command: str) -> str:
    """Write the page of a whole run."""
    medians = {row.name: row.median for row in rows}
    beside = {row.name: number(next(iter(row.ratios.values()))) for row in rows if row.ratios}
    facts = {name.replace("_", " "): value for name, value in msgspec.structs.asdict(machine).items()}
    verified = medians["entries verified"]
    return TEMPLATE.format(
        command=command,
        machine="\n".join(f"| {name} | {value} |" for name, value in facts.items()),
        repeats=rows[0].repeats,
        tables=markdown(rows),
        shares="\n".join(_share(name, medians[name]) for name in COUNTED_ON),
        at_once=number(medians["appends, all handed over at once"]),
        together=number(medians["appends, 256 callers"]),
        bare_cals=number(medians["bare APSW in such batches, CALs issued at 256"]),
        cals=beside["CALs issued, 256 callers"],
        alone=beside["appends, 1 caller"],
        verified=number(verified),
        million=number(1_000_000 / verified),
    )


def _share(name: str, measured: float) -> str:
    what, figure = COUNTED_ON[name]
    return f"| {name} | {figure:,.0f} {what} | {number(measured)} | {measured / figure:.0%} |"
