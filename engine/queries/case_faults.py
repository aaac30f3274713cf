"""One case held against its events (逐件核对): each difference as a value, in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from engine.errors import ProcessError
from engine.office.shelves import ShelvedDefinition
from engine.policy.working_days import WorkingCalendar
from engine.queries.card_replay import CardTold
from engine.queries.case_replay import DUE_COLUMNS, CaseTold, is_machine, replay
from engine.records.events import GENESIS, event_hash
from engine.runtime import open_tokens
from engine.terms import WorkItemStatus

_INSTANTS = {
    "received_at": "收件时间",
    "correction_asked_at": "告知补正时间",
    "supplied_at": "补正时间",
    "accepted_at": "受理时间",
    "decided_at": "决定时间",
    "delivered_at": "送达时间",
    "closed_at": "结案时间",
}
_COLUMNS = {
    "extension": ("延期", 0),
    "deemed_accepted": ("视为受理", False),
    "urged_at": ("催办时间", None),
    "merged_into": ("并入办件", None),
    "archived_at": ("归档时间", None),
}
_OPEN = (WorkItemStatus.OPEN, WorkItemStatus.CLAIMED, WorkItemStatus.WAITING)
NOTHING = "无"


@dataclass(frozen=True)
class Fault:
    """One difference (差错): of which case or register, which rule, what should be and what is."""

    case: str
    rule: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.case}：{self.rule}应为{self.expected}，实为{self.found}"


@dataclass(frozen=True)
class CaseRows:
    """Everything the database holds of one case."""

    case: Row[Any]
    events: tuple[Row[Any], ...]
    steps: tuple[Row[Any], ...]
    items: tuple[Row[Any], ...]
    timers: tuple[Row[Any], ...]
    suspensions: tuple[Row[Any], ...]
    documents: tuple[Row[Any], ...]
    commitments: tuple[Row[Any], ...]
    outbox: tuple[Row[Any], ...]
    certificates: tuple[Row[Any], ...]
    cards: tuple[Row[Any], ...]


def faults_of_case(
    rows: CaseRows,
    shelved: ShelvedDefinition,
    calendar_of: Callable[[int], WorkingCalendar],
    overdue_before: datetime,
) -> list[Fault]:
    """Every difference; a broken chain of events alone, because nothing can be told from it.

    overdue_before  an unsent outbox row that was due before this instant is forgotten
    """
    broken = list(_chain(rows))
    if broken:
        return broken
    told = replay(rows.events, shelved.definition, calendar_of)
    number = rows.case.number
    return [
        *(Fault(number, f"第{seq}号事件{rule}", expected, found) for seq, rule, expected, found in told.contradictions),
        *_case_row(rows, told),
        *_steps(rows, told),
        *_items(rows, told, shelved),
        *_waits(rows, told),
        *_state(rows, told, shelved),
        *_outbox(rows, told, overdue_before),
        *_certificates(rows, told),
        *_cards(rows, told),
    ]


def _chain(rows: CaseRows) -> Iterator[Fault]:
    number, previous, fed = rows.case.number, GENESIS, 0
    if not rows.events:
        yield Fault(number, "事件", "至少一条", NOTHING)
        return
    for place, event in enumerate(rows.events, 1):
        if event.seq != place:
            yield Fault(number, "事件序号", str(place), str(event.seq))
            return
        if bytes(event.prev_hash) != previous:
            yield Fault(number, f"第{place}号事件所接哈希", previous.hex(), bytes(event.prev_hash).hex())
        previous = event_hash(bytes(event.prev_hash), event._asdict())
        if bytes(event.hash) != previous:
            yield Fault(number, f"第{place}号事件哈希", previous.hex(), bytes(event.hash).hex())
        previous = bytes(event.hash)
        if event.feed_no is not None:
            if event.feed_no < fed:
                yield Fault(number, f"第{place}号事件推送序号", f"大于{fed}", str(event.feed_no))
            fed = event.feed_no
    yield from _differences(number, {"最后事件序号": len(rows.events)}, {"最后事件序号": rows.case.event_seq})
    yield from _differences(number, {"最后事件哈希": previous}, {"最后事件哈希": bytes(rows.case.event_hash)})


def _case_row(rows: CaseRows, told: CaseTold) -> Iterator[Fault]:
    case = rows.case
    expected: dict[str, Any] = {
        "办件编号": told.number,
        "承办地": told.home_region,
        "状态": told.status.value,
        "结果": told.result,
        "信号": told.card,
    }
    found: dict[str, Any] = {
        "办件编号": case.number,
        "承办地": case.home_region,
        "状态": case.status,
        "结果": case.result,
        "信号": case.card,
    }
    for column, label in _INSTANTS.items():
        expected[label], found[label] = told.instants.get(column), getattr(case, column)
    for column, (label, default) in _COLUMNS.items():
        expected[label], found[label] = told.columns.get(column, default), getattr(case, column)
    for column, kind in DUE_COLUMNS.items():
        expected[f"{kind.label}届满"], found[f"{kind.label}届满"] = told.dates.get(kind), getattr(case, column)
    yield from _differences(case.number, expected, found)
    yield from _differences(
        case.number,
        {f"材料{document}": status for document, status in told.documents.items()},
        {f"材料{row.document_id}": row.status for row in rows.documents},
    )
    yield from _differences(
        case.number,
        {f"承诺{document}": (made.kind, made.status, made.due_at) for document, made in told.commitments.items()},
        {f"承诺{row.document_id}": (row.kind, row.status, row.due_at) for row in rows.commitments},
    )


def _steps(rows: CaseRows, told: CaseTold) -> Iterator[Fault]:
    expected = {
        f"环节{token}": (s.node, s.status, s.decision, s.due_at, s.sign_rule, s.signers)
        for token, s in told.steps.items()
    }
    found = {f"环节{r.token}": (r.node_id, r.status, r.decision, r.due_at, r.sign_rule, r.signers) for r in rows.steps}
    yield from _differences(rows.case.number, expected, found)


def _items(rows: CaseRows, told: CaseTold, shelved: ShelvedDefinition) -> Iterator[Fault]:
    machine = {row.token for row in rows.steps if is_machine(shelved.definition, row.process_id, row.node_id, row.path)}
    expected: dict[str, Any] = {}
    found: dict[str, Any] = {}
    for item_id, item in told.items.items():
        by_hand = item.token not in machine
        told_of = (item.status, item.officer_id, item.version, item.post_id, item.part, item.decision)
        holding = told_of if by_hand else (_open_or_not(item.status),)
        expected[f"待办{item_id}"] = (item.token, item.due_at, *holding)
        if item.sort_at is not None and item.status in _OPEN:
            expected[f"待办{item_id}排序时间"] = item.sort_at
    for row in rows.items:
        by_hand = row.token not in machine
        told_of = (row.status, row.officer_id, row.version, row.post_id, row.part, row.decision)
        holding = told_of if by_hand else (_open_or_not(row.status),)
        found[f"待办{row.id}"] = (row.token, row.due_at, *holding)
        if f"待办{row.id}排序时间" in expected:
            found[f"待办{row.id}排序时间"] = row.sort_at
    yield from _differences(rows.case.number, expected, found)


def _open_or_not(status: str) -> str:
    """A machine item is leased, fails and is leased again without an event: only its end is one."""
    return status if status in ("done", "cancelled") else "open"


def _waits(rows: CaseRows, told: CaseTold) -> Iterator[Fault]:
    """Timers and special procedures."""
    expected: dict[str, Any] = {f"定时{token}": (timer.due_at, timer.status) for token, timer in told.timers.items()}
    found: dict[str, Any] = {f"定时{row.token}": (row.due_at, _timer_status(row)) for row in rows.timers}
    for suspension_id, procedure in told.procedures.items():
        expected[f"特别程序{suspension_id}"] = (
            procedure.started_at,
            procedure.ended_at,
            procedure.due_at,
            procedure.token,
        )
    for row in rows.suspensions:
        found[f"特别程序{row.id}"] = (row.started_at, row.ended_at, row.due_at, row.token)
    yield from _differences(rows.case.number, expected, found)


def _timer_status(row: Row[Any]) -> str:
    return "fired" if row.fired_at else "cancelled" if row.cancelled_at else "waiting"


def _state(rows: CaseRows, told: CaseTold, shelved: ShelvedDefinition) -> Iterator[Fault]:
    """The tokens of the process are the open steps and timers."""
    try:
        tokens = open_tokens(shelved.process, rows.case.state) if rows.case.state is not None else ()
    except ProcessError as error:
        yield Fault(rows.case.number, "流程状态", "可以读取", error.message)
        return
    yield from _differences(
        rows.case.number, {"流程令牌": sorted(told.open_tokens)}, {"流程令牌": sorted(t.id for t in tokens)}
    )


def _outbox(rows: CaseRows, told: CaseTold, overdue_before: datetime) -> Iterator[Fault]:
    number = rows.case.number
    promised = [f"{row.receiver}:{row.kind}" for row in rows.outbox]
    yield from _differences(number, {"应发消息": told.told}, {"应发消息": promised})
    waiting: set[str] = set()
    for row in rows.outbox:
        name = f"消息{row.id}（{row.receiver}:{row.kind}）"
        if row.sent_at is not None:
            if row.receiver in waiting:
                yield Fault(number, f"{name}次序", "在前的消息先送达", "先于在前的消息送达")
            if not row.delivered:
                yield Fault(number, f"{name}送达", "收件箱中有", NOTHING)
        elif row.dead_at is not None:
            yield Fault(number, name, "已送达", f"死信：{row.last_error}")
        elif row.due_at < overdue_before and row.receiver not in waiting:
            yield Fault(number, name, "已送达或在重试期内", f"自{row.due_at.isoformat()}起无人发送")
        if row.sent_at is None:
            waiting.add(row.receiver)


def _certificates(rows: CaseRows, told: CaseTold) -> Iterator[Fault]:
    number, status_of = rows.case.number, {row.id: row.status for row in rows.items}
    issued = {c.work_item_id: (c.number, c.sha256) for c in rows.certificates if c.status in ("issued", "revoked")}
    yield from _differences(
        number,
        {f"待办{item}的证明": value for item, value in told.certificates.items()},
        {f"待办{item}的证明": value for item, value in issued.items()},
    )
    for row in rows.certificates:
        if row.status in ("issued", "revoked") and row.file_sha256 != row.sha256:
            yield Fault(number, f"证明{row.number}的文件摘要", str(row.sha256), str(row.file_sha256))
        if row.status == "reserved" and status_of.get(row.work_item_id) in ("done", "cancelled"):
            yield Fault(number, f"证明编号{row.number}", "已使用或注明理由作废", "环节已结束，编号仍为预留")


def _cards(rows: CaseRows, told: CaseTold) -> Iterator[Fault]:
    """The cards of e-supervision: what was issued, where each stands and since when."""
    expected = {f"监察牌{card_id}": card.told() for card_id, card in told.cards.items()}
    found = {f"监察牌{row.id}": CardTold.of_row(row).told() for row in rows.cards}
    yield from _differences(rows.case.number, expected, found)


def _differences(number: str, expected: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Fault]:
    for rule in dict.fromkeys((*expected, *found)):
        should, is_ = expected.get(rule), found.get(rule)
        if should != is_:
            yield Fault(number, rule, _text(should), _text(is_))


def _text(value: Any) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return f"（{'、'.join(_text(part) for part in value)}）"
    return str(value)
