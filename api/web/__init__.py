"""The pages (页面): every view translates a browser's request into commands and queries and shows what came of it."""

from __future__ import annotations

from flask import Flask, Response, request

from api.auth import csrf_token, current_actor, current_session
from api.bootstrap import Parts
from api.web import (
    acceptance_pages,
    account_pages,
    archive_pages,
    bulk_pages,
    calendar_pages,
    card_pages,
    case_pages,
    clock_pages,
    definition_pages,
    help_pages,
    organisation_pages,
    paper_pages,
    region_pages,
    resident_pages,
    sign_in_pages,
    staff_pages,
    supervision_pages,
    template_pages,
    worklist_pages,
)
from api.web.frame import frame_of_page
from api.web.presentation import install_pages
from engine.errors import NotPermitted

GROUPS = (
    sign_in_pages,
    worklist_pages,
    bulk_pages,
    acceptance_pages,
    case_pages,
    clock_pages,
    supervision_pages,
    card_pages,
    definition_pages,
    calendar_pages,
    resident_pages,
    help_pages,
    organisation_pages,
    staff_pages,
    region_pages,
    account_pages,
    paper_pages,
    archive_pages,
    template_pages,
)


def register(app: Flask, parts: Parts) -> None:
    """The pages with their templates and static files, the frame around them and what browsers must not keep."""
    install_pages(app)
    app.extensions["yimen"] = parts
    for group in GROUPS:
        app.register_blueprint(group.pages)
    # a global and not a value of the page, so that imported macros see it too
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.context_processor(_frame)
    app.before_request(_refuse_foreign_forms)
    app.after_request(_keep_private)


def _frame() -> dict[str, object]:
    found = current_session()
    return frame_of_page(current_actor() if found else None)


def _refuse_foreign_forms() -> None:
    """Forms without a session have no token of it: the browser itself says whether another site sends them."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise NotPermitted("请求来自其他网站，已拒绝；请从本站页面提交。", en="The request came from another site.")


def _keep_private(response: Response) -> Response:
    """Whatever was shown to somebody signed in, or about somebody, stays out of every cache."""
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
