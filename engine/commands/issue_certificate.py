"""The machine issues a certificate (制证用印): number and identifier reserved, rendered and sealed outside, then recorded.

Three steps, so that a slow seal service never holds a transaction: `reserve_certificate` (a retry finds the same number),
the issuer port, `record_certificate` (which completes the machine's work item through the process like a person's).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.clock import local_date
from engine.commands.case_change import CaseChange
from engine.commands.notices import applicant_of, local_text
from engine.commands.verb import Answer, Desk, Request, verb
from engine.definitions.model import Outcome
from engine.errors import ActionNotAllowed, NotFound
from engine.policy.identifiers import certificate_identifier_check
from engine.policy.routing import region_chain
from engine.runtime import complete, results
from engine.terms import LegalityStatus, WorkItemStatus

ROOT = "1.2.156.3005.2"
CHECK_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, kw_only=True)
class ReserveCertificate(Request):
    """The machine's work item whose service is issue_certificate."""

    work_item_id: int


@verb
def reserve_certificate(desk: Desk, request: ReserveCertificate) -> Answer:
    """Everything the issuer needs; the number is reserved in the certificate register, gapless per body, type and year."""
    change = CaseChange.at_work_item(desk, request.work_item_id, None)
    row = desk.uow.certificates.of_work_item(request.work_item_id)
    if row is not None and row.status == "issued":
        return {"status": "issued", "number": row.number}
    _refuse_done(change)
    _refuse_unlawful(change)
    body = desk.uow.organisation.body_for(region_chain(_body_region(change)), _body_department(change))
    if body is None:
        raise NotFound("没有可以用印的单位，请机构管理员先登记。", en="no body to seal for")
    if row is None:
        _reserve(change, request.work_item_id, body, _face_facts(change))
        row = desk.uow.certificates.of_work_item(request.work_item_id)
        assert row is not None
    return {
        "status": "reserved",
        "type_key": row.type_key,
        "number": row.number,
        "identifier": row.identifier,
        "title": row.title,
        "facts": desk.office.sealer.decrypt_json(row.facts_cipher),
        "body_name": body.name,
        "body_code": body.uscc,
        "seal_name": body.seal_name or body.name,
        "check_code": row.check_code,
        "issued_at": desk.now,
    }


def _refuse_done(change: CaseChange) -> None:
    if change.values["work_status"] in (WorkItemStatus.DONE, WorkItemStatus.CANCELLED):
        raise ActionNotAllowed("制证环节已经结束。", en="the issuing step is over")


def _refuse_unlawful(change: CaseChange) -> None:
    """Types that may not be issued can never be stamped, whatever the diagram says (rule P07)."""
    legality = change.desk.office.references.legality(change.desk.uow.definitions, change.definition)
    if legality is not None and legality.status is not LegalityStatus.ISSUE:
        raise ActionNotAllowed(
            f"“{change.definition.title}”{legality.status.label}，不得用印。", en="must not be issued"
        )


def _body_region(change: CaseChange) -> str:
    """The region of the body that seals: where the issuing step was decided to be, else the case's home."""
    region: str = change.values["home_region"]
    level = change.definition.decide_level
    return {"community": region, "street": f"{region[:9]}000", "district": f"{region[:6]}000000"}.get(
        level, f"{region[:4]}00000000"
    )


def _body_department(change: CaseChange) -> str | None:
    return change.values["department"] if change.definition.decide_level in ("district", "city") else None


def _face_facts(change: CaseChange) -> dict[str, Any]:
    """What the face prints: the outcome's expressions over answers, facts, step answers and decision results."""
    application = applicant_of(change)
    form = dict(application["form"])
    parts = change.desk.uow.cases.personal(change.case_id)
    for name, cipher in parts.items():
        if name.startswith("step:"):
            form.update(change.desk.office.sealer.decrypt_json(cipher).get("answers", {}))
    scope: dict[str, Any] = change.facts
    for path, value in application["facts"].items():
        _put(scope, path, value)
    # What the process decided comes last: at receipt it was unknown.
    scope |= {**results(change.shelved.process, change.state), "form": form}
    scope["today"] = local_date(change.desk.now).isoformat()
    return {name: expression.evaluate(scope) for name, expression in change.definition.outcome.facts.items()}


def _put(scope: dict[str, Any], path: str, value: Any) -> None:
    *groups, last = path.split(".")
    place = scope
    for group in groups:
        place = place.setdefault(group, {})
    place[last] = value


def _reserve(change: CaseChange, work_item_id: int, body: Any, facts: Mapping[str, Any]) -> None:
    desk, definition = change.desk, change.definition
    year = local_date(desk.now).year
    short = definition.short_title or definition.title
    series = f"{body.short_name}{short}证字〔{year}〕"
    valid_until = _valid_until(definition.outcome, local_date(desk.now))
    serial = desk.uow.counters.next(f"certificate:{series}")
    number = f"{series}{serial:05d}号"
    type_code = f"{body.uscc}{_type_serial(definition.code):03d}"
    flow_number = f"{year}{serial:08d}"
    check = certificate_identifier_check(type_code, body.uscc, flow_number, "001")
    frozen = {**facts, "number": number, "issued_on": local_text(desk.now)}
    if valid_until:
        frozen["valid_until"] = valid_until.isoformat()
    desk.uow.certificates.reserve(
        {
            "case_id": change.case_id,
            "number": number,
            "series": series,
            "serial": serial,
            "type_key": definition.outcome.certificate,
            "title": definition.outcome.title,
            "identifier": f"{ROOT}.{type_code}.{body.uscc}.{flow_number}.001.{check}",
            "organisation_id": body.id,
            "work_item_id": work_item_id,
            "status": "reserved",
            "holder_name": change.values["applicant_name"],
            "facts_cipher": desk.office.sealer.encrypt_json(frozen),
            "check_code": "".join(secrets.choice(CHECK_ALPHABET) for _ in range(8)),
            "reserved_at": desk.now,
            "valid_until": valid_until,
        }
    )


def _type_serial(code: str) -> int:
    return int(code.rsplit("-", 1)[1])


def _valid_until(outcome: Outcome, issued_on: date) -> date | None:
    """Last day of validity (有效期); None where the result is valid until it is withdrawn."""
    if outcome.valid_days:
        return issued_on + timedelta(days=outcome.valid_days)
    return _months_later(issued_on, outcome.valid_months) if outcome.valid_months else None


def _months_later(day: date, months: int) -> date:
    """The corresponding day, or the last day of a shorter month (民法典 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_after = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), first_after - timedelta(days=1))


@dataclass(frozen=True, kw_only=True)
class RecordCertificate(Request):
    """The finished file of a reserved number."""

    work_item_id: int
    content: bytes
    sha256: str
    signer_serial: str
    signed_at: datetime


@verb
def record_certificate(desk: Desk, request: RecordCertificate) -> Answer:
    """The issued certificate's number; the process moves on. Doing it twice changes nothing."""
    change = CaseChange.at_work_item(desk, request.work_item_id, None)
    row = desk.uow.certificates.of_work_item(request.work_item_id)
    if row is None:
        raise NotFound("该证明尚未编号。", en="no number reserved")
    if row.status == "issued":
        return {"number": row.number, "status": change.status.value}
    _refuse_done(change)
    issued = {"status": "issued", "issued_at": request.signed_at, "sha256": request.sha256}
    desk.uow.certificates.change(row.id, {**issued, "signer_serial": request.signer_serial})
    desk.uow.certificates.keep_file(row.id, request.content)
    token = change.values["token"]
    account = change.move(complete(change.shelved.process, change.state, token, None, change.facts), done=token)
    change.set_card()
    change.happened(
        "certificate_issued",
        {"item": request.work_item_id, "number": row.number, "sha256": request.sha256, "serial": row.serial, **account},
    )
    change.tell("applicant", "certificate_issued", {"number": change.values["number"], "certificate": row.number})
    change.save()
    return {"number": row.number, "status": change.status.value}
