"""The file is closed for good (归档): listed, numbered, sealed with a digest; handed over to an archive later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from engine.clock import local_date
from engine.commands.case_change import CaseChange
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed, FormInvalid, NotFound, NotPermitted
from engine.policy.actors import CASE_WORKERS
from engine.policy.archive_manifest import manifest_digest, manifest_of, retain_until
from engine.policy.operations import Action
from engine.policy.routing import region_chain
from engine.terms import CaseStatus, Retention

MOST_PAGES = 9_999
MOST_IN_TRANSFER = 500


@dataclass(frozen=True, kw_only=True)
class ArchiveCase(Request):
    """retention   permanent, 30_years or 10_years; empty: 30 years where a licence was the result, else 10
    page_count  pages on paper, 0 where there are none
    """

    case_number: str
    retention: str = ""
    page_count: int = 0


@dataclass(frozen=True, kw_only=True)
class TransferArchives(Request):
    """receiver  the archive's name; `cases` numbers of archived cases that were not handed over yet"""

    receiver: str
    cases: tuple[str, ...]


@verb
def archive_case(desk: Desk, request: ArchiveCase) -> Answer:
    """Archive number and digest. From here on the database itself refuses every change of the case."""
    change = CaseChange.at_number(desk, request.case_number)
    change.require(Action.ARCHIVE)
    licence = change.definition.outcome.kind == "licence"
    chosen = request.retention or (Retention.YEARS_30 if licence else Retention.YEARS_10)
    if chosen not in set(Retention):
        raise FormInvalid(errors={"retention": [f"请选择保管期限：{'、'.join(r.label for r in Retention)}。"]})
    if not 0 <= request.page_count <= MOST_PAGES:
        raise FormInvalid(errors={"page_count": [f"页数应在0到{MOST_PAGES}之间。"]})
    archives = desk.uow.archives
    if archives.has_papers_in_transit(change.case_id):
        raise ActionNotAllowed(
            "还有移交途中的纸质材料未确认接收，请先由接收岗位确认。", en="papers in transit", rule="papers_in_transit"
        )
    retention = Retention(chosen)
    last_hash = bytes(change.values["event_hash"])
    manifest = manifest_of(archives.files(change.case_id), change.values["event_seq"], last_hash)
    digest = manifest_digest(manifest)
    number = _number(desk, "档", change.values["home_region"], change.values["department"])
    archives.add(
        {
            "case_id": change.case_id,
            "number": number,
            "archived_at": desk.now,
            "archived_by": desk.actor.officer_id,
            "retention": retention,
            "retain_until": retain_until(retention, local_date(change.values["closed_at"])),
            "manifest": manifest,
            "manifest_sha256": digest,
            "page_count": request.page_count,
        }
    )
    change.set(status=CaseStatus.ARCHIVED, archived_at=desk.now)
    change.happened("case_archived", {"number": number, "retention": retention, "manifest": digest})
    change.save()
    return {"case_id": change.case_id, "number": number, "retention": retention.value, "manifest_sha256": digest}


@verb
def transfer_archives(desk: Desk, request: TransferArchives) -> Answer:
    """The hand-over list (档案移交清单), numbered 〈body〉移〔year〕serial."""
    post = desk.actor.post_with(*sorted(CASE_WORKERS))
    numbers = tuple(dict.fromkeys(number.strip() for number in request.cases if number.strip()))
    if not request.receiver.strip() or len(request.receiver) > 200:
        raise FormInvalid(errors={"receiver": ["请填写接收单位，不超过200个字。"]})
    if not 0 < len(numbers) <= MOST_IN_TRANSFER:
        raise FormInvalid(errors={"cases": [f"请选择要移交的档案，一次不超过{MOST_IN_TRANSFER}件。"]})
    rows = desk.uow.archives.lock_numbers(numbers)
    _require_transferable(desk, numbers, rows)
    organisation = desk.uow.organisation.organisation(post.organisation_id)
    if organisation is None:
        raise NotPermitted("您的岗位没有所属单位，不能移交档案；请联系本单位管理员。", en="no organisation")
    series = f"{organisation.short_name}移〔{local_date(desk.now).year}〕"
    number = f"{series}{desk.uow.counters.next(f'transfer:{series}')}号"
    values = {
        "number": number,
        "organisation_id": organisation.id,
        "receiver": request.receiver.strip(),
        "made_by": desk.actor.officer_id,
        "made_at": desk.now,
        "cases": len(rows),
    }
    transfer_id = desk.uow.archives.add_transfer(values, [row.case_id for row in rows])
    return {"transfer_id": transfer_id, "number": number, "cases": len(rows)}


def _require_transferable(desk: Desk, numbers: Sequence[str], rows: Sequence[Row[Any]]) -> None:
    mine = [row for row in rows if desk.actor.may_see(row.home_region, row.department, CASE_WORKERS)]
    if missing := sorted(set(numbers) - {row.case_number for row in mine}):
        raise NotFound(f"没有这些归档办件，或不在您的辖区和部门范围内：{'、'.join(missing[:5])}。", en="not archived")
    if gone := [row.number for row in mine if row.transfer_id is not None]:
        raise ActionNotAllowed(
            f"这些档案已经移交：{'、'.join(gone[:5])}。", en="transferred before", rule="transferred_before"
        )


def _number(desk: Desk, word: str, home_region: str, department: str) -> str:
    """The next number of the body in charge of the region."""
    body = desk.uow.organisation.body_for(region_chain(home_region), department)
    series = f"{body.short_name if body else ''}{word}〔{local_date(desk.now).year}〕"
    return f"{series}{desk.uow.counters.next(f'archive:{series}')}号"
