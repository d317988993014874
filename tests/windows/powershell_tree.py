"""A parsed PowerShell script: its commands with their arguments, its functions, its variables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from tests.windows.powershell_tables import CMDLETS, COMMON, RISK, Parameter, Parameters

_PARSER = Parser(Language(tree_sitter_powershell.language()))
_WRAPPINGS = (
    "array_literal_expression", "unary_expression", "pipeline", "pipeline_chain", "logical_expression", "bitwise_expression",
    "comparison_expression", "additive_expression", "multiplicative_expression", "format_expression", "range_expression",
    "string_literal", "statement_list", "argument_expression",
)  # fmt: skip


def text(node: Node | None) -> str:
    """Give a node's text."""
    return (node.text or b"").decode() if node else ""


def nodes(kind: str, under: Node) -> Iterator[Node]:
    """List the nodes of a kind, outer ones first."""
    if under.type == kind:
        yield under
    for child in under.children:
        yield from nodes(kind, child)


def line(node: Node) -> int:
    """Tell the line of a node."""
    return node.start_point[0] + 1


def core(node: Node | None) -> Node | None:
    """Take off the layers of grammar around one expression."""
    while node is not None and (node.type in _WRAPPINGS or node.type.endswith("argument_expression")):
        if node.named_child_count != 1:
            return node
        node = node.named_children[0]
    return node


def literal(node: Node | None) -> str | None:
    """Give the text of a plain word or of a string in which nothing is replaced; None for anything else."""
    inner = core(node)
    if inner is None:
        return None
    if inner.type == "generic_token":
        return text(inner)
    if inner.type == "verbatim_string_characters":
        return text(inner)[1:-1].replace("''", "'")
    if inner.type == "expandable_string_literal" and not inner.named_child_count and "`" not in text(inner):
        return text(inner)[1:-1]
    return None


def variable(node: Node | None) -> str | None:
    """Give the name of a plain variable, in small letters."""
    inner = core(node)
    return text(inner).strip("$@{}").rpartition(":")[2].lower() if inner and inner.type == "variable" else None


def keys_of(node: Node | None) -> list[tuple[str, Node]] | None:
    """Give the keys of a literal table with their values; None if it is none."""
    inner = core(node)
    if inner is None or inner.type != "hash_literal_expression":
        return None
    found = []
    for body in inner.named_children:
        for entry in body.named_children:
            if entry.type == "hash_entry":
                key = next(child for child in entry.named_children if child.type == "key_expression")
                found.append((literal(key.named_children[0]) or text(key), entry.named_children[-1]))
    return found


@dataclass(frozen=True)
class Argument:
    """One argument of a command."""

    parameter: str
    """With the hyphen taken off; empty: by its place."""
    value: Node | None
    """None: a switch, or nothing follows."""
    node: Node


@dataclass(frozen=True)
class Command:
    """One command as it stands there."""

    name: str
    """As written; for what `&` calls, its text."""
    called: bool
    """Called by `&` or `.`."""
    node: Node

    def arguments(self, known: Parameters) -> Iterator[Argument]:
        """List the arguments; which of them are switches the known parameters tell."""
        elements = next((child for child in self.node.children if child.type == "command_elements"), None)
        kids = [
            child
            for child in (elements.children if elements else ())
            if child.type != "command_argument_sep" or text(child).strip() == ":"
        ]
        at = 0
        while at < len(kids):
            kid = kids[at]
            at += 1
            if kid.type == "redirection" or text(kid).startswith(">"):
                continue
            if kid.type != "command_parameter":
                yield Argument("", kid, kid)
                continue
            name = text(kid)[1:]
            colon = at < len(kids) and kids[at].type == "command_argument_sep"
            at += colon
            takes = colon or not known.get(name.lower(), Parameter(name)).switch
            if takes and at < len(kids) and kids[at].type not in ("command_parameter", "redirection"):
                yield Argument(name, kids[at], kid)
                at += 1
            else:
                yield Argument(name, None, kid)


@dataclass(frozen=True)
class Function:
    """A function of the script."""

    name: str
    parameters: Parameters
    """In their order, by small letters."""
    node: Node


class Script:
    """A script, parsed."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.root = _PARSER.parse(source.encode()).root_node

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Its functions, by their names in small letters."""
        found = {}
        for node in nodes("function_statement", self.root):
            name = text(next(nodes("function_name", node)))
            found[name.lower()] = Function(name, _declared(node), node)
        return found

    @cached_property
    def commands(self) -> list[Command]:
        """All its commands."""
        return [_command(node) for node in nodes("command", self.root)]

    @cached_property
    def code(self) -> str:
        """Its text without comments, lines kept."""
        return self.without("comment")

    def without(self, *kinds: str) -> str:
        """Give its text with nodes of these kinds blotted out, lines kept."""
        raw = bytearray(self.source.encode())
        for kind in kinds:
            for node in nodes(kind, self.root):
                raw[node.start_byte : node.end_byte] = re.sub(rb"[^\n]", b" ", node.text or b"")
        return raw.decode()

    def parameters_of(self, command: Command) -> Parameters | None:
        """Give what a command accepts; None if it is neither a cmdlet nor a function of the script."""
        name = command.name.lower()
        if name in self.functions:
            return {**self.functions[name].parameters, **COMMON}
        return {**CMDLETS[name], **COMMON} if name in CMDLETS else None

    def assigned(self) -> Iterator[tuple[str, Node | None]]:
        """List every variable that gets a value, with the value where it is assigned."""
        for node in nodes("assignment_expression", self.root):
            for target in nodes("variable", node.children[0]):
                yield (variable(target) or "", node.children[-1])
        for kind in ("script_parameter", "foreach_statement"):
            for node in nodes(kind, self.root):
                first = next((child for child in node.children if child.type == "variable"), None)
                if first:
                    yield (variable(first) or "", None)


def _command(node: Node) -> Command:
    called = any(child.type == "command_invokation_operator" for child in node.children)
    name = next((child for child in node.children if child.type in ("command_name", "command_name_expr")), None)
    inner = name.named_children[0] if name is not None and name.named_child_count else name
    return Command(literal(inner) or text(inner), called, node)


def _declared(function: Node) -> Parameters:
    found: Parameters = {}
    risky = any("SupportsShouldProcess" in text(node) for node in nodes("attribute", function))
    for node in nodes("script_parameter", function):
        name = text(next(child for child in node.children if child.type == "variable")).strip("$")
        switch = any(text(kind).lower() == "[switch]" for kind in nodes("type_literal", node))
        found[name.lower()] = Parameter(name, switch)
    return {**found, **RISK} if risky else found
