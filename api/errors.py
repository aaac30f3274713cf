"""One table: what kind of error is told to clients how (RFC 9457), in Chinese or English; pages are made from the same table."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
from flask import Flask, Response, g, redirect, render_template, request
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from engine import errors

log = logging.getLogger("yimen.errors")
MEDIA_TYPE = "application/problem+json"
SIGN_IN_PAGE = "/sign-in"
PASSWORD_PAGE = "/account/password"
RETRY_AFTER_SECONDS = {429: "900", 503: "30"}
# Parts of an exception's detail that clients may use; anything else stays inside.
_SHOWN = ("findings", "failed", "missing", "unmet", "current_version", "action", "rule", "cases", "open_work_items")


@dataclass(frozen=True)
class Kind:
    """How one class of error is told: status, name of its type, title and way out in both languages."""

    status: int
    slug: str
    title: str
    title_en: str
    way_out: str = ""
    way_out_en: str = ""


@dataclass(frozen=True)
class Problem:
    """An error as told to one client, in its language. `errors`: field name -> messages; `reference` finds it in the log."""

    status: int
    type: str
    title: str
    detail: str
    errors: dict[str, Any]
    way_out: str
    extra: dict[str, Any]
    reference: str = ""

    def to_dict(self) -> dict[str, Any]:
        told = {"type": self.type, "title": self.title, "status": self.status, "detail": self.detail}
        more = {"errors": self.errors, "way_out": self.way_out, "reference": self.reference, **self.extra}
        return told | {name: value for name, value in more.items() if value}


_CORRECT = ("按提示更正后再提交。", "Correct what is named and send again.")
_DEFINITION = ("请业务管理员按提示更正定义文件。", "A policy officer corrects the definition as told.")
_TECHNICIAN = (
    "技术人员会处理；急办请联系单位管理员。",
    "Technicians have been told; call your administrator if urgent.",
)
_LATER = ("稍后再试，数据不会丢失。", "Try again later; nothing is lost.")

KINDS: dict[type[BaseException], Kind] = {
    errors.ExpressionError: Kind(422, "expression", "表达式有误", "Expression not valid", *_DEFINITION),
    errors.DefinitionInvalid: Kind(422, "definition-invalid", "定义文件有误", "Definition not valid", *_DEFINITION),
    errors.CheckFailed: Kind(422, "check-failed", "定义未通过检查", "Definition checks failed", *_DEFINITION),
    errors.ScenarioFailed: Kind(422, "scenario-failed", "情景测试未通过", "Scenarios failed", *_DEFINITION),
    errors.VersionOverlap: Kind(
        409, "version-overlap", "版本有效期重叠", "Versions overlap", "请调整生效日期。", "Choose another first day."
    ),
    errors.CalendarMissing: Kind(
        409, "calendar-missing", "缺工作日历", "No working calendar", "请业务管理员导入工作日历。", "Load the calendar."
    ),
    errors.DefinitionError: Kind(422, "definition", "事项定义有误", "Definition error", *_DEFINITION),
    errors.FormInvalid: Kind(422, "form-invalid", "填写有误", "Entries not valid", *_CORRECT),
    errors.NotFound: Kind(404, "not-found", "没有找到", "Not found", "请核对编号。", "Check the number."),
    errors.NotSignedIn: Kind(
        401, "not-signed-in", "请先登录", "Please sign in", "登录后重试。", "Sign in and try again."
    ),
    errors.NotPermitted: Kind(
        403, "not-permitted", "没有权限", "Not permitted", "如确需办理，请联系本单位管理员。", "Ask your administrator."
    ),
    errors.PasswordChangeNeeded: Kind(
        403,
        "password-change-needed",
        "请先修改密码",
        "Change your password first",
        "请用 PUT /api/v1/account/password 修改密码。",
        "Change it by PUT /api/v1/account/password.",
    ),
    errors.ActionNotAllowed: Kind(
        409,
        "action-not-allowed",
        "现在不能这样办理",
        "Not possible now",
        "请查看可办操作。",
        "See the actions on offer.",
    ),
    errors.StaleVersion: Kind(
        412, "stale-version", "情况已有变化", "Changed meanwhile", "请刷新后再办。", "Reload and try again."
    ),
    errors.IdempotencyConflict: Kind(
        422, "idempotency-conflict", "请求编号重复", "Key used already", "请换一个请求编号。", "Use another key."
    ),
    errors.TooManyAttempts: Kind(429, "too-many-attempts", "尝试次数过多", "Too many attempts", *_LATER),
    errors.RequestError: Kind(400, "request", "请求有误", "Bad request", *_CORRECT),
    errors.ProcessStuck: Kind(500, "process-stuck", "流程无法继续", "Process stuck", *_TECHNICIAN),
    errors.StateUnreadable: Kind(500, "state-unreadable", "流程状态无法读取", "State not readable", *_TECHNICIAN),
    errors.RoutingFailed: Kind(
        409,
        "routing-failed",
        "找不到承办岗位",
        "No post found",
        "请机构管理员设置岗位后重试。",
        "Set up the post first.",
    ),
    errors.ProcessError: Kind(500, "process", "流程运行出错", "Process error", *_TECHNICIAN),
    errors.SealUnavailable: Kind(503, "seal-unavailable", "用印服务不可用", "Seal service unavailable", *_LATER),
    errors.DeliveryUnavailable: Kind(503, "delivery-unavailable", "消息服务不可用", "Delivery unavailable", *_LATER),
    errors.ExternalError: Kind(503, "external", "外部服务不可用", "Outside service unavailable", *_LATER),
    errors.CaseworkError: Kind(500, "casework", "办理出错", "Something went wrong", *_TECHNICIAN),
    DataError: Kind(422, "value-not-storable", "内容无法保存", "Value cannot be stored", *_CORRECT),
    IntegrityError: Kind(409, "conflict", "与他人的操作冲突", "Conflict with another request", *_LATER),
    OperationalError: Kind(503, "database-unavailable", "数据库暂时不可用", "Database unavailable", *_LATER),
}
HTTP_KINDS: dict[int, Kind] = {
    400: Kind(400, "bad-request", "请求格式有误", "Bad request", *_CORRECT),
    404: KINDS[errors.NotFound],
    405: Kind(405, "method-not-allowed", "不支持这种请求方法", "Method not allowed"),
    413: Kind(413, "too-large", "上传的文件过大", "Upload too large", "请压缩后再传。", "Make it smaller."),
    415: Kind(415, "media-type", "不支持这种内容类型", "Unsupported media type"),
    422: KINDS[errors.FormInvalid],
}
UNFORESEEN = Kind(500, "unforeseen", "系统出错", "Something went wrong", *_TECHNICIAN)


def install_errors(app: Flask) -> None:
    """Every error leaves the application through the table: JSON for programs, a page for browsers."""
    app.register_error_handler(Exception, lambda error: render_problem(error, wants_page()))


def wants_page() -> bool:
    """Whether the client is a browser looking at a page; everything under /api is for programs."""
    if request.path.startswith("/api/"):
        return False
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "text/html"


def render_problem(error: BaseException, wants_html: bool) -> AnyResponse:
    """The answer to an error: problem+json, or the page of `errors/<status>.html.j2`; sign-in for whoever is not."""
    if isinstance(error, HTTPException) and error.code is not None and error.code < 400:
        return error.get_response()
    problem = problem_of(error)
    if wants_html and problem.status == 401 and request.method == "GET":
        return redirect(f"{SIGN_IN_PAGE}?next={_own_address()}", 303)
    if wants_html and isinstance(error, errors.PasswordChangeNeeded):
        return redirect(PASSWORD_PAGE, 303)
    if wants_html:
        if problem.status >= 500:
            g.setdefault("yimen_session", None)  # the page must not ask a database that is away who is signed in
        response = Response(_page(problem), problem.status, mimetype="text/html")
    else:
        response = Response(orjson.dumps(problem.to_dict(), default=str), problem.status, mimetype=MEDIA_TYPE)
        response.headers["Content-Language"] = "en" if speaks_english() else "zh-CN"
        response.vary.add("Accept-Language")
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if problem.status in RETRY_AFTER_SECONDS:
        response.headers["Retry-After"] = RETRY_AFTER_SECONDS[problem.status]
    return response


def problem_of(error: BaseException) -> Problem:
    """The error in the client's language; what nobody foresaw is logged under a reference."""
    kind, english = kind_of(error), speaks_english()
    detail, detail_en, found, extra = _said(error, kind)
    return Problem(
        status=kind.status,
        type=f"urn:yimen:problem:{kind.slug}",
        title=kind.title_en if english else kind.title,
        detail=detail_en if english else detail,
        errors=found,
        way_out=kind.way_out_en if english else kind.way_out,
        extra=extra,
        reference=_log(error) if kind.status >= 500 else "",
    )


def kind_of(error: BaseException) -> Kind:
    """The row of the table for an exception: its own class's or the nearest base class's."""
    if isinstance(error, HTTPException):
        code = error.code or 500
        return HTTP_KINDS.get(code) or Kind(code, f"http-{code}", "请求未能完成", error.name)
    return next((KINDS[base] for base in type(error).__mro__ if base in KINDS), UNFORESEEN)


def speaks_english() -> bool:
    """Whether the client prefers English; Chinese otherwise."""
    asked = request.args.get("lang") or request.cookies.get("lang")
    if asked in ("zh", "en"):
        return asked == "en"
    return request.accept_languages.best_match(["zh", "zh-CN", "en", "en-US"], "zh").startswith("en")


def _said(error: BaseException, kind: Kind) -> tuple[str, str, dict[str, Any], dict[str, Any]]:
    """Detail in both languages, errors by field and what else the client may use."""
    if not isinstance(error, errors.CaseworkError):
        return f"{kind.title}。{kind.way_out}", f"{kind.title_en}. {kind.way_out_en}".strip(), {}, {}
    extra = {name: error.detail[name] for name in _SHOWN if name in error.detail}
    if isinstance(error, errors.DefinitionError):
        places = {"file": error.file, "line": error.line, "key": error.key, "hint": error.hint}
        extra |= {name: value for name, value in places.items() if value}
    found = error.detail.get("errors", {})
    return error.message, error.en or f"{kind.title_en}.", found if isinstance(found, dict) else {}, extra


def _log(error: BaseException) -> str:
    reference = secrets.token_hex(4)
    log.error("%s %s %s", reference, request.method, request.path, exc_info=error)
    return reference


def _page(problem: Problem) -> str:
    name = {412: 409, 401: 403, 429: 409, 503: 500}.get(problem.status, problem.status)
    known = name if name in (403, 404, 409, 422, 500) else 409 if name < 500 else 500
    first = {field: _first(messages) for field, messages in problem.errors.items()}
    back = request.referrer if problem.status in (409, 412, 422) and _is_own(request.referrer) else None
    return render_template(
        f"errors/{known}.html.j2",
        message=problem.detail,
        errors=first,
        reference=problem.reference,
        back_url=back,
        problem=problem,
    )


def _first(messages: Any) -> str:
    while isinstance(messages, list | dict):
        messages = next(iter(messages.values() if isinstance(messages, dict) else messages), "")
    return str(messages)


def _is_own(address: str | None) -> bool:
    return bool(address) and str(address).startswith(request.host_url)


def _own_address() -> str:
    return quote(request.full_path.rstrip("?"), safe="")
