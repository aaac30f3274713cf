"""What becomes of counter documents and papers: services (送达回证), hand-overs (材料交接单), edited texts (文书模板)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, text, update

from engine.records.prepared import Link
from engine.records.tables import document_handovers, notice_deliveries, notice_templates, notices

_NOTICE = (
    select(notices, notice_deliveries.c.delivered_at)
    .outerjoin(notice_deliveries, notice_deliveries.c.notice_id == notices.c.id)
    .where(notices.c.case_id == bindparam("case_id"), notices.c.number == bindparam("number"))
)
_HANDOVERS = (
    select(document_handovers)
    .where(document_handovers.c.case_id == bindparam("case_id"))
    .order_by(document_handovers.c.id)
)
_RECEIVING_POST = text(
    "SELECT p.id, p.name, p.organisation_id FROM posts p WHERE p.id = :post AND p.active AND p.roles && :roles"
    " AND NOT p.lane = ANY(:asked) AND :region LIKE rtrim(p.region_code, '0') || '%'"
    " AND (p.department IS NULL OR p.department = :department)"
)
_TEMPLATE_IN_FORCE = text(
    "SELECT content FROM notice_templates WHERE kind = :kind AND approved_by IS NOT NULL AND in_force_from <= :on"
    " ORDER BY in_force_from DESC, version DESC LIMIT 1"
)
_NEXT_VERSION = text("SELECT COALESCE(max(version), 0) + 1 FROM notice_templates WHERE kind = :kind")


class PaperRecords:
    """Rows of `notice_deliveries`, `document_handovers`, `notice_templates`."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def notice(self, case_id: int, number: str) -> Row[Any] | None:
        """A notice of the case, with the instant of its service once it was served."""
        return self._connection.execute(_NOTICE, {"case_id": case_id, "number": number}).one_or_none()

    def serve(self, values: Mapping[str, Any]) -> None:
        self._connection.execute(insert(notice_deliveries), values)

    def handovers(self, case_id: int) -> list[Row[Any]]:
        return list(self._connection.execute(_HANDOVERS, {"case_id": case_id}))

    def handover(self, handover_id: int) -> Row[Any] | None:
        statement = select(document_handovers).where(document_handovers.c.id == bindparam("key"))
        return self._connection.execute(statement, {"key": handover_id}).one_or_none()

    def hand_over(self, values: Mapping[str, Any]) -> int:
        statement = insert(document_handovers).returning(document_handovers.c.id)
        handover_id: int = self._connection.execute(statement, values).scalar_one()
        return handover_id

    def receive(self, handover_id: int, values: Mapping[str, Any]) -> None:
        statement = update(document_handovers).where(document_handovers.c.id == bindparam("key"))
        self._connection.execute(statement, {"key": handover_id, **values})

    def receiving_post(
        self, post_id: int, *, region: str, department: str, roles: list[str], asked_lanes: list[str]
    ) -> Row[Any] | None:
        """The post, if it is active, carries one of the roles and covers cases of this region and department."""
        values = {"post": post_id, "region": region, "department": department, "roles": roles, "asked": asked_lanes}
        return self._connection.execute(_RECEIVING_POST, values).one_or_none()

    # --- edited texts -------------------------------------------------------------------------------------------

    def template_in_force(self, kind: str, on: date) -> str:
        """The edited text that a document of this date is printed with; empty: the supplied one."""
        content = self._connection.execute(_TEMPLATE_IN_FORCE, {"kind": kind, "on": on}).scalar_one_or_none()
        return bytes(content).decode() if content is not None else ""

    def next_version(self, kind: str) -> int:
        version: int = self._connection.execute(_NEXT_VERSION, {"kind": kind}).scalar_one()
        return version

    def add_template(self, values: Mapping[str, Any]) -> int:
        statement = insert(notice_templates).returning(notice_templates.c.id)
        template_id: int = self._connection.execute(statement, values).scalar_one()
        return template_id

    def lock_template(self, kind: str, version: int) -> Row[Any] | None:
        statement = (
            select(notice_templates)
            .where(notice_templates.c.kind == bindparam("of_kind"), notice_templates.c.version == bindparam("number"))
            .with_for_update()
        )
        return self._connection.execute(statement, {"of_kind": kind, "number": version}).one_or_none()

    def approve_template(self, template_id: int, values: Mapping[str, Any]) -> None:
        statement = update(notice_templates).where(notice_templates.c.id == bindparam("key"))
        self._connection.execute(statement, {"key": template_id, **values})
