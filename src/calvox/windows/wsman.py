"""Questions to WMI over WS-Management: rows of a class, results of a method that reads.

Rules:
- Only methods whose names say that they read are called; the pattern is below, and a test holds it against the queries.
  What changes something is `calvox.windows.actions.changing`, which a survey never loads.
- XML is hostile: UTF-8 alone, no document type, no entity, no deep nesting.
- A machine's own words are never quoted; a fault is its number, or one of the errors of `calvox.windows.items`.
- Values are texts, None, lists or tables here; types come with `calvox.windows.readings`.
"""

import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any, TypeAlias, cast

from pypsrp.exceptions import WinRMError, WinRMTransportError, WSManFaultError
from pypsrp.wsman import NAMESPACES, SelectorSet, WSMan, WSManAction, _TransportHTTP

from calvox.common.clock import World
from calvox.common.errors import BadInput, CalvoxError, Denied, NotFound
from calvox.common.i18n import t
from calvox.windows.channel import Channel
from calvox.windows.items import ACCESS_DENIED, CLASS_MISSING, NOT_FOUND
from calvox.windows.line import Deadline

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
Row = dict[str, Value]
Given: TypeAlias = "str | tuple[str, ...]"
"""What a method is given: a text, or a list of texts."""

READS = re.compile(r"(?:Get|Is|Enum|Find|Fetch)[A-Z][A-Za-z]*|CheckAccess")
"""Names of methods that may be called."""
CLASSES = "http://schemas.microsoft.com/wbem/wsman/1/wmi/" + "root/"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
AT_ONCE = 100
"""Rows of one answer."""
DEPTH = 24
"""How deep the elements of an answer may lie."""
SELECTORS = "selectors"
"""Key under which a reference to another instance has its keys."""

_XML = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_MISSING = {0x80041010, 0x8004100E, 0x80338000, 0x8033801A}
_ABSENT = {0x80041002}
_DENIED = {5, 0x80070005, 0x80041003}

for _prefix, _space in NAMESPACES.items():
    ET.register_namespace(_prefix, _space)


class Wsman(WSMan):
    """The questions that a signed-in channel carries; envelopes are the library's, all else is ours."""

    def __init__(
        self, channel: Channel, url: str, world: World, largest: int
    ) -> None:  # the library's own would connect
        self.session_id = str(uuid.UUID(bytes=world.random(16), version=4))
        self.locale = self.data_locale = "en-US"
        self.max_envelope_size = min(largest, 512_000)
        self.operation_timeout = 20
        self._carrier = _Carrier(channel, url)
        self.transport = cast(_TransportHTTP, self._carrier)
        self.fault = 0
        """Number of the fault with which the last message was answered; 0 = none, or one without a number."""

    def rows(self, namespace: str, name: str, deadline: Deadline, where: str = "", most: int = 20_000) -> list[Row]:
        """Give the instances of a class, at most so many and one more.

        Raises:
            NotFound: there is no such class.
            Denied, BadInput, Unreachable: it could not be read.
        """
        uri = f"{CLASSES}{namespace}/{'*' if where else name}"
        body = ET.Element(_tag("wsen", "Enumerate"))
        ET.SubElement(body, _tag("wsman", "OptimizeEnumeration"))
        ET.SubElement(body, _tag("wsman", "MaxElements")).text = str(AT_ONCE)
        if where:
            ET.SubElement(body, _tag("wsman", "Filter"), Dialect=WQL).text = f"select * from {name} where {where}"  # noqa: S608
        answer = self._ask(WSManAction.ENUMERATE, uri, body, deadline)
        found: list[Row] = []
        while True:
            found += [_row(one) for items in _every(answer, "Items") for one in items]
            context = next((one.text for one in _every(answer, "EnumerationContext") if one.text), None)
            if next(_every(answer, "EndOfSequence"), None) is not None or context is None or len(found) > most:
                return found[: most + 1]
            body = ET.Element(_tag("wsen", "Pull"))
            ET.SubElement(body, _tag("wsen", "EnumerationContext")).text = context
            ET.SubElement(body, _tag("wsen", "MaxElements")).text = str(AT_ONCE)
            answer = self._ask(WSManAction.PULL, uri, body, deadline)

    def call(
        self,
        namespace: str,
        name: str,
        method: str,
        deadline: Deadline,
        given: Mapping[str, str] | None = None,
        keys: Mapping[str, str] | None = None,
    ) -> Row:
        """Call a method that reads, of a class or of the instance with these keys, and give what it returns.

        Raises:
            NotFound, Denied, BadInput, Unreachable: as `rows`.
        """
        if not READS.fullmatch(method):
            raise ValueError(f"{method} is no method that reads")
        return self._invoke(namespace, name, method, deadline, given or {}, keys or {})

    def _invoke(
        self,
        namespace: str,
        name: str,
        method: str,
        deadline: Deadline,
        given: Mapping[str, Given],
        keys: Mapping[str, str],
    ) -> Row:
        uri = f"{CLASSES}{namespace}/{name}"
        body = ET.Element(f"{{{uri}}}{method}_INPUT")
        for key, value in given.items():
            for one in [value] if isinstance(value, str) else value:
                ET.SubElement(body, f"{{{uri}}}{key}").text = one
        selectors = SelectorSet() if keys else None
        for key, chosen in keys.items():
            cast(SelectorSet, selectors).add_option(key, chosen)
        answer = self._ask(f"{uri}/{method}", uri, body, deadline, selectors)
        output = next(_every(answer, f"{method}_OUTPUT"), None)
        if output is None:
            raise BadInput(t("The answer holds no result"))
        return _row(output)

    def _ask(
        self, action: str, uri: str, body: ET.Element, deadline: Deadline, selectors: SelectorSet | None = None
    ) -> ET.Element:
        self._carrier.deadline = deadline
        self.fault = 0
        try:
            answer = self.invoke(action, uri, body, None, selectors, max(1, int(deadline.left())))
        except WSManFaultError as error:
            self.fault = _number(error.code)
            raise _fault(error.code) from None
        except (WinRMError, ET.ParseError):
            raise BadInput(t("The answer is no message of WS-Management")) from None
        found = answer.find("s:Body", NAMESPACES)
        if found is None:
            raise BadInput(t("The answer is no message of WS-Management"))
        return found


class _Carrier:
    """What the library needs of a transport."""

    def __init__(self, channel: Channel, url: str) -> None:
        self._channel = channel
        self.endpoint = url
        self.deadline: Deadline | None = None

    def send(self, message: bytes, retries_on_read_timeout: int = 0, timeout: float | None = None) -> bytes:
        assert self.deadline is not None
        status, answer = self._channel.ask(message, self.deadline)
        check_xml(answer)
        if status != 200:
            raise WinRMTransportError("http", status, answer.decode())
        return answer

    def close(self) -> None:
        self._channel.close()


def check_xml(data: bytes) -> None:
    """Refuse XML that is not plain.

    Raises:
        BadInput: it is not UTF-8, declares something else, has a document type or entities, is too deep or no XML.
    """
    declared = _XML.search(data[:200])
    try:
        data.decode()
    except UnicodeDecodeError:
        raise BadInput(t("The answer is not in UTF-8")) from None
    if (declared and declared[1].lower() not in (b"utf-8", b"us-ascii")) or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise BadInput(t("The answer has a document type, entities or another encoding"))
    parser = ET.XMLParser(target=_Depth())  # noqa: S314  # this is the check itself
    try:
        parser.feed(data)
        parser.close()
    except ET.ParseError:
        raise BadInput(t("The answer is no XML")) from None


class _Depth:
    """Counts how deep the elements lie, and builds nothing."""

    def __init__(self) -> None:
        self._depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > DEPTH:
            raise BadInput(t("The answer is nested too deeply"))

    def end(self, tag: str) -> None:
        self._depth -= 1

    def data(self, text: str) -> None:
        """Text lies no deeper."""

    def close(self) -> None:
        """Nothing was built."""


def _number(code: Any) -> int:
    return code & 0xFFFFFFFF if isinstance(code, int) else 0


def _fault(code: Any) -> CalvoxError:
    number = _number(code)
    if number in _MISSING:
        return NotFound(t("{error}", error=CLASS_MISSING))
    if number in _ABSENT:
        return NotFound(t("{error}", error=NOT_FOUND))
    if number in _DENIED or (isinstance(code, str) and code.endswith("AccessDenied")):
        return Denied(t("{error}", error=ACCESS_DENIED))
    return BadInput(t("Windows answered {code}", code=f"0x{number:08X}" if number else "with a fault"))


def _tag(prefix: str, name: str) -> str:
    return f"{{{NAMESPACES[prefix]}}}{name}"


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _every(root: ET.Element, name: str) -> Any:
    return (one for one in root.iter() if _local(one) == name)


def _row(element: ET.Element) -> Row:
    row: Row = {}
    for child in element:
        key, value = _local(child), _value(child)
        if key in row:
            before = row[key]
            row[key] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            row[key] = value
    return row


def _value(element: ET.Element) -> Value:
    if element.get(_tag("xsi", "nil")) in ("true", "1"):
        return None
    if len(element) == 0:
        return element.text or ""
    if len(element) == 1 and _local(element[0]) in ("Datetime", "Date", "Time", "Interval"):
        return element[0].text or ""
    keys = [one for one in element.iter() if _local(one) == "Selector"]
    if keys:
        return {SELECTORS: {one.get("Name") or "": one.text or "" for one in keys}}
    return _row(element)
