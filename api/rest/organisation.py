"""For organisation administrators (机构管理): bodies, posts, officers, leave, seals, coverage and reviews."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields, validate

from api.auth import current_actor, office, roles
from api.region_moves import move_open_cases
from api.rest.answers import answer, idempotency_key
from api.rest.described import described, page_described
from api.rest.input import Doors, Input, PageQuery, Query, choice, day, text
from api.rest.items import region_code
from engine.commands.organisation.add_officer import AddOfficer, add_officer
from engine.commands.organisation.add_organisation import AddOrganisation, add_organisation
from engine.commands.organisation.add_post import AddPost, add_post
from engine.commands.organisation.assign_post import AssignPost, assign_post
from engine.commands.organisation.change_officer import ChangeOfficer, change_officer
from engine.commands.organisation.change_organisation import ChangeOrganisation, change_organisation
from engine.commands.organisation.change_post import ChangePost, change_post
from engine.commands.organisation.disable_officer import (
    DisableOfficer,
    EnableOfficer,
    disable_officer,
    enable_officer,
)
from engine.commands.organisation.end_holding import EndHolding, end_holding
from engine.commands.organisation.reorganise_regions import RegionMove, ReorganiseRegions, reorganise_regions
from engine.commands.organisation.reset_password import ResetPassword, reset_password
from engine.commands.organisation.review_access import (
    CloseAccessReview,
    OpenAccessReview,
    close_access_review,
    open_access_review,
)
from engine.commands.organisation.set_custodian import SetCustodian, set_custodian
from engine.commands.organisation.set_leave import CancelLeave, SetLeave, cancel_leave, set_leave
from engine.policy.administration import ASSIGNMENTS
from engine.queries.organisation_coverage import Coverage, coverage
from engine.queries.organisation_file import OrganisationFile, PostFile, organisation_file, post_file
from engine.queries.organisation_officers import OfficerFile, OfficerLine, officer_file, officers_list
from engine.queries.organisation_regions import RegionChangeLine, region_changes
from engine.queries.organisation_reviews import AccessReview, access_review, access_reviews
from engine.queries.organisation_tree import VacantPost, organisation_tree, vacant_posts
from engine.terms import Lane, Role

doors = Doors("organisation", __name__, url_prefix="/api/v1/organisation", description="机构管理：单位、岗位、人员")


def _id(description: str, *, required: bool = True) -> fields.Integer:
    """The id of a row."""
    options: dict[str, Any] = {"required": True} if required else {"load_default": None, "allow_none": True}
    return fields.Integer(
        validate=validate.Range(1, 2**62), metadata={"description": description, "example": 1}, **options
    )


class BodyInput(Input):
    name = text(200, "单位全称", "云溪市青石区石板街道办事处", required=True)
    short_name = text(40, "简称", "石板街道", required=True)
    uscc = text(18, "统一社会信用代码", "119901009900000172", required=True)
    seal_name = text(100, "印章名称")
    address = text(200, "地址")
    phone = text(40, "电话")
    complaint_phone = text(40, "投诉电话")


class NewBodyInput(BodyInput):
    region_code = region_code("所在区划")
    department = text(40, "部门，空为综合单位", "civil_affairs")


class PostInput(Input):
    name = text(100, "岗位名称", "综合窗口", required=True)
    roles = fields.List(
        fields.String(validate=validate.OneOf([r.value for r in Role], error="没有这样的职责。")),
        required=True,
        metadata={"description": "职责", "example": ["clerk", "handler"]},
    )
    lane = choice([lane.value for lane in Lane], "泳道，空为不经流转的岗位", "community")
    region_code = region_code("辖区，缺省为单位所在区划")
    department = text(40, "部门，空为全部部门")
    assignment = choice(list(ASSIGNMENTS), "分派方式", "shared")


class ChangedPostInput(PostInput):
    active = fields.Boolean(load_default=True, metadata={"description": "是否启用"})


class OfficerInput(Input):
    name = text(100, "姓名", "李明", required=True)
    id_number = text(18, "本人公民身份号码，只存盲索引，用于回避")


class NewOfficerInput(OfficerInput):
    sign_in_name = text(30, "用户名", "liming", required=True)
    post_id = _id("第一个岗位", required=False)
    held_from = day("任职日期，缺省为今天")


class HoldingInput(Input):
    post_id = _id("岗位")
    held_from = day("任职日期，缺省为今天")
    held_to = day("结束日期（含），缺省为长期")


class LastDayQuery(Query):
    last_on = day("最后一天（含），缺省为立即结束")


class LeaveInput(Input):
    deputy_id = _id("代理人")
    post_id = _id("只代理这个岗位，缺省为全部", required=False)
    from_on = fields.Date(required=True, metadata={"description": "第一天", "example": "2026-03-02"})
    to_on = fields.Date(required=True, metadata={"description": "最后一天（含）", "example": "2026-03-06"})
    reason = text(200, "事由")


class CustodianInput(Input):
    officer_id = _id("保管人")
    document_no = text(100, "交接文书编号", "青石民发〔2026〕12号", required=True)
    held_from = day("交接日期，缺省为今天")


class ReviewInput(Input):
    organisation_id = _id("只复核这个单位，缺省为管理范围内全部", required=False)


class VerdictInput(Input):
    verdicts = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)),
        values=fields.String(validate=validate.OneOf(["keep", "remove"], error="keep 或 remove。")),
        required=True,
        metadata={"description": "“人员编号-岗位编号” → keep 或 remove", "example": {"12-4": "keep"}},
    )


class RegionMoveInput(Input):
    from_code = region_code("旧代码")
    to_code = region_code("新代码")
    name = text(100, "新名称，缺省为原名称")


class RegionsInput(Input):
    moves = fields.List(fields.Nested(RegionMoveInput), required=True, validate=validate.Length(1, 2000))
    effective_on = fields.Date(required=True, metadata={"description": "生效日期", "example": "2026-03-02"})
    document_no = text(100, "批准文号", "民函〔2026〕3号", required=True)
    move_bodies = fields.Boolean(load_default=True, metadata={"description": "单位和岗位随区划转入"})


class OfficerQuery(PageQuery):
    q = text(60, "姓名、拼音首字母或用户名")


_OBJECT = {"type": "object"}


def _listed(kind: type) -> dict[str, Any]:
    return {"type": "object", "properties": {"items": {"type": "array", "items": described(kind)}}}


@doors.route("/tree")
@roles(Role.ORG_ADMIN)
@doors.response(200, _OBJECT)
def show_tree() -> Response:
    """机构树 Regions with their bodies, inside my area."""
    return answer({"items": organisation_tree(office(), current_actor())})


@doors.route("/vacant-posts")
@roles(Role.ORG_ADMIN)
@doors.response(200, _listed(VacantPost))
def show_vacant_posts() -> Response:
    """空岗 Posts nobody holds today."""
    return answer({"items": vacant_posts(office(), current_actor())})


@doors.route("/coverage")
@roles(Role.ORG_ADMIN)
@doors.response(200, described(Coverage))
def show_coverage() -> Response:
    """岗位覆盖 Where work would find nobody."""
    return answer(coverage(office(), current_actor()))


@doors.route("/bodies", methods=["POST"])
@roles(Role.ORG_ADMIN)
@doors.arguments(NewBodyInput)
@doors.response(201, _OBJECT)
def open_body(body: dict[str, Any]) -> Response:
    """设立单位 A new body."""
    request = AddOrganisation(**body, idempotency_key=idempotency_key())
    return answer(add_organisation(office(), current_actor(), request), 201)


@doors.route("/bodies/<int:organisation_id>")
@roles(Role.ORG_ADMIN)
@doors.response(200, described(OrganisationFile))
def show_body(organisation_id: int) -> Response:
    """单位 One body with posts, holders and custody."""
    return answer(organisation_file(office(), current_actor(), organisation_id))


@doors.route("/bodies/<int:organisation_id>", methods=["PUT"])
@roles(Role.ORG_ADMIN)
@doors.arguments(BodyInput)
@doors.response(200, _OBJECT)
def put_body(body: dict[str, Any], organisation_id: int) -> Response:
    """变更单位 What is known of a body."""
    request = ChangeOrganisation(**body, organisation_id=organisation_id)
    return answer(change_organisation(office(), current_actor(), request))


@doors.route("/bodies/<int:organisation_id>/custodian", methods=["PUT"])
@roles(Role.ORG_ADMIN)
@doors.arguments(CustodianInput)
@doors.response(200, _OBJECT)
def put_custodian(body: dict[str, Any], organisation_id: int) -> Response:
    """印章交接 The seal changes hands."""
    request = SetCustodian(**body, organisation_id=organisation_id, idempotency_key=idempotency_key())
    return answer(set_custodian(office(), current_actor(), request))


@doors.route("/bodies/<int:organisation_id>/posts", methods=["POST"])
@roles(Role.ORG_ADMIN)
@doors.arguments(PostInput)
@doors.response(201, _OBJECT)
def open_post(body: dict[str, Any], organisation_id: int) -> Response:
    """设立岗位 A new post."""
    entries = _post_entries(body)
    request = AddPost(**entries, organisation_id=organisation_id, idempotency_key=idempotency_key())
    return answer(add_post(office(), current_actor(), request), 201)


@doors.route("/posts/<int:post_id>")
@roles(Role.ORG_ADMIN)
@doors.response(200, described(PostFile))
def show_post(post_id: int) -> Response:
    """岗位 One post with its holders."""
    return answer(post_file(office(), current_actor(), post_id))


@doors.route("/posts/<int:post_id>", methods=["PUT"])
@roles(Role.ORG_ADMIN)
@doors.arguments(ChangedPostInput)
@doors.response(200, _OBJECT)
def put_post(body: dict[str, Any], post_id: int) -> Response:
    """变更岗位 What a post is from now on."""
    request = ChangePost(**_post_entries(body), post_id=post_id)
    return answer(change_post(office(), current_actor(), request))


def _post_entries(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "roles": tuple(body["roles"]), "assignment": body["assignment"] or "shared"}


@doors.route("/officers")
@roles(Role.ORG_ADMIN)
@doors.arguments(OfficerQuery, location="query")
@doors.response(200, page_described(OfficerLine))
def list_officers(query: dict[str, Any]) -> Response:
    """人员 Officers of my area."""
    page = officers_list(office(), current_actor(), query["q"].strip(), query["cursor"], query["limit"])
    return answer({"items": page.lines, "next_cursor": page.next_cursor, "previous_cursor": page.previous_cursor})


@doors.route("/officers", methods=["POST"])
@roles(Role.ORG_ADMIN)
@doors.arguments(NewOfficerInput)
@doors.response(201, _OBJECT)
def open_officer(body: dict[str, Any]) -> Response:
    """录入人员 A new officer; the one-time password is told once."""
    request = AddOfficer(**body, idempotency_key=idempotency_key())
    return answer(add_officer(office(), current_actor(), request), 201)


@doors.route("/officers/<int:officer_id>")
@roles(Role.ORG_ADMIN)
@doors.response(200, described(OfficerFile))
def show_officer(officer_id: int) -> Response:
    """人员 One officer with posts, leaves and open work."""
    return answer(officer_file(office(), current_actor(), officer_id))


@doors.route("/officers/<int:officer_id>", methods=["PUT"])
@roles(Role.ORG_ADMIN)
@doors.arguments(OfficerInput)
@doors.response(200, _OBJECT)
def put_officer(body: dict[str, Any], officer_id: int) -> Response:
    """变更人员 What is known of an officer."""
    return answer(change_officer(office(), current_actor(), ChangeOfficer(**body, officer_id=officer_id)))


@doors.route("/officers/<int:officer_id>/disable", methods=["POST"])
@roles(Role.ORG_ADMIN)
@doors.response(200, _OBJECT)
def disable(officer_id: int) -> Response:
    """停用账户 Close an account."""
    return answer(disable_officer(office(), current_actor(), DisableOfficer(officer_id=officer_id)))


@doors.route("/officers/<int:officer_id>/enable", methods=["POST"])
@roles(Role.ORG_ADMIN)
@doors.response(200, _OBJECT)
def enable(officer_id: int) -> Response:
    """启用账户 Open an account again."""
    return answer(enable_officer(office(), current_actor(), EnableOfficer(officer_id=officer_id)))


@doors.route("/officers/<int:officer_id>/reset-password", methods=["POST"])
@roles(Role.ORG_ADMIN)
@doors.response(200, _OBJECT)
def reset(officer_id: int) -> Response:
    """重置密码 A one-time password, told once."""
    request = ResetPassword(officer_id=officer_id, idempotency_key=idempotency_key())
    return answer(reset_password(office(), current_actor(), request))


@doors.route("/officers/<int:officer_id>/holdings", methods=["POST"])
@roles(Role.ORG_ADMIN)
@doors.arguments(HoldingInput)
@doors.response(201, _OBJECT)
def give_post(body: dict[str, Any], officer_id: int) -> Response:
    """任职 The officer takes a post."""
    request = AssignPost(**body, officer_id=officer_id, idempotency_key=idempotency_key())
    return answer(assign_post(office(), current_actor(), request), 201)


@doors.route("/officers/<int:officer_id>/holdings/<int:post_id>", methods=["DELETE"])
@roles(Role.ORG_ADMIN)
@doors.arguments(LastDayQuery, location="query")
@doors.response(200, _OBJECT)
def take_post(query: dict[str, Any], officer_id: int, post_id: int) -> Response:
    """卸任 The officer gives the post up."""
    request = EndHolding(officer_id=officer_id, post_id=post_id, last_on=query["last_on"])
    return answer(end_holding(office(), current_actor(), request))


@doors.route("/officers/<int:officer_id>/leaves", methods=["POST"])
@roles(Role.ORG_ADMIN)
@doors.arguments(LeaveInput)
@doors.response(201, _OBJECT)
def open_leave(body: dict[str, Any], officer_id: int) -> Response:
    """请假代理 A leave with a deputy."""
    request = SetLeave(**body, officer_id=officer_id, idempotency_key=idempotency_key())
    return answer(set_leave(office(), current_actor(), request), 201)


@doors.route("/leaves/<int:leave_id>", methods=["DELETE"])
@roles(Role.ORG_ADMIN)
@doors.response(200, _OBJECT)
def drop_leave(leave_id: int) -> Response:
    """取消请假 Call a leave off."""
    return answer(cancel_leave(office(), current_actor(), CancelLeave(leave_id=leave_id)))


@doors.route("/reviews")
@roles(Role.ORG_ADMIN)
@doors.response(200, _listed(AccessReview))
def list_reviews() -> Response:
    """权限复核 Reviews of who holds what."""
    return answer({"items": access_reviews(office(), current_actor())})


@doors.route("/reviews", methods=["POST"])
@roles(Role.ORG_ADMIN)
@doors.arguments(ReviewInput)
@doors.response(201, _OBJECT)
def open_review(body: dict[str, Any]) -> Response:
    """开始复核 A new review."""
    request = OpenAccessReview(**body, idempotency_key=idempotency_key())
    return answer(open_access_review(office(), current_actor(), request), 201)


@doors.route("/reviews/<int:review_id>")
@roles(Role.ORG_ADMIN)
@doors.response(200, described(AccessReview))
def show_review(review_id: int) -> Response:
    """复核 One review with its lines."""
    return answer(access_review(office(), current_actor(), review_id))


@doors.route("/reviews/<int:review_id>/close", methods=["POST"])
@roles(Role.ORG_ADMIN)
@doors.arguments(VerdictInput)
@doors.response(200, _OBJECT)
def close_review(body: dict[str, Any], review_id: int) -> Response:
    """完成复核 Every line judged; what is removed ends at once."""
    request = CloseAccessReview(review_id=review_id, verdicts=body["verdicts"], idempotency_key=idempotency_key())
    return answer(close_access_review(office(), current_actor(), request))


@doors.route("/regions/changes")
@roles(Role.ORG_ADMIN)
@doors.response(200, _listed(RegionChangeLine))
def list_region_changes() -> Response:
    """区划调整 Region changes, and the open cases still to follow."""
    return answer({"items": region_changes(office(), current_actor())})


@doors.route("/regions/changes", methods=["POST"])
@roles(Role.ORG_ADMIN)
@doors.arguments(RegionsInput)
@doors.response(201, _OBJECT)
def open_region_change(body: dict[str, Any]) -> Response:
    """区划调整 Regions taken over by others; open cases follow by POST …/regions/cases."""
    moves = tuple(RegionMove(**move) for move in body["moves"])
    request = ReorganiseRegions(**{**body, "moves": moves}, idempotency_key=idempotency_key())
    return answer(reorganise_regions(office(), current_actor(), request), 201)


@doors.route("/regions/cases", methods=["POST"])
@roles(Role.ORG_ADMIN)
@doors.response(200, _OBJECT)
def follow_regions() -> Response:
    """在办件迁移 The next open cases follow; repeat until `moved` is 0."""
    return answer({"moved": move_open_cases(office(), current_actor())})
