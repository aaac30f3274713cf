"""Sessions (登录): sign in, look, sign out."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from api.auth import (
    anonymous,
    current_actor,
    current_session,
    drop_session_cookie,
    keep_session_cookie,
    office,
    presented_token,
    public,
    signed_in,
    with_one_time_password,
)
from api.rest.answers import answer
from api.rest.input import Doors, Input, choice, text
from engine.commands.sign_in import SignIn, SignOut, sign_in, sign_out

doors = Doors("sessions", __name__, url_prefix="/api/v1", description="登录与会话")


class SignInBody(Input):
    name = text(60, "用户名", "window", required=True)
    password = text(200, "密码", "……", required=True)
    kind = choice(
        ("token", "browser"),
        "token：返回令牌，供系统调用；browser：写入 Cookie 并返回 csrf_token",
        "token",
        required=False,
    )


SESSION = {
    "type": "object",
    "properties": {
        "token": {"type": "string", "description": "仅 kind=token 时返回；请求头 Authorization: Bearer <token>"},
        "csrf_token": {"type": "string", "description": "仅 kind=browser：修改类请求放入请求头 X-CSRF-Token"},
        "expires_at": {"type": "string", "format": "date-time"},
        "name": {"type": "string"},
    },
}


@doors.route("/sessions", methods=["POST"])
@public
@doors.arguments(SignInBody)
@doors.response(201, SESSION)
def open_session(body: dict[str, Any]) -> Response:
    """登录 Sign in. Throttled: five failures lock a name for 15 minutes."""
    kind = body["kind"] or "token"
    settings = current_app.extensions["yimen"].settings
    request = SignIn(name=body["name"], password=body["password"], kind=kind, allow_demo=not settings.production)
    opened = sign_in(office(), anonymous(), request)
    told = {"name": opened["name"], "expires_at": opened["expires_at"]}
    if kind == "token":
        return answer({**told, "token": opened["token"]}, 201)
    response = answer({**told, "csrf_token": opened["csrf_token"]}, 201)
    keep_session_cookie(response, opened["token"])
    return response


@doors.route("/sessions/current")
@with_one_time_password
@signed_in
@doors.response(200, {"type": "object"})
def show_session() -> Response:
    """我是谁 Who am I, with posts and roles."""
    found = current_session()
    assert found is not None
    actor = found.actor
    return answer(
        {
            "name": actor.name,
            "sign_in_name": found.sign_in_name,
            "roles": sorted(actor.roles),
            "posts": actor.posts,
            "expires_at": found.expires_at,
            "is_demo": found.is_demo,
            "must_change_password": found.must_change_password,
        }
    )


@doors.route("/sessions/current", methods=["DELETE"])
@with_one_time_password
@signed_in
@doors.response(204)
def close_session() -> Response:
    """退出 Sign out."""
    sign_out(office(), current_actor(), SignOut(token=presented_token()))
    response = Response(status=204)
    drop_session_cookie(response)
    return response
