"""An identity number as officers leave it here (回避): its blind index, never the number."""

from __future__ import annotations

from engine.clock import local_date
from engine.commands.organisation.admin_desk import wrong
from engine.commands.verb import Desk
from engine.policy.identifiers import identity_number_for_matching, resident_id_problem


def identity_index(desk: Desk, id_number: str) -> bytes | None:
    """The blind index of an identity number; None for an empty one, FormInvalid for a wrong one."""
    if not id_number.strip():
        return None
    if problem := resident_id_problem(id_number, local_date(desk.now)):
        raise wrong("id_number", problem, "The identity number is not valid.")
    return desk.office.sealer.blind_index(identity_number_for_matching(id_number))
