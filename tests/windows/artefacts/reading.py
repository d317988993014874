"""An own reader of registry files, for tests: what a file sets, key by key, without the code that wrote it."""

import re

Values = dict[str, dict[str, int | str | list[str] | None]]


def read_reg(data: bytes) -> Values:
    """Read a file of version 5.00."""
    assert data.startswith(b"\xff\xfe")
    text = data[2:].decode("utf-16-le")
    assert text.count("\n") == text.count("\r\n") == text.count("\r")
    heading, *lines = text.replace(",\\\r\n  ", ",").split("\r\n")
    assert heading == "Windows Registry Editor Version 5.00"
    found: Values = {}
    key = ""
    for line in lines:
        if line.startswith("["):
            key = line.strip("[]")
            found[key] = {}
        elif line and not line.startswith(";"):
            name, value = re.fullmatch(r'"(.*?)"=(.*)', line).groups()  # type: ignore[union-attr]
            found[key][name] = _value(value)
    return found


def _value(text: str) -> int | str | list[str] | None:
    if text == "-":
        return None
    if text.startswith("dword:"):
        return int(text[6:], 16)
    if text.startswith("hex(7):"):
        joined = bytes.fromhex(text[7:].replace(",", " ")).decode("utf-16-le")
        assert joined.endswith("\0\0")
        return joined[:-2].split("\0")
    return re.sub(r"\\(.)", r"\1", text[1:-1])
