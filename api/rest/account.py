"""My account (我的账户): password, leave with a deputy, declared relatives."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.auth import current_actor, office, presented_token, signed_in, with_one_time_password
from api.rest.answers import answer, idempotency_key
from api.rest.described import described
from api.rest.input import Doors, Input, choice, text
from api.rest.organisation import LeaveInput
from engine.commands.organisation.change_own_password import ChangeOwnPassword, change_own_password
from engine.commands.organisation.declare_relative import DeclareRelative, declare_relative
from engine.commands.organisation.set_leave import CancelLeave, SetLeave, cancel_leave, set_leave
from engine.policy.administration import RELATIONS
from engine.queries.own_account import OwnAccount, own_account

doors = Doors("account", __name__, url_prefix="/api/v1/account", description="我的账户")


class PasswordInput(Input):
    current_password = text(200, "现在的密码", required=True)
    new_password = text(200, "新密码，至少12个字符", required=True)


class RelativeInput(Input):
    id_number = text(18, "近亲属的公民身份号码，只存盲索引", required=True)
    relation = choice(list(RELATIONS), "关系", "spouse", required=True)


@doors.route("")
@with_one_time_password
@signed_in
@doors.response(200, described(OwnAccount))
def show_account() -> Response:
    """我的账户 My own account."""
    return answer(own_account(office(), current_actor()))


@doors.route("/password", methods=["PUT"])
@with_one_time_password
@signed_in
@doors.arguments(PasswordInput)
@doors.response(204)
def put_password(body: dict[str, Any]) -> Response:
    """修改密码 My other sessions end."""
    change_own_password(office(), current_actor(), ChangeOwnPassword(**body, token=presented_token()))
    return Response(status=204)


@doors.route("/leaves", methods=["POST"])
@signed_in
@doors.arguments(LeaveInput)
@doors.response(201, {"type": "object"})
def open_leave(body: dict[str, Any]) -> Response:
    """请假代理 My leave with a deputy."""
    return answer(set_leave(office(), current_actor(), SetLeave(**body, idempotency_key=idempotency_key())), 201)


@doors.route("/leaves/<int:leave_id>", methods=["DELETE"])
@signed_in
@doors.response(200, {"type": "object"})
def drop_leave(leave_id: int) -> Response:
    """取消请假 Call my leave off."""
    return answer(cancel_leave(office(), current_actor(), CancelLeave(leave_id=leave_id)))


@doors.route("/relatives", methods=["POST"])
@signed_in
@doors.arguments(RelativeInput)
@doors.response(201, {"type": "object"})
def open_relative(body: dict[str, Any]) -> Response:
    """申报近亲属 A near relative, whose cases are then for others."""
    return answer(declare_relative(office(), current_actor(), DeclareRelative(**body)), 201)
