"""Certificates and notices: numbers reserved, used or voided; files; counter documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, text, update

from engine.records.prepared import Link, prepared
from engine.records.tables import certificate_files, certificates

_OF_WORK_ITEM = select(certificates).where(certificates.c.work_item_id == bindparam("work_item_id"))
# The counter's row stays locked until the commit: the last lock a verb takes.
_ADD_NOTICE = prepared(
    text(
        "WITH taken AS (INSERT INTO counters (name, value) VALUES ('notice:' || CAST(:series AS text), 1)"
        "  ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value)"
        " INSERT INTO notices (case_id, kind, number, issued_at, facts_cipher)"
        " SELECT :case_id, :kind, CAST(:series AS text) || value || '号', :issued_at, :facts_cipher FROM taken"
        " RETURNING number"
    )
)
_CHECK_CODE = text(
    "SELECT check_code FROM certificates WHERE (number = :number OR identifier = :number) AND status <> 'reserved'"
)
_VOID_RESERVED = text(
    "UPDATE certificates c SET status = 'voided', void_reason = :reason FROM work_items w"
    " WHERE c.case_id = :case_id AND c.status = 'reserved' AND w.id = c.work_item_id AND w.status = 'cancelled'"
)


class CertificateRecords:
    """Rows of `certificates`, `certificate_files`, `notices`."""

    def __init__(self, connection: Connection | Link) -> None:
        self._connection = connection

    def of_work_item(self, work_item_id: int) -> Row[Any] | None:
        """The number already reserved for this work item: a retry finds the same one."""
        return self._connection.execute(_OF_WORK_ITEM, {"work_item_id": work_item_id}).one_or_none()

    def check_code_of(self, number: str) -> str | None:
        """The check code printed on the issued certificate of this number or identifier."""
        code: str | None = self._connection.execute(_CHECK_CODE, {"number": number}).scalar_one_or_none()
        return code

    def reserve(self, values: Mapping[str, Any]) -> int:
        statement = insert(certificates).returning(certificates.c.id)
        result: int = self._connection.execute(statement, values).scalar_one()
        return result

    def void_reserved(self, case_id: int, reason: str) -> None:
        """Numbers reserved for issuing steps that were cancelled since: voided with the reason, never given again."""
        self._connection.execute(_VOID_RESERVED, {"case_id": case_id, "reason": reason})

    def change(self, certificate_id: int, changes: Mapping[str, Any]) -> None:
        self._connection.execute(
            update(certificates).where(certificates.c.id == bindparam("key")), {"key": certificate_id, **changes}
        )

    def keep_file(self, certificate_id: int, content: bytes) -> None:
        self._connection.execute(insert(certificate_files), {"certificate_id": certificate_id, "content": content})

    def add_notice(self, values: Mapping[str, Any]) -> str:
        """The number of the notice: its series (〈body〉〈kind〉〔year〕) and the series' next serial."""
        number: str = self._connection.execute(_ADD_NOTICE, values).scalar_one()
        return number
