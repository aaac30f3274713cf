"""Organisation (机构) for its administrators: the tree, bodies, posts, seals and where work would find nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from api.auth import current_actor, roles
from api.web import frame
from api.web.entry_forms import Control, EntryForm, attempt, press, sent, sent_day, sent_id, sent_key
from api.web.wording import t, term
from engine.clock import local_date
from engine.commands.organisation.add_organisation import AddOrganisation, add_organisation
from engine.commands.organisation.add_post import AddPost, add_post
from engine.commands.organisation.assign_post import AssignPost, assign_post
from engine.commands.organisation.body_entries import BodyEntries
from engine.commands.organisation.change_organisation import ChangeOrganisation, change_organisation
from engine.commands.organisation.change_post import ChangePost, change_post
from engine.commands.organisation.end_holding import EndHolding, end_holding
from engine.commands.organisation.set_custodian import SetCustodian, set_custodian
from engine.errors import FormInvalid
from engine.policy.administration import ASSIGNMENTS, lane_is_staffed
from engine.policy.identifiers import significant_prefix
from engine.queries.organisation_area import area_choices
from engine.queries.organisation_coverage import coverage
from engine.queries.organisation_file import OrganisationFile, PostFile, organisation_file, post_file
from engine.queries.organisation_officers import officers_list
from engine.queries.organisation_tree import organisation_tree, vacant_posts
from engine.terms import Lane, Role

pages = Blueprint("organisation_pages", __name__)
SHOWN_GAPS = 8


@pages.get("/organisation")
@roles(Role.ORG_ADMIN)
def overview() -> str:
    """What needs an administrator first, and the tree of regions with their bodies."""
    frame.at(frame.ORGANISATION)
    found = coverage(frame.office(), current_actor())
    vacant = vacant_posts(frame.office(), current_actor())
    tree = organisation_tree(frame.office(), current_actor())
    return render_template(
        "organisation/overview.html.j2", tree=tree, coverage=found, gaps=found.gaps[:SHOWN_GAPS], vacant=vacant
    )


@pages.get("/organisation/coverage")
@roles(Role.ORG_ADMIN)
def show_coverage() -> str:
    """Every gap, and every post nobody holds."""
    frame.at(frame.ORGANISATION)
    found = coverage(frame.office(), current_actor())
    vacant = vacant_posts(frame.office(), current_actor())
    return render_template("organisation/coverage.html.j2", coverage=found, vacant=vacant)


# --- bodies -----------------------------------------------------------------------------------------------------


@pages.route("/organisation/bodies/new", methods=["GET", "POST"])
@roles(Role.ORG_ADMIN)
def new_body() -> ResponseReturnValue:
    """The form of a new body, and the body."""
    frame.at(frame.ORGANISATION)
    choices = area_choices(frame.office(), current_actor())
    whole = t("综合（全部部门）", "All departments")
    place = (
        Control(
            "region_code",
            t("行政区划", "Region"),
            "select",
            required=True,
            options=choices.regions,
            value=request.args.get("region", ""),
        ),
        Control("department", t("部门", "Department"), "select", options=(("", whole), *choices.departments)),
    )
    form = EntryForm(
        t("新设单位", "New organisation"),
        "/organisation/bodies/new",
        (*_body_controls(None), *place),
        t("设立", "Set up"),
        _trail(),
    )
    if request.method == "GET":
        return form.page()

    def act() -> dict[str, Any]:
        where = {"region_code": sent("region_code", 12), "department": sent("department", 40)}
        return add_organisation(
            frame.office(), current_actor(), AddOrganisation(**_body_entries(), **where, idempotency_key=sent_key())
        )

    return attempt(act, form.page, lambda a: f"/organisation/bodies/{a['organisation_id']}", t("已设立。", "Set up."))


@pages.get("/organisation/bodies/<int:organisation_id>")
@roles(Role.ORG_ADMIN)
def show_body(organisation_id: int) -> str:
    """One body: posts with their holders, seal and custodian."""
    frame.at(frame.ORGANISATION)
    body = organisation_file(frame.office(), current_actor(), organisation_id)
    today = local_date(frame.office().clock.now())
    return render_template("organisation/body.html.j2", body=body, today=today, assignments=ASSIGNMENTS)


@pages.route("/organisation/bodies/<int:organisation_id>/change", methods=["GET", "POST"])
@roles(Role.ORG_ADMIN)
def change_body(organisation_id: int) -> ResponseReturnValue:
    """What is known of a body, to be corrected."""
    frame.at(frame.ORGANISATION)
    body = organisation_file(frame.office(), current_actor(), organisation_id)
    form = EntryForm(
        t("变更单位信息", "Change the organisation"),
        f"/organisation/bodies/{body.id}/change",
        _body_controls(body),
        t("保存", "Save"),
        _trail(body),
    )
    if request.method == "GET":
        return form.page()

    def act() -> dict[str, Any]:
        wanted = ChangeOrganisation(**_body_entries(), organisation_id=body.id)
        return change_organisation(frame.office(), current_actor(), wanted)

    return attempt(act, form.page, lambda _: f"/organisation/bodies/{body.id}", t("已保存。", "Saved."))


@pages.route("/organisation/bodies/<int:organisation_id>/custodian", methods=["GET", "POST"])
@roles(Role.ORG_ADMIN)
def seal(organisation_id: int) -> ResponseReturnValue:
    """The seal changes hands."""
    frame.at(frame.ORGANISATION)
    body = organisation_file(frame.office(), current_actor(), organisation_id)
    form = EntryForm(
        t("印章交接", "Hand the seal over"),
        f"/organisation/bodies/{body.id}/custodian",
        (
            Control(
                "officer_id",
                t("接收人（今后保管）", "New custodian"),
                "select",
                required=True,
                options=tuple((str(key), name) for key, name in body.staff),
            ),
            Control("held_from", t("交接日期", "From"), "date", value=_today(), required=True),
            Control("document_no", t("交接文书编号", "Document number"), required=True, maxlength=100),
        ),
        t("交接", "Hand over"),
        _trail(body),
        note=t("同一枚印章同一时间只由一人保管；上一位保管人的保管到交接前一日为止。", "One custodian at a time."),
    )
    if request.method == "GET":
        return form.page()

    def act() -> dict[str, Any]:
        wanted = SetCustodian(
            organisation_id=body.id,
            officer_id=sent_id("officer_id") or 0,
            document_no=sent("document_no"),
            held_from=sent_day("held_from"),
            idempotency_key=sent_key(),
        )
        return set_custodian(frame.office(), current_actor(), wanted)

    return attempt(
        act, form.page, lambda _: f"/organisation/bodies/{body.id}", t("印章已交接。", "The seal changed hands.")
    )


def _body_controls(body: OrganisationFile | None) -> tuple[Control, ...]:
    def control(name: str, label: str, most: int, **options: Any) -> Control:
        return Control(name, label, maxlength=most, value=getattr(body, name) if body else "", **options)

    return (
        control("name", t("单位全称", "Full name"), 200, required=True, wide=True),
        control("short_name", t("简称", "Short name"), 40, required=True),
        control("uscc", t("统一社会信用代码", "Credit code"), 18, required=True),
        control("seal_name", t("印章名称", "Seal"), 100),
        control("address", t("地址", "Address"), 200),
        control("phone", t("电话", "Telephone"), 40),
        control("complaint_phone", t("投诉电话", "Complaints"), 40),
    )


def _body_entries() -> dict[str, str]:
    return {name: sent(name) for name in BodyEntries.__dataclass_fields__}


# --- posts ------------------------------------------------------------------------------------------------------


@pages.route("/organisation/bodies/<int:organisation_id>/posts/new", methods=["GET", "POST"])
@roles(Role.ORG_ADMIN)
def new_post(organisation_id: int) -> ResponseReturnValue:
    """The form of a new post, and the post."""
    frame.at(frame.ORGANISATION)
    body = organisation_file(frame.office(), current_actor(), organisation_id)
    form = EntryForm(
        t("新设岗位", "New post"),
        f"/organisation/bodies/{body.id}/posts/new",
        _post_controls(body, None),
        t("设立", "Set up"),
        _trail(body),
    )
    if request.method == "GET":
        return form.page()

    def act() -> dict[str, Any]:
        wanted = AddPost(**_post_entries(), organisation_id=body.id, idempotency_key=sent_key())
        return add_post(frame.office(), current_actor(), wanted)

    return attempt(
        act,
        form.page,
        lambda a: f"/organisation/posts/{a['post_id']}",
        t("岗位已设立，请安排人员任职。", "The post is set up; now give it to somebody."),
    )


@pages.get("/organisation/posts/<int:post_id>")
@roles(Role.ORG_ADMIN)
def show_post(post_id: int) -> str:
    """One post, who holds it, and the form that gives it to somebody."""
    frame.at(frame.ORGANISATION)
    return _post_page(post_id, {})


def _post_page(post_id: int, errors: Mapping[str, str]) -> str:
    post = post_file(frame.office(), current_actor(), post_id)
    return render_template(
        "organisation/post.html.j2", post=post, errors=errors, today=_today(), assignments=ASSIGNMENTS
    )


@pages.route("/organisation/posts/<int:post_id>/change", methods=["GET", "POST"])
@roles(Role.ORG_ADMIN)
def put_post(post_id: int) -> ResponseReturnValue:
    """What a post is, to be changed."""
    frame.at(frame.ORGANISATION)
    post = post_file(frame.office(), current_actor(), post_id)
    body = organisation_file(frame.office(), current_actor(), post.organisation_id)
    active = Control("active", t("启用（停用后不再分到新的待办）", "Active"), "checkbox", value=post.active)
    form = EntryForm(
        t("变更岗位", "Change the post"),
        f"/organisation/posts/{post.id}/change",
        (*_post_controls(body, post), active),
        t("保存", "Save"),
        (*_trail(body), (post.name, f"/organisation/posts/{post.id}")),
    )
    if request.method == "GET":
        return form.page()

    def act() -> dict[str, Any]:
        wanted = ChangePost(**_post_entries(), post_id=post.id, active=sent("active") == "true")
        return change_post(frame.office(), current_actor(), wanted)

    return attempt(act, form.page, lambda _: f"/organisation/posts/{post.id}", t("已保存。", "Saved."))


@pages.post("/organisation/posts/<int:post_id>/holders")
@roles(Role.ORG_ADMIN)
def give_post(post_id: int) -> ResponseReturnValue:
    """Somebody takes the post; named by sign-in name or, where only one is meant, by name."""
    frame.at(frame.ORGANISATION)

    def act() -> dict[str, Any]:
        wanted = AssignPost(
            officer_id=_officer_named(sent("officer", 60)),
            post_id=post_id,
            held_from=sent_day("held_from"),
            held_to=sent_day("held_to"),
            idempotency_key=sent_key(),
        )
        return assign_post(frame.office(), current_actor(), wanted)

    return attempt(
        act,
        lambda errors: _post_page(post_id, errors),
        lambda _: f"/organisation/posts/{post_id}",
        t("已安排任职。", "The post is held."),
    )


@pages.post("/organisation/posts/<int:post_id>/holders/<int:officer_id>/end")
@roles(Role.ORG_ADMIN)
def take_post(post_id: int, officer_id: int) -> ResponseReturnValue:
    """Somebody gives the post up at once."""
    back = sent("back") if sent("back").startswith("/organisation/") else f"/organisation/posts/{post_id}"
    wanted = EndHolding(officer_id=officer_id, post_id=post_id)
    return press(
        lambda: end_holding(frame.office(), current_actor(), wanted), back, t("已卸任。", "The post is given up.")
    )


def _officer_named(text: str) -> int:
    found = officers_list(frame.office(), current_actor(), text, None, 20).lines if text else ()
    exact = [line for line in found if text in (line.sign_in_name, line.name)]
    wanted = exact or list(found)
    if len(wanted) == 1:
        return wanted[0].id
    words = "没有找到这个人员，请先录入。" if not wanted else "符合的不止一人，请输入用户名："
    words += "、".join(f"{line.name} {line.sign_in_name}" for line in wanted[:6])
    raise FormInvalid(words, en="No officer, or more than one.", errors={"officer": [words]})


def _post_controls(body: OrganisationFile, post: PostFile | None) -> tuple[Control, ...]:
    choices = area_choices(frame.office(), current_actor())
    own = [(code, name) for code, name in choices.regions if code.startswith(significant_prefix(body.region_code))]
    departments = [(k, n) for k, n in choices.departments if body.department in (None, k)]
    every = () if body.department else (("", t("全部部门（综合）", "All departments")),)
    lanes = [(lane.value, term(lane)) for lane in Lane if lane_is_staffed(lane)]
    ways = tuple((code, t(*words)) for code, words in ASSIGNMENTS.items())
    duties = tuple((role.value, term(role)) for role in Role)
    return (
        Control("name", t("岗位名称", "Name"), required=True, maxlength=100, value=post.name if post else ""),
        Control(
            "lane",
            t("泳道", "Lane"),
            "select",
            options=(("", t("不经流转（监察、管理、审计）", "None: supervision, administration")), *lanes),
            value=(post.lane or "") if post else "",
            hint=t("后台流转按“泳道＋区划＋部门”找到岗位。", "Routing finds posts by lane, region and department."),
        ),
        Control(
            "roles",
            t("职责", "Duties"),
            "checks",
            required=True,
            options=duties,
            value=[r.value for r in post.roles] if post else [],
            wide=True,
            hint=t(
                "监察、业务管理、审计不能与受理、经办、审批由一人兼任。",
                "Supervision, definitions and audit are apart from case work.",
            ),
        ),
        Control(
            "region_code",
            t("辖区", "Region"),
            "select",
            required=True,
            options=tuple(own),
            value=post.region_code if post else body.region_code,
        ),
        Control(
            "department",
            t("部门", "Department"),
            "select",
            options=(*every, *departments),
            value=(post.department or "") if post else body.department or "",
        ),
        Control(
            "assignment",
            t("分派方式", "Assignment"),
            "radios",
            required=True,
            options=ways,
            value=post.assignment if post else "shared",
            wide=True,
        ),
    )


def _post_entries() -> dict[str, Any]:
    plain = {name: sent(name) for name in ("name", "lane", "region_code", "department", "assignment")}
    return {**plain, "roles": tuple(request.form.getlist("roles"))}


def _trail(body: OrganisationFile | None = None) -> tuple[tuple[str, str], ...]:
    top = ((t("机构", "Organisation"), "/organisation"),)
    return (*top, (body.short_name, f"/organisation/bodies/{body.id}")) if body else top


def _today() -> str:
    return local_date(frame.office().clock.now()).isoformat()
