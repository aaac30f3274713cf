"""Region changes (区划调整) for the city's administrator: entered as a list, then the open cases follow."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue

from api.auth import current_actor, roles
from api.region_moves import move_open_cases
from api.web import frame
from api.web.entry_forms import Control, EntryForm, attempt, sent, sent_day, sent_key
from api.web.wording import t
from engine.clock import local_date
from engine.commands.organisation.reorganise_regions import RegionMove, ReorganiseRegions, reorganise_regions
from engine.errors import FormInvalid
from engine.queries.organisation_regions import region_changes
from engine.terms import Role

pages = Blueprint("region_pages", __name__)
PAGE = "/organisation/regions"
MOST_LINES = 2000


@pages.get(PAGE)
@roles(Role.ORG_ADMIN)
def regions() -> str:
    """What changed, and how many open cases still have to follow."""
    frame.at(frame.ORGANISATION)
    changes = region_changes(frame.office(), current_actor())
    return render_template("organisation/regions.html.j2", changes=changes, waiting=sum(c.open_cases for c in changes))


@pages.route(f"{PAGE}/new", methods=["GET", "POST"])
@roles(Role.ORG_ADMIN)
def reorganise() -> ResponseReturnValue:
    """The list of regions that are taken over."""
    frame.at(frame.ORGANISATION)
    form = EntryForm(
        t("区划调整", "Reorganise regions"),
        f"{PAGE}/new",
        (
            Control(
                "moves",
                t("调整对照", "Which becomes which"),
                "textarea",
                required=True,
                hint=t(
                    "每行：旧代码 新代码 新名称（名称不变可不写）；下级区划也要逐行写明。",
                    "Each line: old code, new code, new name (if it changes); every region below too.",
                ),
            ),
            Control(
                "effective_on",
                t("生效日期", "Effective on"),
                "date",
                required=True,
                value=local_date(frame.office().clock.now()).isoformat(),
            ),
            Control("document_no", t("批准文号", "Document number"), required=True, maxlength=100),
            Control(
                "move_bodies",
                t("单位和岗位随区划转入新区划", "Organisations and posts go along"),
                "checkbox",
                value=True,
            ),
        ),
        t("调整", "Reorganise"),
        ((t("机构", "Organisation"), "/organisation"), (t("区划调整", "Regions"), PAGE)),
        t(
            "旧区划即日停用，居民和单位随之转入；在办件随后逐件迁移，可中断、可继续；已办结的件和以前的统计不变。",
            "Old regions end; residents and bodies move now, open cases afterwards one by one. Past figures stay.",
        ),
    )
    if request.method == "GET":
        return form.page()

    def act() -> dict[str, Any]:
        wanted = ReorganiseRegions(
            moves=_moves(request.form.get("moves", "")),
            effective_on=sent_day("effective_on") or local_date(frame.office().clock.now()),
            document_no=sent("document_no", 100),
            move_bodies=sent("move_bodies") == "true",
            idempotency_key=sent_key(),
        )
        return reorganise_regions(frame.office(), current_actor(), wanted)

    return attempt(
        act, form.page, lambda _: PAGE, t("区划已调整，请继续迁移在办件。", "Done; now let the open cases follow.")
    )


@pages.post(f"{PAGE}/cases")
@roles(Role.ORG_ADMIN)
def move_cases() -> ResponseReturnValue:
    """The next open cases follow."""
    moved = move_open_cases(frame.office(), current_actor())
    flash(t(f"已迁移 {moved} 件。", f"{moved} cases moved."), "success")
    return frame.go(PAGE)


def _moves(text: str) -> tuple[RegionMove, ...]:
    lines = [line.replace("→", " ").replace(",", " ").replace("，", " ").split() for line in text.splitlines()]
    found = []
    for number, words in enumerate((words for words in lines if words), 1):
        codes = words[:2]
        if len(codes) < 2 or not all(len(code) == 12 and code.isascii() and code.isdigit() for code in codes):
            raise FormInvalid(errors={"moves": [f"第{number}行应为：12位旧代码 12位新代码 新名称。"]})
        found.append(RegionMove(codes[0], codes[1], "".join(words[2:])[:100]))
    if len(found) > MOST_LINES:
        raise FormInvalid(errors={"moves": [f"一次最多{MOST_LINES}行。"]})
    return tuple(found)
