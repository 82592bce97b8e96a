"""From tokens to a tree, by precedence: OR, AND, NOT, comparison, &, + and -, * and /, sign."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from zhike.records.formulas.lexing import FormulaError, Token, tokens

DEEPEST, MOST = 40, 400
LONGEST_NUMBER = 18


@dataclass(frozen=True)
class Literal:
    value: Decimal | str | bool
    at: int


@dataclass(frozen=True)
class Reference:
    """`{customer.industry}`; from character `at` to `end` of the formula, braces included."""

    path: str
    at: int
    end: int


@dataclass(frozen=True)
class Call:
    """A function, or an operator under its sign; a negative sign is called `minus`."""

    name: str
    arguments: tuple[Tree, ...]
    at: int


Tree = Literal | Reference | Call
BINDING = {
    "OR": 1, "AND": 2, "=": 4, "<>": 4, "<": 4, ">": 4, "<=": 4, ">=": 4, "&": 5, "+": 6, "-": 6, "*": 7, "/": 7,
}  # fmt: skip
NOT_BINDS, SIGN_BINDS = 3, 8


def parse(formula: str) -> Tree:
    """Raises `FormulaError`."""
    return _Parser(tokens(formula)).whole()


class _Parser:
    def __init__(self, row: list[Token]) -> None:
        self.row = row
        self.place = 0
        self.count = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.row[self.place]

    def take(self) -> Token:
        self.place += 1
        return self.row[self.place - 1]

    def whole(self) -> Tree:
        if self.next.kind == "end":
            raise FormulaError(_("The formula is empty."))
        found = self.expression(0)
        if self.next.kind != "end":
            raise FormulaError(_("“%(text)s” was not expected here.") % {"text": self.next.text}, self.next.at)
        return found

    def expression(self, binding: int) -> Tree:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FormulaError(_("This is nested too deeply."), self.next.at)
        left = self.operand()
        while (sign := self._operator()) and BINDING[sign] > binding:
            token = self.take()
            left = self._node(Call(sign, (left, self.expression(BINDING[sign])), token.at))
        self.depth -= 1
        return left

    def _operator(self) -> str:
        word = self.next.text.upper()
        return word if self.next.kind in ("sign", "name") and word in BINDING else ""

    def operand(self) -> Tree:
        token = self.take()
        if token.kind == "number":
            return self._node(self._number(token))
        if token.kind == "text":
            return self._node(Literal(token.text, token.at))
        if token.kind == "field":
            return self._node(Reference(token.text, token.at, token.end))
        if token.kind == "name":
            return self._named(token)
        if token.text == "(":
            inner = self.expression(0)
            self._close(token)
            return inner
        if token.text in ("-", "+"):
            inner = self.expression(SIGN_BINDS)
            return self._node(Call("minus", (inner,), token.at)) if token.text == "-" else inner
        if token.kind == "end":
            raise FormulaError(_("something is missing at the end."), token.at)
        raise FormulaError(_("a value is missing before “%(text)s”.") % {"text": token.text}, token.at)

    def _number(self, token: Token) -> Literal:
        if len(token.text) > LONGEST_NUMBER:
            raise FormulaError(_("this number is too long."), token.at)
        return Literal(Decimal(token.text), token.at)

    def _named(self, token: Token) -> Tree:
        word = token.text.upper()
        if self.next.text == "(" and self.next.kind == "sign":
            return self._call(token, word)
        if word in ("TRUE", "FALSE"):
            return self._node(Literal(word == "TRUE", token.at))
        if word == "NOT":
            return self._node(Call("NOT", (self.expression(NOT_BINDS),), token.at))
        words = {"name": token.text}
        raise FormulaError(
            _("“%(name)s” stands alone: a field is written {%(name)s}, a text in quotes.") % words, token.at
        )

    def _call(self, token: Token, word: str) -> Tree:
        opening = self.take()
        arguments: list[Tree] = []
        if self.next.text != ")" or self.next.kind != "sign":
            arguments.append(self.expression(0))
            while self.next.kind == "sign" and self.next.text == ",":
                self.take()
                arguments.append(self.expression(0))
        self._close(opening)
        return self._node(Call(word, tuple(arguments), token.at))

    def _close(self, opening: Token) -> None:
        if self.next.kind != "sign" or self.next.text != ")":
            raise FormulaError(_("this parenthesis is never closed."), opening.at)
        self.take()

    def _node(self, tree: Tree) -> Tree:
        self.count += 1
        if self.count > MOST:
            raise FormulaError(_("The formula has too many parts: at most %(limit)d.") % {"limit": MOST})
        return tree
