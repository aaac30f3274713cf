"""Does this query password (查询密码) open this case? Wrong answers are counted, so that six digits are enough."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from engine.commands.guessing import Guess
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import NotFound, TooManyAttempts
from engine.office import Office
from engine.policy.actors import Actor


@dataclass(frozen=True, kw_only=True)
class CheckQueryPassword(Request):
    """Number and password as printed on the receipt."""

    number: str
    password: str


def check_query_password(office: Office, actor: Actor, request: CheckQueryPassword) -> Answer:
    """Nothing if it fits. Raises NotFound without saying what was wrong, TooManyAttempts while locked.

    The failure is counted in a transaction of its own, so that it stays although the query is refused.
    """
    answer = _try_password(office, actor, request)
    if answer["outcome"] == "locked":
        raise TooManyAttempts(
            "查询失败次数过多，请15分钟后再试，或到窗口查询。", en="Too many failed queries; try again later."
        )
    if answer["outcome"] == "wrong":
        raise NotFound("没有查到这个办件，请核对办件编号和查询密码。", en="The number or the password is wrong.")
    return {}


@verb
def _try_password(desk: Desk, request: CheckQueryPassword) -> Answer:
    guess = Guess(desk, "query", request.number)
    if guess.is_locked:
        return {"outcome": "locked"}
    if _fits(desk, request):
        guess.succeeded()
        return {"outcome": "fits"}
    guess.failed()
    return {"outcome": "wrong"}


def _fits(desk: Desk, request: CheckQueryPassword) -> bool:
    body = desk.uow.cases.application_of_number(request.number)
    kept = str(desk.office.sealer.decrypt_json(body)["query_password"]) if body else ""
    return bool(kept) and hmac.compare_digest(kept.encode(), request.password.strip().encode())
