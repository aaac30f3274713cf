"""The rule book of e-supervision (监察规则) as it stands, each rule with how often it spoke in the last thirty days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engine.definitions.bundle import read_vocabulary
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.rule_book import Rule
from engine.queries.card_scope import cards_within
from engine.queries.reading import reading, statement
from engine.records.definitions import DefinitionRecords

DAYS = 30


@dataclass(frozen=True)
class RuleLine:
    """One rule; `issued` cards of the last thirty days in the actor's scope, `revoked` ones left out of them."""

    rule: Rule
    issued: int
    revoked: int
    open: int


@dataclass(frozen=True)
class RuleBookView:
    """Every rule, active or why not. `answer_working_days`: within how many a card must be explained."""

    version: str
    title: str
    answer_working_days: int
    rules: tuple[RuleLine, ...]


_COUNTS = (
    "SELECT k.rule, count(*) FILTER (WHERE k.status <> 'revoked') AS issued,"
    " count(*) FILTER (WHERE k.status = 'revoked') AS revoked,"
    " count(*) FILTER (WHERE k.status NOT IN ('revoked', 'closed', 'replaced')) AS open"
    " FROM cards k WHERE k.issued_at >= :since AND "
)


def rule_book_view(office: Office, actor: Actor) -> RuleBookView:
    """The rules in force with their counts over the cards that the actor may see."""
    condition, values = cards_within(actor)
    since = office.clock.now() - timedelta(days=DAYS)
    with reading(office) as connection:
        book = office.references.rule_book(DefinitionRecords(connection))
        rows = connection.execute(statement(f"{_COUNTS}{condition} GROUP BY k.rule"), {**values, "since": since})
        counts = {row.rule: (row.issued, row.revoked, row.open) for row in rows}
    lines = tuple(RuleLine(rule, *counts.get(rule.id, (0, 0, 0))) for rule in book.rules)
    return RuleBookView(book.version, book.title, book.answer_working_days, lines)


def rule_book_text(office: Office) -> bytes:
    """The text in force, to be changed and loaded again: the city's own, else the one that ships."""
    with reading(office) as connection:
        row = DefinitionRecords(connection).reference_text("supervision")
    return bytes(row.content) if row else read_vocabulary("supervision")[1]
