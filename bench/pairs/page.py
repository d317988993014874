"""What was measured of pairs, as a table on the screen and as a page."""

from collections.abc import Iterator, Sequence
from statistics import median

import msgspec
from rich.table import Table

from bench.machine import Machine
from bench.table import number

Figures = dict[tuple[int, str], list[float]]
"""Ledger's CALs (0: beside) and name of a figure → what each round gave."""
LINES = {
    "cpu 64": ("processor time of a pair, 64 callers", "µs"),
    "cpu 1": ("processor time of a pair, 1 caller", "µs"),
    "pairs 1": ("pairs, 1 caller", "/s"),
    "pairs 16": ("pairs, 16 callers", "/s"),
    "pairs 64": ("pairs, 64 callers", "/s"),
    "p99": ("slowest of a hundred pairs at half that rate, open loop", "ms"),
    "bulk": ("CALs acquired and released in requests of 64", "/s"),
    "resident": ("memory of the server's process", "MiB"),
    "disk": ("disk of a CAL of one entry", "B"),
    "start": ("start until it serves", "s"),
}
BESIDE = {
    "no-op": ("floor: two requests to an application that does nothing, over the same TLS", "µs"),
    "rows": ("floor: the same rows by bare APSW, in batches of 32", "µs"),
    "PostgreSQL": ("PostgreSQL, SKIP LOCKED with an audit row, 64 clients of pgbench, no TLS", "/s"),
    "Redis": ("Redis, Lua, every write synced, 64 clients, no TLS", "/s"),
    "license-manager 1": ("license-manager-backend 3.0.12, booking made and deleted over HTTP, 1 caller, no TLS", "/s"),
    "license-manager 16": ("the same, 16 callers", "/s"),
}


def rows(figures: Figures, sizes: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """Write a row for each figure, with a column for each ledger."""
    for name, (text, unit) in LINES.items():
        yield text, unit, *(_cell(figures.get((cals, name), [])) for cals in sizes)
    for name, (text, unit) in BESIDE.items():
        values = figures.get((0, name), [])
        if values:
            yield text, unit, _cell(values), *("" for _ in sizes[1:])


def _cell(values: list[float]) -> str:
    if not values:
        return ""
    spread = f" ({number(min(values))} … {number(max(values))})" if len(values) > 1 else ""
    return number(median(values)) + spread


def targets(figures: Figures, sizes: Sequence[int]) -> Iterator[tuple[str, str, str]]:
    """Hold what was measured against what was wanted: what, wanted, found."""
    floor = median(figures[0, "no-op"]) + median(figures[0, "rows"])
    first, last = sizes[0], sizes[-1]
    cpu = {cals: median(figures[cals, "cpu 64"]) for cals in sizes}
    yield "processor time of a pair beside its floor", "≤ 2 ×", f"{cpu[first] / floor:.2f} ×"
    yield f"the same from {first:,} to {last:,} CALs", "≤ 1.25 ×", f"{cpu[last] / cpu[first]:.2f} ×"
    yield "slowest of a hundred at half the rate", "< 50 ms", f"{median(figures[last, 'p99']):.0f} ms"
    yield "CALs in bulk of 64", "≥ 30,000/s", f"{number(median(figures[first, 'bulk']))}/s"
    yield f"memory at {last:,} CALs", "≤ 200 MiB", f"{median(figures[last, 'resident']):.0f} MiB"
    yield f"disk of a CAL at {last:,}", "≤ 400 B", f"{median(figures[last, 'disk']):.0f} B"
    yield f"start at {last:,} CALs", "< 5 s", f"{median(figures[last, 'start']):.1f} s"


def screen(figures: Figures, sizes: Sequence[int]) -> Table:
    """Make the table for the screen."""
    made = Table("what", "unit", *(f"{cals:,} CALs" for cals in sizes))
    for row in rows(figures, sizes):
        made.add_row(*row)
    made.add_section()
    for what, wanted, found in targets(figures, sizes):
        made.add_row(what, "", f"{found}  (wanted {wanted})", *("" for _ in sizes[1:]))
    return made


def page(machine: Machine, figures: Figures, sizes: Sequence[int], command: str) -> str:
    """Write the page."""
    head = ["what", "unit", *(f"{cals:,} CALs" for cals in sizes)]
    table = ["| " + " | ".join(head) + " |", "|---|---|" + "--:|" * len(sizes)]
    table += ["| " + " | ".join(row) + " |" for row in rows(figures, sizes)]
    held = [
        "| what | wanted | found |",
        "|---|---|--:|",
        *(f"| {a} | {b} | {c} |" for a, b, c in targets(figures, sizes)),
    ]
    facts = [f"| {name.replace('_', ' ')} | {value} |" for name, value in msgspec.structs.asdict(machine).items()]
    return TEMPLATE.format(command=command, machine="\n".join(facts), table="\n".join(table), held="\n".join(held))


TEMPLATE = """# Pairs: what issuing costs

This page is written by a run of `{command} --write docs/benchmarks-pairs.md`.
A *pair* is the acquire and the release of a session's CAL, both acknowledged after their commit, with everything on: mutual TLS, authorization, ledger, signed tokens,
idempotency. The generator is a process of its own on the same machine, so it takes its share of the two cores; processor
time is the licence server's alone. Medians of the rounds, with the least and the most.

| | |
|---|---|
{machine}

A load of more than about 1 means that other work ran on the machine: then all that is counted by the clock (pairs a second,
the slowest of a hundred, the start) says little, and processor time is too high by what caches and switches cost.

{table}

## Beside what was wanted

{held}

The floor is what the same requests and the same rows cost when nothing is decided, checked, signed or remembered. The
peers take a seat and give it back with a line of audit; they have no TLS, no certificates and no rules here, and Redis
does all its work in one process that waits for no other. license-manager-backend runs with one worker on the same
PostgreSQL; it checks a bearer token and counts the bookings of a feature, keeps no ledger, and answers before its commit.

## What bounds the targets that are missed

**Bulk.** By the profile, a CAL acquired and given back costs 170 to 190 µs of the process: about 100 within SQLite, 60 in
deciding, hashing and writing down, 25 in tokens and answers. So one interpreter ends at 5,000 to 6,000 a second; the same
rows by bare APSW, with nothing decided, end at about 11,000. 30,000 would take fewer rows and another language; a request of
64 is one piece of work, one commit and one signature already.

**Processor time of a pair.** By `perf`, half of it is the interpreter, which decides, hashes, writes down and answers HTTP; a
quarter is the kernel (sockets, the write-ahead log, and the switches between the loop's thread and the writer's, about a tenth of
all); SQLite itself has a tenth, TLS and signatures a sixteenth. The floor has no second thread and nothing to decide. On a busy
machine the floor suffers more than we do: there the ratio was seen as low as 2.2. Waiting up to 3 ms so that more requests share a
commit was tried: nothing that stands out of the noise.

**A longer ledger.** A ledger of more than 50,000 entries is verified whole while it serves, in the same process. It rests four
times as long as it works, nineteen times while hosts ask much, and works for about 2 ms at a stretch; in the first minutes,
and so in these figures, that is a part of the processor time. The rest is pages: holders and their index are keyed by
hashes, so each new one touches pages of its own.

**Disk.** Where the bytes of a user's CAL lie, by `dbstat` in a ledger of 100,000:

| table or index | B a CAL before | now |
|---|--:|--:|
| entry (body, leaf, hash) | 293 | 170 |
| token (claims, salt) | 178 | 0 |
| holder, and its index by holder | 192 | 192 |
| cal | 104 | 104 |
| cal by holder, by end, by entry | 120 | 120 |
| cal by pack | – | about 22 |

What would come next: numbers in place of 16 and 32 bytes as keys of CALs and holders (about 150 B), which changes how
holders are sought by the beginning of their name. Body, leaf and hash of an entry are 145 B that cannot be had for less, as
long as each entry is to be named that does not hold.

## What was tried

Entries hold their values alone, under a number for their kind; the canonical bytes that are hashed are made again on reading.
Tokens are made again from the CAL, its entry and its holder's salt, so they have no row. Rows of large tables wait for the
end of a run and are written by one call; holders are looked up once a request; who is new is not looked for among the CALs.
Small tables (packs, hosts, the server's own row) are kept in memory by the writer and written once a batch; entries are
written together; rows put in a batch are known without asking; texts of statements are made once. The host API answers
without a framework, and an event loop is woken once a batch. Several requests share a commit.
"""
