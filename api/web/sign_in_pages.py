"""Sign in and out (登录、退出) with a browser session."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from api.auth import (
    anonymous,
    current_actor,
    current_session,
    drop_session_cookie,
    keep_session_cookie,
    presented_token,
    public,
    signed_in,
    with_one_time_password,
)
from api.demo_city.officers import DEMO_ACCOUNTS, DEMO_PASSWORD
from api.errors import speaks_english
from api.web import frame
from engine.commands.sign_in import SignIn, SignOut, sign_in, sign_out
from engine.errors import NotSignedIn, RequestError, TooManyAttempts

pages = Blueprint("sign_in_pages", __name__)


@pages.get("/sign-in")
@public
def sign_in_form() -> ResponseReturnValue:
    """The form; whoever is signed in already goes on."""
    if current_session():
        return frame.go(_own_address(request.args.get("next", "")))
    return _form(request.args.get("next", ""))


@pages.post("/sign-in")
@public
def start_session() -> ResponseReturnValue:
    """A session cookie and the way to where the visitor wanted to go."""
    name, wanted = request.form.get("name", "").strip()[:60], request.form.get("next", "")
    demo = frame.parts().settings.demo or not frame.parts().settings.production
    asked = SignIn(name=name, password=request.form.get("password", "")[:200], allow_demo=demo)
    try:
        answer = sign_in(frame.office(), anonymous(), asked)
    except (NotSignedIn, TooManyAttempts) as refusal:
        status = 429 if isinstance(refusal, TooManyAttempts) else 422
        return _form(wanted, name, _words(refusal)), status
    response = frame.go(_own_address(wanted))
    keep_session_cookie(response, answer["token"])
    return response


@pages.post("/sign-out")
@with_one_time_password
@signed_in
def end_session() -> ResponseReturnValue:
    """The session is gone, and with it whatever the browser kept for it (drafts)."""
    sign_out(frame.office(), current_actor(), SignOut(token=presented_token()))
    response = make_response(frame.go("/sign-in"))
    drop_session_cookie(response)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def _form(wanted: str, name: str = "", error: str = "") -> str:
    return render_template(
        "sign_in.html.j2",
        name=name,
        error=error,
        next_address=wanted if _own_address(wanted) == wanted else "",
        demo_accounts=DEMO_ACCOUNTS if frame.parts().settings.demo else (),
        demo_password=DEMO_PASSWORD,
    )


def _words(refusal: RequestError) -> str:
    return refusal.en if speaks_english() and refusal.en else refusal.message


def _own_address(wanted: str) -> str:
    """An address of this site; anything that could lead elsewhere becomes the start page."""
    # Browsers take a backslash for a slash and drop tabs and line ends wherever they stand.
    is_own = wanted.startswith("/") and not wanted.startswith("//")
    return wanted if is_own and wanted.isprintable() and "\\" not in wanted else "/"
