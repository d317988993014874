"""What a bundle says, remembered by its hash."""

from collections import OrderedDict

import pytest

from calvox.apps.site import parts
from calvox.apps.site.parts import part_of
from calvox.common.errors import BadInput
from tests.apps.calling import BUNDLES

ONE, OTHER = ((BUNDLES / f"healthy-{name}-2022.json").read_bytes() for name in ("licence-server", "session-host"))


def test_a_bundle_is_read_once_and_a_changed_one_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes bring the same values; another byte is another bundle, and a damaged one is refused each time."""
    part_of(ONE)
    monkeypatch.setattr(parts, "read_bundle", lambda data: pytest.fail("it was read twice"))
    assert part_of(bytes(bytearray(ONE))).machine == "lic01.corp.example"
    monkeypatch.undo()
    assert part_of(OTHER).machine == "rdsh01.corp.example"
    for _ in range(2):
        with pytest.raises(BadInput):
            part_of(ONE[:-10])


def test_no_more_are_kept_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one unasked for longest goes."""
    monkeypatch.setattr(parts, "MOST", 1)
    monkeypatch.setattr(parts, "_known", OrderedDict())
    part_of(ONE)
    part_of(OTHER)
    assert len(parts._known) == 1
