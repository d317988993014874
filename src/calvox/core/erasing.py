"""Names that were erased: the chain says how many, when, by whom and why, and nothing of whose they were."""

from calvox.core.book import Fact


class NamesErased(Fact, frozen=True):
    """Names of holders who hold nothing were erased from beside the chain."""

    count: int
    why: str
    by: str
