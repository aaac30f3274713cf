"""Fits a Flask application for the pages: escaping, languages, addresses of static files, the content security policy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

from flask import Flask, Response, has_request_context, request, url_for
from markupsafe import Markup

from api.web import wording
from api.web.drawing import draw_process
from api.web.step_order import StepLine, step_list
from engine.terms import Role

if TYPE_CHECKING:
    from engine.definitions.model import ProcessModel

Ids = Iterable[str]

STATIC_FOLDER = Path(__file__).parent / "static"
TEMPLATE_FOLDER = Path(__file__).parent / "templates"
CHOICE_COOKIE_SECONDS = 365 * 24 * 3600

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ]
)


def install_pages(app: Flask) -> None:
    """Makes templates escape everything, speak the reader's language and find their files; adds the security headers.

    The application is expected to be created with `STATIC_FOLDER` and `TEMPLATE_FOLDER`.
    """
    # Flask escapes only names ending in .html and the like; ours end in .html.j2
    app.jinja_options = {**app.jinja_options, "autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.globals.update(
        t=wording.t,
        term=wording.term,
        language=wording.language,
        html_language=wording.html_language,
        display=display,
        asset=asset,
        same_page=same_page,
        remaining=wording.remaining,
        draw_process=_chart,
        step_list=_steps,
    )
    app.jinja_env.filters.update(
        day=wording.day,
        day_with_weekday=wording.day_with_weekday,
        moment=wording.moment,
        short_moment=wording.short_moment,
        role_word=lambda value: wording.term(Role(value)),
    )
    app.after_request(_finish)


def _chart(process: ProcessModel, done: Ids = (), current: Ids = (), drawing_id: str = "") -> Markup:
    ids = {"done": frozenset(done), "current": frozenset(current)}
    return draw_process(process, **ids, t=wording.t, drawing_id=drawing_id)


def _steps(process: ProcessModel, done: Ids = (), current: Ids = ()) -> tuple[StepLine, ...]:
    return step_list(process, done=frozenset(done), current=frozenset(current), t=wording.t)


def display() -> Literal["standard", "large"]:
    """The size the reader chose: `large` is the elder version (长辈版), `?display=large`, kept in a cookie."""
    if not has_request_context():
        return "standard"
    asked = request.args.get("display") or request.cookies.get("display")
    return "large" if asked == "large" else "standard"


def asset(name: str) -> str:
    """The address of a static file, with a mark of its content so that browsers may keep it for long."""
    return url_for("static", filename=name, v=_mark(name))


@cache
def _mark(name: str) -> str | None:
    """None for a file that is not there: without the vendor folder pages still work as plain forms."""
    path = STATIC_FOLDER / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.exists() else None


def same_page(**changes: str) -> str:
    """The present page's address with some query values replaced, relative to it: `same_page(lang="en")`."""
    query = {**request.args.to_dict(flat=False), **{name: [value] for name, value in changes.items()}}
    return "?" + urlencode(query, doseq=True)


def _finish(response: Response) -> Response:
    for name, chosen in (("lang", wording.language()), ("display", display())):
        if name in request.args and request.cookies.get(name) != chosen:
            response.set_cookie(name, chosen, max_age=CHOICE_COOKIE_SECONDS, samesite="Lax", httponly=True)
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response
