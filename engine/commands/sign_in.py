"""Sign in and out (登录): argon2 passwords, throttled by name and by address; sessions live in PostgreSQL."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from engine.commands.guessing import Guess
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import NotSignedIn, TooManyAttempts
from engine.office import Office
from engine.policy.actors import Actor
from engine.records.sessions import token_hash

HASHER = PasswordHasher()
# A hash nobody has the password of: a wrong name costs the same time as a wrong password.
_NOBODY = HASHER.hash(secrets.token_hex(16))
SESSION_FOR = {"browser": timedelta(hours=12), "token": timedelta(hours=12)}


@dataclass(frozen=True, kw_only=True)
class SignIn(Request):
    """kind  browser (cookie and CSRF token) or token (bearer)"""

    name: str
    password: str
    kind: str = "browser"
    allow_demo: bool = False


def sign_in(office: Office, actor: Actor, request: SignIn) -> Answer:
    """A session token. Raises NotSignedIn without saying what was wrong, TooManyAttempts while locked.

    The failure is counted in a transaction of its own, so that it stays although the sign-in is refused.
    """
    answer = _try_sign_in(office, actor, request)
    if "is_locked" in answer:
        raise TooManyAttempts(
            "登录失败次数过多，请15分钟后再试，或联系本单位管理员。", en="Too many failed sign-ins; try again later."
        )
    if "token" not in answer:
        raise NotSignedIn("用户名或密码不对，请重新输入。", en="The name or the password is wrong.")
    return answer


@verb
def _try_sign_in(desk: Desk, request: SignIn) -> Answer:
    guess = Guess(desk, "name", request.name)
    if guess.is_locked:
        return {"is_locked": True}
    officer = desk.uow.sessions.officer(request.name)
    is_right = matches(officer.password_hash if officer else _NOBODY, request.password)
    if officer is None or not is_right or (officer.is_demo and not request.allow_demo):
        guess.failed()
        _audit(desk, "sign_in_failed", officer.id if officer else None, {"kind": request.kind})
        return {}
    guess.succeeded()
    return {"officer_id": officer.id, "name": officer.name, **_open_session(desk, officer.id, request.kind, desk.now)}


def matches(password_hash: str, password: str) -> bool:
    """Whether this is the password of the hash."""
    try:
        return HASHER.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _open_session(desk: Desk, officer_id: int, kind: str, now: datetime) -> Answer:
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    expires_at = now + SESSION_FOR[kind]
    desk.uow.sessions.open(
        {
            "token_hash": token_hash(token),
            "officer_id": officer_id,
            "kind": kind,
            "csrf_token": csrf,
            "created_at": now,
            "seen_at": now,
            "expires_at": expires_at,
            "source": desk.actor.source[:64],
        }
    )
    _audit(desk, "sign_in", officer_id, {"kind": kind})
    return {"token": token, "csrf_token": csrf, "expires_at": expires_at}


def _audit(desk: Desk, action: str, officer_id: int | None, detail: Answer) -> None:
    """One entry about an account. What was typed as a name stays out: people type passwords there."""
    entry = {"at": desk.now, "officer_id": officer_id, "action": action, "object_kind": "officer"}
    place = {"object_id": str(officer_id or ""), "source": desk.actor.source[:64], "detail": detail}
    desk.uow.sessions.audit({**entry, **place})


@dataclass(frozen=True, kw_only=True)
class SignOut(Request):
    """The session to end."""

    token: str


@verb
def sign_out(desk: Desk, request: SignOut) -> Answer:
    """Nothing; the session is gone."""
    _audit(desk, "sign_out", desk.actor.officer_id or None, {})
    desk.uow.sessions.close(token_hash(request.token))
    return {}
