"""Bulk work on pages (批量办理): a selection of the worklist, what it needs to know, and how far it is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue

from api.auth import current_actor, signed_in
from api.rest.bulk import bulk_request
from api.web import frame
from api.web.submitted import whole_number
from api.web.wording import t, term
from engine.commands.bulk.start_bulk import IN_BULK, start_bulk
from engine.commands.bulk.tell_line import RetryRefused, retry_refused
from engine.commands.record_view import RecordView, record_view
from engine.errors import ActionNotAllowed, FormInvalid, NotFound, NotPermitted, RequestError
from engine.policy.operations import Action
from engine.queries.bulk_runs import bulk_run, bulk_runs
from engine.queries.candidates import Purpose, candidates
from engine.queries.case_actions import WorkItemActions, work_item_actions
from engine.queries.receipt import Receipt, receipt

pages = Blueprint("bulk_pages", __name__)
MOST_PRINTED = 100
_ASKS = frozenset({Action.TRANSFER, Action.COMPLETE})


@pages.get("/bulk")
@signed_in
def runs() -> str:
    """My last runs."""
    frame.at(frame.WORKLIST)
    return render_template("bulk/runs.html.j2", runs=bulk_runs(frame.office(), current_actor()))


@pages.post("/bulk")
@signed_in
def start() -> ResponseReturnValue:
    """The run started; or the page that asks what it still needs to know, nothing typed lost."""
    frame.at(frame.WORKLIST)
    action = _action()
    chosen = _chosen()
    if not chosen:
        flash(t("请先勾选要办理的件。", "Tick some cases first."), "warning")
        return frame.go("/")
    if action in _ASKS and "confirmed" not in request.form:
        return _asking(action, chosen)
    given = {**_parameters(), "action": action.value, "work_items": chosen, "cases": ()}
    try:
        done = start_bulk(frame.office(), current_actor(), bulk_request(given))
    except FormInvalid as refusal:
        if action in _ASKS:
            return _asking(action, chosen, refusal), 422
        flash(_said(refusal), "error")
        return frame.go("/")
    return frame.go(f"/bulk/{done['run_id']}")


@pages.get("/bulk/<int:run_id>")
@signed_in
def show(run_id: int) -> str:
    """One run with its bar and the result of every case; a fragment for htmx, which asks until it is finished."""
    frame.at(frame.WORKLIST)
    run = bulk_run(frame.office(), current_actor(), run_id)
    return render_template("bulk/progress.html.j2" if frame.is_fragment() else "bulk/run.html.j2", run=run)


@pages.post("/bulk/<int:run_id>/retry")
@signed_in
def retry(run_id: int) -> ResponseReturnValue:
    """The refused cases wait once more."""
    try:
        retry_refused(frame.office(), current_actor(), RetryRefused(run_id=run_id))
    except ActionNotAllowed as refusal:
        flash(str(refusal), "warning")
    return frame.go(f"/bulk/{run_id}")


@pages.post("/bulk/print")
@signed_in
def print_receipts() -> ResponseReturnValue:
    """The receipts of the selection on one page to print, each recorded; what may not be printed says why."""
    frame.at(frame.WORKLIST)
    slips: list[Receipt] = []
    refused: list[tuple[str, str]] = []
    for item in _chosen()[:MOST_PRINTED]:
        number = ""
        try:
            number, _ = work_item_actions(frame.office(), current_actor(), item)
            slips.append(receipt(frame.office(), current_actor(), number))
            _printed(number)
        except (NotFound, NotPermitted) as refusal:
            refused.append((number, str(refusal)))
    return render_template("bulk/receipts.html.j2", slips=slips, refused=refused)


def _printed(number: str) -> None:
    view = RecordView(action="print_receipt", object_kind="case", object_id=number)
    record_view(frame.office(), current_actor(), view)


def _action() -> Action:
    name = request.form.get("action", "")
    if name not in IN_BULK:
        raise NotFound(t("没有这种批量操作。", "There is no such bulk operation."), en="no such bulk operation")
    return Action(name)


def _chosen() -> list[int]:
    found = (whole_number(text) for text in request.form.getlist("work_items"))
    return list(dict.fromkeys(number for number in found if number is not None))


def _parameters() -> dict[str, Any]:
    post, _, officer = request.form.get("holder", "").partition(":")
    return {
        "post_id": whole_number(post),
        "officer_id": whole_number(officer),
        "reason": request.form.get("reason", "")[:500],
        "decision": request.form.get("decision", "")[:40],
        "opinion": request.form.get("opinion", "")[:2000],
        "for_applicant": False,
    }


def _asking(action: Action, chosen: list[int], refusal: FormInvalid | None = None) -> str:
    """What the operation needs to know, asked once for all; the choices are those of the first case."""
    office, actor = frame.office(), current_actor()
    items: list[tuple[str, WorkItemActions]] = []
    for one in chosen[:20]:
        items.append(work_item_actions(office, actor, one))
    posts = candidates(office, actor, chosen[0], Purpose.HOLD) if action is Action.TRANSFER else ()
    return render_template(
        "bulk/ask.html.j2",
        action=action,
        title=t(f"批量{action.label}", f"{action.label_en} in bulk"),
        chosen=chosen,
        items=items,
        posts=posts,
        decisions=items[0][1].decisions,
        given=request.form,
        errors=_errors(refusal),
        action_word=term(action),
    )


def _errors(refusal: RequestError | None) -> dict[str, str]:
    told = refusal.detail.get("errors") if refusal else None
    if not isinstance(told, dict):
        return {}
    names = {"post_id": "holder", "officer_id": "holder"}
    return {names.get(name, name): str(texts[0] if isinstance(texts, list) else texts) for name, texts in told.items()}


def _said(refusal: RequestError) -> str:
    return "；".join(_errors(refusal).values()) or str(refusal)
