"""An officer changes the own password (修改密码)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands.guessing import Guess
from engine.commands.organisation.admin_desk import audit, wrong
from engine.commands.sign_in import HASHER, matches
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import ActionNotAllowed, NotFound, TooManyAttempts
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.administration import password_problem
from engine.records.sessions import token_hash


@dataclass(frozen=True, kw_only=True)
class ChangeOwnPassword(Request):
    """`token`: the session that goes on; every other one ends."""

    current_password: str
    new_password: str
    token: str = ""


def change_own_password(office: Office, actor: Actor, request: ChangeOwnPassword) -> Answer:
    """Nothing; the new password counts from now on.

    A wrong present password counts as a failed sign-in, in a transaction of its own: whoever finds an open screen
    must not be able to guess it here.
    """
    answer = _try_change(office, actor, request)
    if "is_locked" in answer:
        raise TooManyAttempts("密码输错次数过多，请15分钟后再试。", en="Too many wrong passwords; try again later.")
    if "is_wrong" in answer:
        raise wrong("current_password", "现在的密码不对，请重新输入。", "The present password is wrong.")
    return answer


@verb
def _try_change(desk: Desk, request: ChangeOwnPassword) -> Answer:
    row = desk.uow.staff.row("officer", desk.actor.officer_id)
    if row is None:
        raise NotFound("没有这个账户。", en="no such account")
    if row.is_demo:
        raise ActionNotAllowed("演示账号的密码不能修改。", en="Demo accounts keep their password.", rule="demo_account")
    guess = Guess(desk, "name", row.sign_in_name)
    if guess.is_locked:
        return {"is_locked": True}
    if not matches(row.password_hash, request.current_password):
        guess.failed()
        audit(desk, "change_own_password_failed", "officer", row.id)
        return {"is_wrong": True}
    guess.succeeded()
    if problem := password_problem(request.new_password, row.sign_in_name):
        raise wrong("new_password", problem, "The new password is too easy to guess.")
    if matches(row.password_hash, request.new_password):
        raise wrong("new_password", "新密码不能与现在的密码相同。", "The new password is the old one.")
    values = {"password_hash": HASHER.hash(request.new_password), "must_change_password": False}
    desk.uow.staff.change("officer", row.id, values)
    desk.uow.staff.end_sessions(row.id, token_hash(request.token) if request.token else b"")
    audit(desk, "change_own_password", "officer", row.id)
    return {}
