"""Texts of counter documents (文书模板) for policy officers: list, edit with preview, difference, history, approval."""

from __future__ import annotations

from difflib import unified_diff

from flask import Blueprint, Response, flash, render_template, request
from flask.typing import ResponseReturnValue

from api.auth import current_actor, roles
from api.rest.answers import file_answer
from api.web import frame
from api.web.paper_pages import first_messages, read_day
from api.web.wording import t, term
from certificates.notice_templates import REQUIRED, supplied_text
from engine.commands.notice_template import (
    ApproveNoticeTemplate,
    DraftNoticeTemplate,
    approve_notice_template,
    draft_notice_template,
)
from engine.errors import DefinitionError, FormInvalid, NotFound
from engine.queries.notice_templates import TemplateVersion, template_kinds, template_versions
from engine.terms import NoticeKind, Role

pages = Blueprint("templates_pages", __name__)
PLACE = "/notice-templates"


@pages.get(PLACE)
@roles(Role.POLICY_OFFICER)
def kinds() -> str:
    """Every kind of document with what is in force for it."""
    frame.at(frame.TEMPLATES)
    return render_template("notice_templates/kinds.html.j2", kinds=template_kinds(frame.office(), current_actor()))


@pages.get(f"{PLACE}/<kind>")
@roles(Role.POLICY_OFFICER)
def show(kind: str) -> str:
    """One kind: its text to edit, how versions differ from the supplied one, and their history."""
    frame.at(frame.TEMPLATES)
    return _page(kind, {}, {})


@pages.post(f"{PLACE}/<kind>")
@roles(Role.POLICY_OFFICER)
def draft(kind: str) -> ResponseReturnValue:
    """A draft kept, or the text again with the line at fault; a preview of what stands in the form."""
    frame.at(frame.TEMPLATES)
    typed = {name: request.form.get(name, "") for name in ("content", "reason")}
    content = typed["content"].replace("\r\n", "\n")
    try:
        if request.form.get("do") == "preview":
            return _preview(_kind(kind), content)
        draft_notice_template(frame.office(), current_actor(), DraftNoticeTemplate(kind=kind, **typed))
    except FormInvalid as refusal:
        return _page(kind, typed, first_messages(refusal)), 422
    except DefinitionError as refusal:
        line = t(f"第{refusal.line}行：", f"Line {refusal.line}: ") if refusal.line else ""
        return _page(kind, typed, {"content": f"{line}{refusal.message}"}), 422
    flash(t("草稿已保存，由另一位业务管理员批准后启用。", "The draft waits for another officer's approval."), "success")
    return frame.go(f"{PLACE}/{kind}")


@pages.post(f"{PLACE}/<kind>/<int:version>/approval")
@roles(Role.POLICY_OFFICER)
def approve(kind: str, version: int) -> ResponseReturnValue:
    """The draft in force from a day to come."""
    frame.at(frame.TEMPLATES)
    try:
        on = read_day(request.form.get("in_force_from", ""), "in_force_from")
        wanted = ApproveNoticeTemplate(kind=kind, version=version, in_force_from=on)
        approve_notice_template(frame.office(), current_actor(), wanted)
    except FormInvalid as refusal:
        return _page(kind, {}, first_messages(refusal)), 422
    flash(t("已批准。", "Approved."), "success")
    return frame.go(f"{PLACE}/{kind}")


@pages.get(f"{PLACE}/<kind>/sample.pdf")
@roles(Role.POLICY_OFFICER)
def sample(kind: str) -> Response:
    """The kind's invented sample with the supplied text, or with a version of it."""
    version = request.args.get("version", "")
    found = [v for v in _versions(kind) if str(v.version) == version]
    if version and not found:
        raise NotFound("没有这一版模板。", en="no such version")
    return _preview(_kind(kind), found[0].content if found else "")


def _preview(kind: NoticeKind, content: str) -> Response:
    printer = frame.parts().notices
    if content:
        printer.check(kind.value, content)
    return file_answer(printer.preview(kind, content), f"{kind.label}样张.pdf", "application/pdf", inline=True)


def _page(kind: str, typed: dict[str, str], errors: dict[str, str]) -> str:
    versions, known = _versions(kind), _kind(kind)
    supplied = supplied_text(known)
    return render_template(
        "notice_templates/kind.html.j2",
        kind=known,
        versions=versions,
        differences={v.version: _difference(supplied, v.content) for v in versions},
        content=typed.get("content") or (versions[0].content if versions else supplied),
        typed=typed,
        errors=errors,
        required=sorted(REQUIRED[known]),
        title=term(known),
    )


def _versions(kind: str) -> list[TemplateVersion]:
    return template_versions(frame.office(), current_actor(), kind)


def _kind(kind: str) -> NoticeKind:
    if kind not in set(NoticeKind):
        raise NotFound("没有这种办理文书。", en="no such kind of notice")
    return NoticeKind(kind)


def _difference(supplied: str, edited: str) -> str:
    lines = unified_diff(supplied.splitlines(), edited.splitlines(), "随系统提供", "本版", lineterm="", n=1)
    return "\n".join(lines)
