"""Queries written as text, `select: * | from: project_logs('…') | filter: …`, as syntax trees."""

from __future__ import annotations

import json
import re

from conformance.reference.bodies import invalid

Tree = dict[str, object]

TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*")"""
    r"""|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<word>[A-Za-z_]\w*)"""
    r"""|(?P<sign>!=|<>|<=|>=|[=<>().,|:*\[\]]))""",
    re.ASCII,
)
SIGNS = {"=": "eq", "!=": "ne", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
WORDS = {"like": "like", "ilike": "ilike", "includes": "includes", "in": "in"}
CONSTANTS = {"true": True, "false": False, "null": None}
DEEPEST = 50


def parse(text: str) -> Tree:
    """Return a query's syntax tree as the SDKs send it, or refuse what cannot be read."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0

    def query(self) -> Tree:
        query: Tree = {}
        while True:
            name = self._take("word").lower()
            self._expect(":")
            query[name] = self._clause(name)
            if self._peek() is None:
                return query
            self._expect("|")

    def _clause(self, name: str) -> object:
        if name == "from":
            return self._source()
        if name == "filter":
            return self._either()
        if name in ("limit", "cursor"):
            return self._literal()
        if name == "select":
            return self._list(self._selected)
        if name == "sort":
            return self._list(self._sorted)
        raise invalid(f"The clause {name!r} is not known", "query")

    def _source(self) -> Tree:
        name = self._take("word")
        self._expect("(")
        arguments = self._list(lambda: {"op": "literal", "value": self._literal()})
        self._expect(")")
        source: Tree = {"op": "function", "name": {"op": "ident", "name": [name]}}
        kind, word = self._peek() or ("", "")
        shape = self._take("word") if kind == "word" else "spans"
        return {**source, "args": arguments, "shape": shape or word}

    def _selected(self) -> Tree:
        if self._accept("*"):
            return {"op": "star"}
        return self._field()

    def _sorted(self) -> Tree:
        field = self._field()
        descending = self._accept_word("desc")
        if not descending:
            self._accept_word("asc")
        return {"expr": field, "dir": "desc" if descending else "asc"}

    def _list(self, item: object) -> list[object]:
        assert callable(item)
        found = [item()]
        while self._accept(","):
            found.append(item())
        return found

    def _either(self) -> Tree:
        left = self._both()
        while self._accept_word("or"):
            left = {"op": "or", "left": left, "right": self._both()}
        return left

    def _both(self) -> Tree:
        left = self._single()
        while self._accept_word("and"):
            left = {"op": "and", "left": left, "right": self._single()}
        return left

    def _single(self) -> Tree:
        self._depth += 1
        if self._depth > DEEPEST:
            raise invalid("The filter is nested too deeply", "query")
        if self._accept_word("not"):
            tree: Tree = {"op": "not", "expr": self._single()}
        elif self._accept("("):
            tree = self._either()
            self._expect(")")
        else:
            tree = self._comparison()
        self._depth -= 1
        return tree

    def _comparison(self) -> Tree:
        left = self._operand()
        if self._accept_word("is"):
            op = "isnotnull" if self._accept_word("not") else "isnull"
            if not self._accept_word("null"):
                raise invalid("Expected null after is", "query")
            return {"op": op, "expr": left}
        _, text = self._next()
        op = SIGNS.get(text) or WORDS.get(text.lower(), "")
        if not op:
            raise invalid(f"Expected a comparison, not {text!r}", "query")
        return {"op": op, "left": left, "right": self._operand()}

    def _operand(self) -> Tree:
        kind, text = self._peek() or ("", "")
        if kind == "word" and text.lower() not in CONSTANTS:
            return self._field()
        return {"op": "literal", "value": self._literal()}

    def _field(self) -> Tree:
        names = [self._take("word")]
        while self._accept("."):
            names.append(self._name())
        return {"op": "ident", "name": names}

    def _name(self) -> str:
        kind, text = self._next()
        return _unquoted(text) if kind == "string" else text

    def _literal(self) -> object:
        kind, text = self._next()
        if kind == "string":
            return _unquoted(text)
        if kind == "number":
            return float(text) if re.search(r"[.eE]", text) else int(text[:300])
        if kind == "word" and text.lower() in CONSTANTS:
            return CONSTANTS[text.lower()]
        if text in ("[", "("):
            return self._array("]" if text == "[" else ")")
        raise invalid(f"Expected a literal, not {text!r}", "query")

    def _array(self, end: str) -> list[object]:
        found: list[object] = []
        while not self._accept(end):
            found.append(self._literal())
            self._accept(",")
        return found

    def _peek(self) -> tuple[str, str] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        if token is None:
            raise invalid("The query ends too early", "query")
        self._at += 1
        return token

    def _take(self, kind: str) -> str:
        found, text = self._next()
        if found != kind:
            raise invalid(f"Expected a {kind}, not {text!r}", "query")
        return text

    def _expect(self, sign: str) -> None:
        _, text = self._next()
        if text != sign:
            raise invalid(f"Expected {sign!r}, not {text!r}", "query")

    def _accept(self, sign: str) -> bool:
        found = self._peek() == ("sign", sign)
        self._at += found
        return found

    def _accept_word(self, word: str) -> bool:
        kind, text = self._peek() or ("", "")
        found = kind == "word" and text.lower() == word
        self._at += found
        return found


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        found = TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise invalid(f"The query cannot be read from {text[at : at + 20]!r} on", "query")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens


def _unquoted(text: str) -> str:
    inner = text[1:-1]
    if text[0] == "'":
        return re.sub(r"\\(.)|''", lambda found: found[1] or "'", inner, flags=re.DOTALL)
    try:
        return str(json.loads(text))
    except ValueError:
        return inner
