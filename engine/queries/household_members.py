"""The people of a household (户内成员) as a form lists them, for prefill."""

from __future__ import annotations

from sqlalchemy import Row

from engine.office import Office
from engine.records.unit_of_work import UnitOfWork

# 与户主关系, GB/T 4761-2008, by its first digit.
_RELATIONS = {"1": "配偶", "2": "子", "3": "女", "4": "孙子女或外孙子女", "5": "父母", "6": "祖父母", "7": "兄弟姐妹"}
_HEAD = ("01", "02")


def household_members(office: Office, uow: UnitOfWork, resident: Row[tuple[object, ...]]) -> list[dict[str, str]]:
    """Name, relation to the applicant and whole identity number of every living member, the applicant first.

    The registry knows relations to the head of the household: for any other applicant they are left to the clerk.
    """
    if resident.household_id is None:
        return []
    rows = sorted(uow.registry.members(resident.household_id), key=lambda row: row.id != resident.id)
    is_head = resident.relation in _HEAD
    return [
        {
            "name": row.name,
            "relation": _relation(row.relation, row.id == resident.id, is_head),
            "id_number": office.sealer.decrypt(row.identity_cipher),
        }
        for row in rows
    ]


def _relation(code: str, is_applicant: bool, applicant_is_head: bool) -> str:
    if is_applicant:
        return "本人"
    return _RELATIONS.get(code[:1], "") if applicant_is_head else ""
