"""What a WS-Man double answers: SOAP made from tables of classes, methods and registry values.

Forms of messages are those of MS-WSMV as pypsrp reads them, and for StdRegProv as the client of jOVAL
(jwsmv.cim.StdRegProv) reads them from real machines: `p:` elements of the class's own namespace, `xsi:nil`, `cim:Datetime`,
arrays as repeated elements, references as WS-Addressing.
"""

import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
    "cim": "http://schemas.dmtf.org/wbem/wscim/1/common",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
DECLARED = "".join(f' xmlns:{prefix}="{space}"' for prefix, space in NS.items())
INVALID_CLASS, INVALID_NAMESPACE, ACCESS_DENIED, BAD_METHOD = 0x80041010, 0x8004100E, 5, 0x8004102E
PAGE = 40
"""Rows of one answer, whatever is asked."""
REG = {str: 1, bytes: 3, int: 4, list: 7}
Row = Mapping[str, Any]
Method = Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True)
class Date:
    """A time as WS-Man writes it."""

    text: str


@dataclass(frozen=True)
class Reference:
    """A reference to another instance."""

    keys: Mapping[str, str]


@dataclass
class Machine:
    """A machine that is not there."""

    name: str
    classes: dict[str, list[Row]] = field(default_factory=dict)
    methods: dict[str, Method] = field(default_factory=dict)
    """Class.Method: outputs, or a function of the inputs."""
    registry: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Key under HKLM: values; their Python type is the registry's."""
    administrator: bool = True
    denied: frozenset[str] = frozenset()
    """Classes and keys that may not be read."""
    fault: str = ""
    """How it misbehaves; see `tests.windows.wsman_server`."""
    asked: list[str] = field(default_factory=list)
    """Classes and methods that were asked."""
    loses: set[str] = field(default_factory=set)
    """Class.Method after whose work the connection breaks, before the answer."""
    selected: Mapping[str, str] = field(default_factory=dict)
    """Keys of the instance that the last message was about."""


class Fault(Exception):
    """A fault with this code."""


def answer(machine: Machine, request: bytes, left: dict[str, list[str]]) -> tuple[int, bytes]:
    """Answer one message; `left` keeps the rows of enumerations that go on."""
    root = ET.fromstring(request)
    head, body = root.find("s:Header", NS), root.find("s:Body", NS)
    assert head is not None
    assert body is not None
    related = head.findtext("a:MessageID", "", NS)
    action, uri = head.findtext("a:Action", "", NS), head.findtext("w:ResourceURI", "", NS)
    machine.selected = {one.get("Name", ""): one.text or "" for one in head.findall("w:SelectorSet/w:Selector", NS)}
    try:
        if action.endswith("/Enumerate"):
            inner = _enumerate(machine, uri, body, left)
        elif action.endswith("/Pull"):
            inner = _page(left, body.findtext(".//n:EnumerationContext", "", NS), "Pull")
        else:
            inner = _invoke(machine, uri, action.rpartition("/")[2], body)
        return 200, envelope(action + "Response", inner, related)
    except Fault as fault:
        return 500, envelope("http://schemas.dmtf.org/wbem/wsman/1/wsman/fault", _fault(int(str(fault))), related)


def envelope(action: str, body: str, related: str) -> bytes:
    """Put a body into its envelope."""
    return (
        f'<s:Envelope{DECLARED} xml:lang="en-US"><s:Header><a:Action>{action}</a:Action><a:MessageID>uuid:{uuid.uuid4()}'
        f"</a:MessageID><a:RelatesTo>{related}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _fault(code: int) -> str:
    return (
        "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:InternalError</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="">words of the machine</s:Text></s:Reason><s:Detail><f:WSManFault Code="{code}" '
        'Machine="double"><f:Message>words of the machine</f:Message></f:WSManFault></s:Detail></s:Fault>'
    )


def _enumerate(machine: Machine, uri: str, body: ET.Element, left: dict[str, list[str]]) -> str:
    name, where = uri.rpartition("/")[2], ""
    wql = body.findtext(".//w:Filter", "", NS)
    if wql:
        found = re.fullmatch(r"select \* from (\w+) where (.*)", wql)
        assert found, wql
        name, where = found[1], found[2]
    machine.asked.append(name)
    if name in machine.denied:
        raise Fault(ACCESS_DENIED)
    if name not in machine.classes:
        raise Fault(INVALID_NAMESPACE if "TerminalServices" in uri else INVALID_CLASS)
    rows = [row for row in machine.classes[name] if not where or fits(row, where)]
    base = uri.rpartition("/")[0]
    context = str(uuid.uuid4())
    left[context] = [_instance(f"{base}/{name}", name, row) for row in rows]
    return _page(left, context, "Enumerate")


def _page(left: dict[str, list[str]], context: str, kind: str) -> str:
    rows = left.pop(context)
    prefix = "w" if kind == "Enumerate" else "n"
    items = f"<{prefix}:Items>{''.join(rows[:PAGE])}</{prefix}:Items>"
    if len(rows) > PAGE:
        left[context] = rows[PAGE:]
        going_on = f"<n:EnumerationContext>{context}</n:EnumerationContext>"
        return f"<n:{kind}Response>{going_on}{items}</n:{kind}Response>"
    return f"<n:{kind}Response><n:EnumerationContext/>{items}<{prefix}:EndOfSequence/></n:{kind}Response>"


def fits(row: Row, where: str) -> bool:
    """Tell whether a row meets a WQL condition of = and >=, and, or, parentheses."""

    def compare(found: re.Match[str]) -> str:
        given = found[3][1:-1].replace("\\'", "'").replace("\\\\", "\\") if found[3].startswith("'") else found[3]
        value = row.get(found[1])
        if found[2] == ">=":
            return str(_cim(value) >= given)
        if isinstance(value, Reference):
            return str(given.endswith(",".join(f'{k}="{v}"' for k, v in value.keys.items())))
        return str(_text(value).lower() == given.lower())

    logic = re.sub(r"(\w+)\s*(>=|=)\s*('(?:[^'\\]|\\.)*'|\w+)", compare, where)
    assert re.fullmatch(r"(?:True|False|and|or|[() ])+", logic), logic
    return bool(eval(logic))


def _cim(value: Any) -> str:
    text = value.text if isinstance(value, Date) else str(value)
    return re.sub(r"[-:T]|Z$", "", text) + ".000000+000"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _instance(uri: str, name: str, row: Row) -> str:
    inner = "".join(_element(key, value, uri) for key, value in row.items())
    return f'<p:{name} xmlns:p="{uri}" xsi:type="p:{name}_Type">{inner}</p:{name}>'


def _element(key: str, value: Any, uri: str) -> str:
    if isinstance(value, list | tuple):
        return "".join(_element(key, one, uri) for one in value) or f'<p:{key} xsi:nil="true"/>'
    if value is None:
        return f'<p:{key} xsi:nil="true"/>'
    if isinstance(value, Date):
        return f"<p:{key}><cim:Datetime>{value.text}</cim:Datetime></p:{key}>"
    if isinstance(value, Reference):
        keys = "".join(f'<w:Selector Name="{k}">{escape(v)}</w:Selector>' for k, v in value.keys.items())
        return (
            f"<p:{key}><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>"
            f"<a:ReferenceParameters><w:ResourceURI>{uri}</w:ResourceURI><w:SelectorSet>{keys}</w:SelectorSet>"
            f"</a:ReferenceParameters></p:{key}>"
        )
    if isinstance(value, Mapping):
        return f"<p:{key}>{''.join(_element(k, v, uri) for k, v in value.items())}</p:{key}>"
    return f"<p:{key}>{escape(_text(value))}</p:{key}>"


def _invoke(machine: Machine, uri: str, method: str, body: ET.Element) -> str:
    name = uri.rpartition("/")[2]
    given = _given(body.find(f"{{{uri}}}{method}_INPUT"))
    machine.asked.append(f"{name}.{method}")
    if name == "StdRegProv":
        output: Mapping[str, Any] = _registry(machine, method, given)
    else:
        found = machine.methods.get(f"{name}.{method}")
        if found is None:
            raise Fault(BAD_METHOD)
        output = found(given) if callable(found) else found
    inner = "".join(_element(key, value, uri) for key, value in {"ReturnValue": 0, **output}.items())
    return f'<p:{method}_OUTPUT xmlns:p="{uri}">{inner}</p:{method}_OUTPUT>'


def _given(parent: ET.Element | None) -> dict[str, Any]:
    """Give what a method was given; what stands there several times is a list."""
    found: dict[str, list[str]] = {}
    for one in parent if parent is not None else ():
        found.setdefault(one.tag.rpartition("}")[2], []).append(one.text or "")
    return {key: texts[0] if len(texts) == 1 else texts for key, texts in found.items()}


def _registry(machine: Machine, method: str, given: Mapping[str, str]) -> Mapping[str, Any]:
    assert given["hDefKey"] == "2147483650"
    key = given["sSubKeyName"]
    assert "GracePeriod" not in key
    if method == "CheckAccess":
        return {"bGranted": machine.administrator, "ReturnValue": 0 if machine.administrator else 5}
    if key in machine.denied:
        return {"ReturnValue": 5}
    values = machine.registry.get(key)
    if values is None:
        return {"ReturnValue": 2}
    if method == "EnumValues":
        return {"sNames": list(values), "Types": [REG[type(value)] for value in values.values()]}
    value = values[given["sValueName"]]
    return {
        "uValue" if isinstance(value, int | bytes) else "sValue": list(value) if isinstance(value, bytes) else value
    }
