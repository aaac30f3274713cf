"""The case file (办件档案): everything about one case, what may be done with it now, and the doing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from api.auth import current_actor, signed_in
from api.rest.recorded import names_a_person, record_search, refuse_person_in_address
from api.web import frame
from api.web.action_bar import FORMS, bar
from api.web.action_choices import CaseChoices
from api.web.case_forms import Submission, form_name, plain_values, questions
from api.web.submitted import whole_number
from api.web.wording import t, term
from engine.commands.copy_case import ReadCopy, mark_copy_read
from engine.commands.record_view import RecordView, record_view
from engine.errors import ActionNotAllowed, FormInvalid, NotFound, RequestError, StaleVersion
from engine.policy.operations import Action
from engine.queries.approvers import approvers
from engine.queries.cards_list import cards_of_case
from engine.queries.case_actions import CaseActions, WorkItemActions, case_actions
from engine.queries.case_file import case_file
from engine.queries.case_judgement import case_judgement
from engine.queries.case_search import CaseFilter, case_search
from engine.queries.my_copies import CopyLine, my_copies
from engine.queries.receipt import receipt
from engine.terms import Card, CaseResult, CaseStatus, DeliveryMode, NoticeKind

pages = Blueprint("cases_pages", __name__)

PURPOSES = (
    ("identity", "核对本人身份", "To check the person's identity"),
    ("document", "制发文书或证明", "To issue a document"),
    ("exchange", "与其他单位核对信息", "To check with another body"),
    ("contact", "联系申请人", "To contact the applicant"),
    ("supervision", "监督检查", "For supervision"),
)
_FILTERS = ("q", "status", "result", "card")
_BEFORE_ACCEPTANCE = frozenset({Action.ACCEPT, Action.REFUSE_ACCEPTANCE, Action.REQUEST_CORRECTION})


@pages.get("/cases")
@signed_in
def search() -> str:
    """Cases in the officer's data scope."""
    frame.at(frame.CASES)
    wanted = _wanted(request.args)
    refuse_person_in_address(wanted.q)
    return _search_page(wanted, request.args.get("cursor"))


@pages.post("/cases")
@signed_in
def search_for_person() -> ResponseReturnValue:
    """The same for the search form: an identity number never becomes part of an address."""
    frame.at(frame.CASES)
    wanted = _wanted(request.form)
    if names_a_person(wanted.q):
        return _search_page(wanted, None)
    return frame.go(_search_address(wanted))


def _wanted(given: Mapping[str, str]) -> CaseFilter:
    return CaseFilter(**{name: given.get(name, "")[:60].strip() for name in _FILTERS})


def _search_address(wanted: CaseFilter, cursor: str | None = None) -> str:
    given = {name: getattr(wanted, name) for name in _FILTERS} | {"cursor": cursor}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"/cases?{query}" if query else "/cases"


def _search_page(wanted: CaseFilter, cursor: str | None) -> str:
    page = case_search(frame.office(), current_actor(), wanted, cursor)
    record_search(wanted.q, len(page.lines))
    lists = {"statuses": tuple(CaseStatus), "results": tuple(CaseResult), "cards": (Card.YELLOW, Card.RED)}
    on = page.next_cursor if not names_a_person(wanted.q) else None
    back = page.previous_cursor if not names_a_person(wanted.q) else None
    return render_template(
        "cases/search.html.j2",
        page=page,
        wanted=wanted,
        next_href=_search_address(wanted, on) if on else None,
        previous_href=_search_address(wanted, back) if back else None,
        **lists,
    )


@pages.get("/cases/<number>")
@signed_in
def show(number: str) -> str:
    """The file of one case; looking is recorded."""
    frame.at(frame.CASES)
    page = _case_page(number)
    _looked(number, "view_case")
    return page


@pages.post("/cases/<number>/reveal")
@signed_in
def reveal(number: str) -> ResponseReturnValue:
    """The same with whole numbers, once a purpose has been given and recorded."""
    frame.at(frame.CASES)
    purpose = request.form.get("purpose", "")
    if purpose not in {code for code, _, _ in PURPOSES}:
        return _case_page(number, reveal_error=t("请选择查看的目的。", "Please choose a purpose.")), 422
    case_actions(frame.office(), current_actor(), number)  # outside the scope nothing is recorded either
    _looked(number, "reveal_identity", {"purpose": purpose})
    return _case_page(number, is_revealed=True)


@pages.get("/cases/<number>/receipt")
@signed_in
def show_receipt(number: str) -> str:
    """The receipt to print for the applicant, with the query password."""
    frame.at(frame.CASES)
    found = receipt(frame.office(), current_actor(), number)
    _looked(number, "print_receipt")
    return render_template("cases/receipt.html.j2", receipt=found)


@pages.post("/cases/<number>/<action>")
@signed_in
def act(number: str, action: str) -> ResponseReturnValue:
    """The action done and the case as it stands then; or the page again with what was wrong, nothing typed lost."""
    frame.at(frame.CASES)
    submission = _submission(number, action)
    form = FORMS.get(submission.action)
    if form is None:
        raise NotFound(t("这种操作另有页面。", "This operation has a page of its own."), en="done on another page")
    try:
        answer = form.command(frame.office(), current_actor(), form.request(submission))
    except FormInvalid as refusal:
        return _case_page(number, submission=submission, refusal=refusal), 422
    except (ActionNotAllowed, StaleVersion) as refusal:
        return _case_page(number, submission=submission, refusal=refusal), 409
    flash(form.done(answer), "success")
    return frame.go(f"/cases/{number}")


@pages.post("/cases/<number>/work-items/<int:work_item_id>/fields")
@signed_in
def refresh_fields(number: str, work_item_id: int) -> str:
    """The fields of a step's form under the answers so far."""
    item = _work_item(number, work_item_id)
    name = form_name(Action.DELIVER if Action.DELIVER in item.possible else Action.COMPLETE, work_item_id)
    action = Action(name.partition("-")[2])
    submission = Submission(action, number, item, item.version, plain_values(request.form, name))
    return render_template("cases/fields.html.j2", **_section_values(item, submission, {}))


def _submission(number: str, action: str) -> Submission:
    try:
        wanted = Action(action.replace("-", "_"))
    except ValueError as error:
        raise NotFound("没有这种操作。", en="no such action") from error
    work_item_id = whole_number(request.form.get("work_item_id"))
    item = _work_item(number, work_item_id) if work_item_id else None
    values = plain_values(request.form, form_name(wanted, work_item_id))
    return Submission(wanted, number, item, whole_number(request.form.get("version")), values)


def _work_item(number: str, work_item_id: int) -> WorkItemActions:
    found = case_actions(frame.office(), current_actor(), number)
    for item in found.work_items:
        if item.id == work_item_id:
            return item
    raise StaleVersion("这个待办已被办结或转走，请刷新后再看。", en="This work item is no longer open with you.")


def _looked(number: str, action: str, detail: Mapping[str, Any] | None = None) -> None:
    view = RecordView(action=action, object_kind="case", object_id=number, detail=detail or {})
    record_view(frame.office(), current_actor(), view)


def _case_page(
    number: str,
    *,
    is_revealed: bool = False,
    reveal_error: str = "",
    submission: Submission | None = None,
    refusal: RequestError | None = None,
) -> str:
    office, actor = frame.office(), current_actor()
    file = case_file(office, actor, number, reveal=is_revealed)
    actions = case_actions(office, actor, number)
    possible = {v.action for v in actions.verdicts if v.possible}
    errors, choices = _errors(submission, refusal), CaseChoices(office, actor, file, actions)
    opened = _opened(submission)
    return render_template(
        "cases/case.html.j2",
        file=file,
        actions=actions,
        possible=possible,
        forms=[_forms(item, submission, errors) for item in actions.work_items],
        bars=_bars(actions, choices, submission, opened),
        signing=choices.signing,
        orders=choices.orders,
        judgement=case_judgement(office, actor, number) if possible & _BEFORE_ACCEPTANCE else None,
        approvers=_approver_pairs(number) if _may_ask_again(actions) else (),
        copied=_unread_copy(number),
        cards=cards_of_case(office, actor, number),
        impossible=_impossible(actions),
        errors=errors,
        refusal=refusal,
        opened=opened,
        reveal_error=reveal_error,
        purposes=[(code, t(zh, en)) for code, zh, en in PURPOSES],
        delivery_modes=[(mode.value, term(mode)) for mode in DeliveryMode],
        notice_titles={kind.value: term(kind) for kind in NoticeKind},
        missing=[d for d in file.documents if d.required and d.status == "missing"],
    )


def _approver_pairs(number: str) -> list[tuple[str, str]]:
    found = approvers(frame.office(), current_actor(), number)
    return [(str(one.officer_id), f"{one.name}（{one.post_name}）") for one in found]


def _bars(
    actions: CaseActions, choices: CaseChoices, submission: Submission | None, opened: str
) -> list[dict[str, Any]]:
    """The action bars: one, unless several work items are mine; then one for each and one for the case."""
    items = list(actions.work_items)
    holders: list[list[WorkItemActions | None]] = (
        [[*items, None]] if len(items) < 2 else [*([i] for i in items), [None]]
    )
    found = ((held, bar(actions, held, choices, submission, opened)) for held in holders)
    return [{"item": held[0] if len(holders) > 1 else None, "groups": groups} for held, groups in found if groups]


def _may_ask_again(actions: CaseActions) -> bool:
    """Whether only the missing reason stands against telling the applicant once more what to correct."""
    rules = {v.rule for item in actions.work_items for v in item.verdicts if v.action is Action.REQUEST_CORRECTION}
    return "corrected_before" in rules


def _unread_copy(number: str) -> CopyLine | None:
    """The copy of this case that I have not read yet."""
    mine = my_copies(frame.office(), current_actor())
    return next((line for line in mine if line.case_number == number and line.read_at is None), None)


@pages.post("/cases/<number>/copy-read")
@signed_in
def read_copy(number: str) -> ResponseReturnValue:
    """The copy of the case is read."""
    mark_copy_read(frame.office(), current_actor(), ReadCopy(case_number=number))
    flash(t("已阅。", "Marked as read."), "success")
    return frame.go("/copies")


def _impossible(actions: CaseActions) -> list[tuple[Action, str]]:
    """What cannot be done and why, without the actions that only make sense in another part of a case's life."""
    return [(v.action, v.reason) for v in actions.verdicts if not v.possible]


def _opened(submission: Submission | None) -> str:
    """The action whose form stands open: the one just tried, else the one the address names."""
    return submission.action.value if submission else request.args.get("do", "")


def _errors(submission: Submission | None, refusal: RequestError | None) -> dict[str, str]:
    """Control name → message; a refusal that names no field stands alone."""
    if submission is None or refusal is None:
        return {}
    found = refusal.detail.get("errors")
    if not isinstance(found, Mapping) or not found:
        return {"": str(refusal)}
    controls = FORMS[submission.action].controls
    told_at = {also: control.name for control in controls for also in control.also}
    return {f"{submission.form}-{told_at.get(name, name)}": _first(told) for name, told in found.items()}


def _first(told: Any) -> str:
    while isinstance(told, list | tuple | Mapping) and told:
        told = next(iter(told.values())) if isinstance(told, Mapping) else told[0]
    return str(told)


def _forms(item: WorkItemActions, submission: Submission | None, errors: Mapping[str, str]) -> dict[str, Any]:
    """One work item with what its forms show: earlier entries come back after an error."""
    own = submission if submission and submission.work_item and submission.work_item.id == item.id else None
    return {
        "item": item,
        "typed": own.values if own else MultiDict(),
        "tried": own.action.value if own else "",
        "asks_again": any(
            v.action is Action.REQUEST_CORRECTION and v.rule == "corrected_before" for v in item.verdicts
        ),
        **_section_values(item, own, errors),
    }


def _section_values(item: WorkItemActions, own: Submission | None, errors: Mapping[str, str]) -> dict[str, Any]:
    action = Action.DELIVER if Action.DELIVER in item.possible else Action.COMPLETE
    name = form_name(action, item.id)
    answers = own.answers() if own and own.action is action else {}
    return {
        "fields": questions(item.section, name, answers) if item.section else (),
        "field_values": {f"{name}-{key}": value for key, value in answers.items()},
        "field_errors": errors,
    }
