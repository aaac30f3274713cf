"""Who may come in: every route declares its access; bearer token or session cookie becomes the actor of the request."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request

from engine.commands.renew_session import RenewSession, renew_session
from engine.errors import NotPermitted, NotSignedIn, PasswordChangeNeeded
from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.session import Session, session
from engine.terms import Role

SESSION_COOKIE = "yimen_session"
CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf_token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Nobody in particular: no posts, and never mistaken for the system, whose id is 0.
NOBODY = -1

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """What a route asks of its caller: nothing, a session, or a post with one of the roles.

    with_one_time_password  the route is open before a one-time password was changed
    """

    needs_session: bool
    roles: frozenset[Role] = frozenset()
    with_one_time_password: bool = False


def public(view: View) -> View:
    """The route is open to everybody."""
    return _declare(view, Access(False))


def signed_in(view: View) -> View:
    """The route is for officers and machines with a session; the data scope narrows what they see."""
    return _declare(view, Access(True))


def roles(*wanted: Role) -> Callable[[View], View]:
    """The route is for holders of a post with one of these roles."""
    return lambda view: _declare(view, Access(True, frozenset(wanted)))


def with_one_time_password(view: View) -> View:
    """The route, declared below, is open also to officers who still have to change their one-time password."""
    declared: Access = view.access  # type: ignore[attr-defined]
    return _declare(view, replace(declared, with_one_time_password=True))


def _declare(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def access_of(app: Flask, endpoint: str) -> Access | None:
    """The declared access of a route; files under /static are open."""
    if endpoint == "static":
        return Access(False)
    return getattr(app.view_functions[endpoint], "access", None)


def require_declared_access(app: Flask) -> None:
    """Refuse to start while some route has not said who may call it; the last line of composing the application."""
    undeclared = [r.rule for r in app.url_map.iter_rules() if access_of(app, r.endpoint) is None]
    if undeclared:
        raise RuntimeError(f"routes without declared access: {', '.join(sorted(undeclared))}")


def install_auth(app: Flask, office: Office) -> None:
    """Checks the declared access of every route before its view runs."""
    app.extensions["yimen.office"] = office
    app.before_request(_check)


def _check() -> None:
    if request.endpoint is None:
        return
    access = access_of(current_app, request.endpoint)
    if access is None:
        raise NotPermitted("该地址没有说明谁可以访问。", en="This route has not declared who may call it.")
    if not access.needs_session:
        return
    found = current_session()
    if found is None:
        raise NotSignedIn("请先登录；登录已过期的，请重新登录。", en="Please sign in; your session may have expired.")
    _check_csrf(found)
    if found.must_change_password and not access.with_one_time_password:
        raise PasswordChangeNeeded(en="Change your one-time password first.")
    if access.roles and not access.roles & found.actor.roles:
        names = "、".join(role.label for role in sorted(access.roles))
        raise NotPermitted(
            f"此操作需要“{names}”岗位；如确需办理，请联系本单位管理员。", en="Your posts do not allow this."
        )
    if found.needs_renewal:
        renew_session(office(), found.actor, RenewSession(token=presented_token()))


def _check_csrf(found: Session) -> None:
    """A cookie comes along by itself, so a changing request must also show the session's CSRF token."""
    if request.method in SAFE_METHODS or _bearer():
        return
    shown = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD) or ""
    if not hmac.compare_digest(shown.encode(), found.csrf_token.encode()):
        raise NotPermitted("页面已过期，请刷新后再提交。", en="The CSRF token is missing or wrong; reload the page.")


def office() -> Office:
    """The engine this application is a door of."""
    found: Office = current_app.extensions["yimen.office"]
    return found


def current_session() -> Session | None:
    """The live session of this request; asked for once, with one statement."""
    if "yimen_session" not in g:
        token = presented_token()
        opened = session(office(), token, source_address()) if token else None
        # A demo account's session of earlier days must not outlive the installation's going into service.
        is_refused = opened is not None and opened.is_demo and current_app.extensions["yimen"].settings.production
        g.yimen_session = None if is_refused else opened
    found: Session | None = g.yimen_session
    return found


def current_actor() -> Actor:
    """Who acts in this request; without a session an actor that may do nothing but ask what is public."""
    found = current_session()
    return found.actor if found else anonymous()


def anonymous() -> Actor:
    """Somebody without an account, known by the address only."""
    return Actor(NOBODY, "", (), source_address())


def presented_token() -> str:
    """The token of the request: the bearer's, else the cookie's; empty without one."""
    return _bearer() or request.cookies.get(SESSION_COOKIE, "")


def csrf_token() -> str:
    """What forms of this session must send along; empty without a session."""
    found = current_session()
    return found.csrf_token if found else ""


def source_address() -> str:
    """Where the request came from, for throttling and audit; behind a trusted proxy as that proxy tells it."""
    return (request.remote_addr or "")[:64]


def keep_session_cookie(response: Response, token: str) -> None:
    """Hand the session to a browser: unreadable for scripts, only to this site, only over TLS where there is TLS."""
    secure = request.is_secure or office().public_url.startswith("https:")
    response.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="Lax", secure=secure, path="/")


def drop_session_cookie(response: Response) -> None:
    response.delete_cookie(SESSION_COOKIE, path="/")


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
