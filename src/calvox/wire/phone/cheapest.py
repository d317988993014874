"""Chooses one item from each of several lists, cheapest sum first, without ever forming all combinations.

Each list is given by its costs in ascending order. Every choice is reached from exactly one other that costs no more, so
a heap holds only the rim of what has been given out: at most two entries more for each choice taken.
"""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

Choice = tuple[int, ...]
"""For each list the index of the item chosen."""


def cheapest(costs: Sequence[Sequence[int]]) -> Iterator[tuple[int, Choice]]:
    """Yield (sum, choice) in ascending order of the sum; nothing if a list is empty."""
    if not all(costs):
        return
    start = tuple(0 for _ in costs)
    total = sum(cost[0] for cost in costs)
    yield total, start
    # The lists that move, the smallest first step first: only so does every step below cost nothing or more.
    moving = sorted((i for i, cost in enumerate(costs) if len(cost) > 1), key=lambda i: costs[i][1] - costs[i][0])
    if not moving:
        return
    heap = [(total + costs[moving[0]][1] - costs[moving[0]][0], 0, _with(start, moving[0], 1))]
    while heap:
        total, at, choice = heappop(heap)
        yield total, choice
        for step in _steps(costs, moving, at, choice):
            heappush(heap, (total + step[0], step[1], step[2]))


def _steps(
    costs: Sequence[Sequence[int]], moving: Sequence[int], at: int, choice: Choice
) -> Iterator[tuple[int, int, Choice]]:
    here = moving[at]
    index, cost = choice[here], costs[here]
    if index + 1 < len(cost):
        yield cost[index + 1] - cost[index], at, _with(choice, here, index + 1)
    if at + 1 < len(moving):
        following = moving[at + 1]
        step = costs[following][1] - costs[following][0]
        moved = _with(choice, following, 1)
        yield step, at + 1, moved
        if index == 1:
            yield step - (cost[1] - cost[0]), at + 1, _with(moved, here, 0)


def _with(choice: Choice, place: int, index: int) -> Choice:
    return (*choice[:place], index, *choice[place + 1 :])
