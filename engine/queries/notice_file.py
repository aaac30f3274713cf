"""A counter document (办理文书) as it was frozen when its verb wrote it, ready for the printer."""

from __future__ import annotations

from engine.clock import local_date
from engine.errors import NotFound
from engine.office import Office
from engine.policy.actors import Actor
from engine.ports import NoticeRequest
from engine.queries.card_scope import cards_within
from engine.queries.reading import reading, statement
from engine.queries.scope import readable
from engine.records.papers import PaperRecords

_NOTICE = (
    "SELECT n.number, n.kind, n.issued_at, n.facts_cipher, c.number AS case_number"
    " FROM notices n JOIN cases c ON c.id = n.case_id WHERE n.number = :number AND "
)
_OF_CARD = "EXISTS (SELECT 1 FROM cards k WHERE k.number = n.number AND "


def notice_file(office: Office, actor: Actor, number: str) -> NoticeRequest:
    """What `engine.ports.NoticeRenderer` needs to print the notice; NotFound outside the actor's scope.

    The notice of a card (监察通知书) is for supervision and whom the card concerns, not for every reader of the case.
    """
    condition, values = readable(actor)
    concerned, more = cards_within(actor)
    whole = f"{condition} AND (n.kind <> 'card_notice' OR {_OF_CARD}{concerned}))"
    with reading(office) as connection:
        row = connection.execute(statement(_NOTICE + whole), {"number": number, **values, **more}).one_or_none()
        if row is None:
            raise NotFound("没有这份文书，或不在您的辖区和部门范围内。", en="no such notice in your scope")
        edited = PaperRecords(connection).template_in_force(row.kind, local_date(row.issued_at))
    facts = office.sealer.decrypt_json(row.facts_cipher)
    return NoticeRequest(
        notice_key=row.kind,
        number=row.number,
        facts=facts,
        body_name=facts["body_name"],
        body_code=facts["body_code"],
        issued_at=row.issued_at,
        tracking_url=f"{office.public_url}/progress?number={row.case_number}",
        seal_name=facts.get("seal_name", ""),
        template=edited,
    )
