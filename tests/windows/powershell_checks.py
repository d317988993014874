"""Finds slips in a PowerShell script without running it: `problems(script)` is empty for a good one.

What is checked: bytes as Windows PowerShell 5.1 reads them; a parse without errors; every command, parameter, accepted value,
program, WMI class, method, property, type, member and variable is known; nothing that is called by an alias, runs text, loads
something down, names a net address, uses Microsoft's Internet methods or goes near the grace counter.

What is not: behaviour, types, which parameters go together. A wrapper of WMI (a function whose parameter is the class or the
method) is followed to those who call it.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from tree_sitter import Node

from tests.windows.powershell_tables import (
    ALIASES,
    ATTRIBUTES,
    AUTOMATIC,
    CLASSES,
    INTERNET,
    MEMBERS,
    METHODS,
    NET_METHODS,
    PROGRAMS,
    TYPES,
    Parameter,
)
from tests.windows.powershell_tree import Argument, Command, Script, core, keys_of, line, literal, nodes, text, variable

BOM = b"\xef\xbb\xbf"
PROPERTIES = {name: frozenset(words.lower().split()) for name, words in CLASSES.items()}
_CLASSES = {name.lower(): name for name in CLASSES}
_METHODS = {name.lower(): (ins, outs) for of in METHODS.values() for name, (ins, outs) in of.items()}
_OUT = frozenset(word.lower() for _, outs in _METHODS.values() for word in outs.split()) | {"returnvalue"}
_EVERYTHING = MEMBERS.union(_OUT, *PROPERTIES.values())
_CIM = ("get-ciminstance", "select-object", "sort-object", "where-object")
"""A pipeline of these gives instances, or nothing."""
_ALWAYS = frozenset(("count", "length", "cimclass", "ciminstanceproperties", "pscomputername"))
Roles = dict[str, dict[str, str]]
"""Function → its parameter → “class” or “method”."""
CIM_ROLES = {"classname": "class", "methodname": "method"}
"""The same for the cmdlets of WMI."""
_SCOPES = ("env", "script", "global", "local", "private", "using", "function", "variable")
FORBIDDEN = (
    r"Invoke-Expression", r"Invoke-WebRequest", r"Invoke-RestMethod", r"Start-BitsTransfer", r"DownloadString", r"DownloadFile",
    r"WebClient", r"-EncodedCommand", r"(?:https?|ftp)://", r"\bwww\.", r"Net\.Http", r"(?<!Get)GracePeriod(?!Days)",
)  # fmt: skip


def problems(script: bytes, *, members: Collection[str] = (), dynamic: Collection[str] = ()) -> list[str]:
    """List what is wrong with a script, as "line N: what".

    Args:
        script: the file's bytes.
        members: further members that its objects have.
        dynamic: expressions that `&` may call, as they are written, such as "$part.Read".
    """
    found = list(_bytes(script))
    parsed = Script(script.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n"))
    found += _syntax(parsed)
    roles = _roles(parsed)
    for command in parsed.commands:
        found += [f"line {line(command.node)}: {what}" for what in _command(parsed, command, roles, dynamic)]
    known = {word.lower() for word in members}
    for check in (_quotes, _splatting, _variables, _types, lambda one: _members(one, known), _words):
        found += check(parsed)
    return found


def _bytes(script: bytes) -> Iterator[str]:
    if not script.startswith(BOM):
        yield "no byte-order mark"
    if script.count(b"\n") != script.count(b"\r\n") or script.count(b"\r") != script.count(b"\n"):
        yield "line ends are not CR LF"
    try:
        script.decode("utf-8")
    except UnicodeDecodeError:
        yield "not UTF-8"


def _syntax(script: Script) -> Iterator[str]:
    def broken(node: Node) -> Iterator[Node]:
        if node.is_error or node.is_missing or node.type in ("&&", "||"):
            yield node
        for child in node.children:
            yield from broken(child)

    for node in broken(script.root):
        yield f"line {line(node)}: does not parse in 5.1: {text(node)[:60]!r}"


def _quotes(script: Script) -> Iterator[str]:
    """PowerShell takes typographic quotes and dashes for plain ones; the grammar does not."""
    for number, row in enumerate(script.without("comment", "string_literal").split("\n"), 1):
        if not row.isascii():
            yield f"line {number}: {row.strip()!a} has characters that PowerShell may take for quotes or dashes"
    for kind in ("expandable_string_literal", "expandable_here_string_literal"):
        for node in nodes(kind, script.root):
            if any(quote in text(node) for quote in "\u201c\u201d\u201e"):
                yield f"line {line(node)}: a typographic quote ends the string {text(node)[:40]!r}"
    for node in nodes("verbatim_string_characters", script.root):
        if any(len(run) % 2 for run in re.findall("['\u2018\u2019\u201a\u201b]+", text(node)[1:-1])):
            yield f"line {line(node)}: a typographic quote ends the string {text(node)[:40]!r}"


def _command(script: Script, command: Command, of: Roles, dynamic: Collection[str]) -> Iterator[str]:
    name = command.name.lower()
    known = script.parameters_of(command)
    if known is not None:
        arguments = list(command.arguments(known))
        for argument in arguments:
            if argument.parameter and argument.parameter.lower() not in known:
                yield f"{command.name} has no parameter -{argument.parameter}"
            elif argument.parameter:
                yield from _values(command, argument, known[argument.parameter.lower()])
        yield from _cim(script, command, arguments, of.get(name, CIM_ROLES))
    elif name in PROGRAMS:
        words = " ".join(text(argument.node).strip("\"'") for argument in command.arguments({}))
        if not words.lower().startswith(PROGRAMS[name]):
            yield f"{command.name} is not known with {words!r}"
    elif name in ALIASES:
        yield f"{command.name} is an alias"
    elif not command.called or command.name not in dynamic:
        yield f"unknown command {command.name!r}"


def _values(command: Command, argument: Argument, parameter: Parameter) -> Iterator[str]:
    if argument.value is None and not parameter.switch:
        yield f"{command.name} -{parameter.name} lacks its value"
    given = literal(argument.value)
    if parameter.values and given is not None and given.lower() not in parameter.values:
        yield f"{command.name} -{parameter.name} does not accept {given!r}"


def _cim(script: Script, command: Command, arguments: list[Argument], roles: Mapping[str, str]) -> Iterator[str]:
    """Check class, method, what goes in, and properties, wherever a cmdlet or a wrapper names them."""
    by_name = {argument.parameter.lower(): argument for argument in _named(script, command, arguments)}
    chosen: dict[str, str] = {}
    for parameter, role in roles.items():
        if parameter not in by_name:
            continue
        given = literal(by_name[parameter].value)
        table = _CLASSES if role == "class" else _METHODS
        if given is None and not _handed_on(script, command, by_name[parameter]):
            yield f"{command.name}: the {role} is not a plain name"
        elif given is not None and given.lower() not in table:
            yield f"unknown WMI {role} {given!r}"
        elif given is not None:
            chosen[role] = given
    owner, method = _CLASSES.get(chosen.get("class", "").lower(), ""), chosen.get("method", "")
    if owner and method and method.lower() not in {one.lower() for one in METHODS.get(owner, {})}:
        yield f"{owner} has no method {method}"
    if method:
        taken = set(_METHODS[method.lower()][0].lower().split())
        entries = next((keys for argument in arguments if (keys := keys_of(argument.value)) is not None), [])
        yield from (f"{method} takes no {key!r}" for key, _ in entries if key.lower() not in taken)
    if owner and not method:
        given_names = by_name.get("property") or by_name.get("keys")
        for name in _names_in(given_names.value if given_names else None):
            if name.lower() not in PROPERTIES[owner]:
                yield f"{owner} has no property {name}"


def _named(script: Script, command: Command, arguments: list[Argument]) -> Iterator[Argument]:
    """Give the arguments of the script's own functions their names, where they are given by place."""
    function = script.functions.get(command.name.lower())
    if function is None:
        yield from arguments
        return
    named = {argument.parameter.lower() for argument in arguments if argument.parameter}
    places = [one.name for key, one in function.parameters.items() if key not in named and not one.switch]
    for argument in arguments:
        name = argument.parameter or (places.pop(0) if places else "")
        yield Argument(name, argument.value, argument.node)


def _roles(script: Script) -> Roles:
    """Tell which parameters of the script's functions are a WMI class or method."""
    found: Roles = {}
    for _ in range(3):  # a wrapper of a wrapper of a wrapper
        for function in script.functions.values():
            for command in script.commands:
                if not _within(command.node, function.node):
                    continue
                inner = found.get(command.name.lower(), CIM_ROLES)
                known = script.parameters_of(command) or {}
                for argument in _named(script, command, list(command.arguments(known))):
                    role, name = inner.get(argument.parameter.lower()), variable(argument.value)
                    if role and name in function.parameters and (known or inner):
                        found.setdefault(function.name.lower(), {})[name] = role
    return found


def _handed_on(script: Script, command: Command, argument: Argument) -> bool:
    name = variable(argument.value)
    return any(
        name in function.parameters and _within(command.node, function.node) for function in script.functions.values()
    )


def _within(inner: Node, outer: Node) -> bool:
    return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte


def _names_in(node: Node | None) -> list[str]:
    return [text(one)[1:-1] for one in nodes("verbatim_string_characters", node)] if node else []


def _splatting(script: Script) -> Iterator[str]:
    tables = {name: keys for name, value in script.assigned() if (keys := keys_of(value)) is not None}
    for command in script.commands:
        known = script.parameters_of(command)
        for node in nodes("variable", command.node) if known else ():
            for key, _ in tables.get(variable(node) or "", ()) if text(node).startswith("@") else ():
                if known is not None and key.lower() not in known:
                    yield f"line {line(node)}: {command.name} has no parameter -{key}"


def _variables(script: Script) -> Iterator[str]:
    known = {name for name, _ in script.assigned()} | AUTOMATIC
    for command in script.commands:
        given = script.parameters_of(command) or {}
        known |= {
            (literal(one.value) or "").lower().strip("+")
            for one in command.arguments(given)
            if one.parameter.lower().endswith("variable")
        }
    for node in nodes("variable", script.root):
        scope, _, _ = text(node).strip("$@{}").lower().rpartition(":")
        if scope and scope not in _SCOPES:
            yield f"line {line(node)}: {text(node)} means a drive; write ${{{text(node).strip('$').split(':')[0]}}}"
        elif scope != "env" and variable(node) not in known:
            yield f"line {line(node)}: {text(node)} is never given a value"
    for kind in ("expandable_string_literal", "expandable_here_string_literal"):
        for node in nodes(kind, script.root):
            for found in re.finditer(r"(?<!`)\$(\w+):(?!:)", text(node)):
                if found[1].lower() not in _SCOPES:
                    yield f"line {line(node)}: {found[0]} in a string means a drive; write ${{{found[1]}}}:"


def _types(script: Script) -> Iterator[str]:
    for node in nodes("type_literal", script.root):
        name = text(node).strip("[]").removesuffix("[]").lower()
        if name not in TYPES and name.split("[")[0] not in TYPES:
            yield f"line {line(node)}: unknown type {text(node)}"
    for node in nodes("attribute_name", script.root):
        if text(node).lower() not in ATTRIBUTES:
            yield f"line {line(node)}: unknown attribute {text(node)}"


def _members(script: Script, more: set[str]) -> Iterator[str]:
    keys = {text(node).strip("'\"").lower() for node in nodes("key_expression", script.root)}
    columns = {
        name.lower()
        for command in script.commands
        if command.name.lower() in ("select-object", "new-object", "import-csv")
        for name in _names_in(command.node)
    }
    everything = _EVERYTHING | more | keys | columns
    instances = _instances(script)
    for node in nodes("invokation_expression", script.root):
        called = literal_member(node)
        if called and called.lower() not in NET_METHODS | more:
            yield f"line {line(node)}: unknown method {called}()"
    for node in nodes("member_access", script.root):
        name = literal_member(node)
        allowed = instances.get(variable(node.children[0]) or _class_of(node.children[0]), everything)
        if name and name.lower() not in allowed:
            yield f"line {line(node)}: unknown property {text(node)[-60:]}"


def literal_member(node: Node) -> str:
    """Give the name of the member that is reached for, empty where it is worked out."""
    member = next((child for child in node.children if child.type == "member_name"), None)
    return text(member) if member and member.named_children[0].type == "simple_name" else ""


def _class_of(node: Node | None) -> str:
    """Name the WMI class of what a pipeline gives, written directly with a plain class; else empty."""
    commands = [Command(text(one.named_children[0]), False, one) for one in nodes("command", node)] if node else []
    if not commands or any(command.name.lower() not in _CIM for command in commands):
        return ""
    found = re.search(r"-ClassName\s+'?(\w+)", text(commands[0].node))
    return found[1].lower() if found and commands[0].name.lower() == _CIM[0] else ""


def _instances(script: Script) -> dict[str, frozenset[str]]:
    """Map variables that hold instances of one class, and the classes themselves, to the properties they have."""
    found = {name.lower(): properties | _ALWAYS for name, properties in PROPERTIES.items()}
    seen: dict[str, set[str]] = {}
    for name, value in script.assigned():
        seen.setdefault(name, set()).add(_class_of(value) if value and not _piped_on(value) else "")
    for node in nodes("foreach_statement", script.root):
        parts = [child for child in node.named_children if child.type in ("variable", "pipeline")]
        seen[variable(parts[0]) or ""] = seen.get(variable(parts[-1]) or "", {""})
    for name, classes in seen.items():
        if len(classes) == 1 and (only := next(iter(classes))) in found:
            found[name] = found[only]
    return found


def _piped_on(value: Node) -> bool:
    """Tell whether more is done with the instances than looking for some of them."""
    inner = core(value)
    return inner is None or inner.type not in (
        "command",
        "pipeline_chain",
        "array_expression",
        "parenthesized_expression",
    )


def _words(script: Script) -> Iterator[str]:
    for number, row in enumerate(script.code.split("\n"), 1):
        for word in FORBIDDEN:
            if found := re.search(word, row, re.IGNORECASE):
                yield f"line {number}: {found[0]} is forbidden"
        for method in INTERNET:
            if method.lower() in row.lower():
                yield f"line {number}: {method} goes to the Internet"
