"""Certificates, notices, verification (证明查验、文书、验章)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response, current_app, request

from api.auth import anonymous, current_actor, current_session, office, public, signed_in
from api.rest.answers import answer, file_answer
from api.rest.described import described
from api.rest.input import Doors, Input, Query, text
from api.rest.recorded import record
from engine.commands.check_certificate_code import CheckCertificateCode, check_certificate_code
from engine.commands.check_query_password import CheckQueryPassword, check_query_password
from engine.errors import FormInvalid, NotSignedIn
from engine.queries.certificate_lookup import CertificateFacts, certificate_file, certificate_lookup
from engine.queries.notice_file import notice_file
from engine.queries.progress import CaseProgress, case_progress

doors = Doors("certificates", __name__, url_prefix="/api/v1", description="证明查验、验章、文书、办件进度")
LARGEST_PDF = 20_000_000


class CodeQuery(Query):
    check_code = text(16, "证明上印的校验码", "K7M2QX9P")


class ProgressBody(Input):
    number = text(30, "办件编号", required=True)
    password = text(12, "查询密码，见收件凭证", "042137", required=True)


@doors.route("/certificates/<number>")
@public
@doors.arguments(CodeQuery, location="query")
@doors.response(200, described(CertificateFacts))
def show_certificate(query: dict[str, Any], number: str) -> Response:
    """证明查验 What the register says of a certificate, to whoever has number and check code; values masked.

    Five wrong codes lock a certificate for 15 minutes.
    """
    _check(number, query["check_code"])
    return answer(certificate_lookup(office(), number, query["check_code"]))


@doors.route("/certificates/<number>/file")
@public
@doors.arguments(CodeQuery, location="query")
@doors.response(200, content_type="application/pdf")
def show_certificate_file(query: dict[str, Any], number: str) -> Response:
    """证明文件 The issued PDF: with the check code, or signed in with the case in scope (recorded)."""
    if query["check_code"]:
        _check(number, query["check_code"])
        found = certificate_file(office(), number, check_code=query["check_code"])
        return file_answer(found.content, f"{found.number}.pdf", "application/pdf", inline=True)
    if current_session() is None:
        raise NotSignedIn("请提供校验码，或先登录。", en="Give the check code, or sign in.")
    found = certificate_file(office(), number, actor=current_actor())
    record("view_certificate", "certificate", found.number)
    return file_answer(found.content, f"{found.number}.pdf", "application/pdf", inline=True)


def _check(number: str, code: str) -> None:
    check_certificate_code(office(), anonymous(), CheckCertificateCode(number=number, check_code=code))


@doors.route("/notices/<number>/file")
@signed_in
@doors.response(200, content_type="application/pdf")
def show_notice_file(number: str) -> Response:
    """文书 A counter document as PDF, printed from its frozen facts; recorded."""
    wanted = notice_file(office(), current_actor(), number)
    content = current_app.extensions["yimen"].notices.render(wanted)
    record("view_notice", "notice", number)
    return file_answer(content, f"{number}.pdf", "application/pdf", inline=True)


@doors.route("/verifications", methods=["POST"])
@public
@doors.response(200, {"type": "object"})
def verify_file() -> Response:
    """验章 Is this PDF ours and untouched? Send it as application/pdf, or as `file` of multipart/form-data."""
    upload = request.files.get("file")
    content = upload.read(LARGEST_PDF + 1) if upload else request.get_data(cache=False)
    if not content or len(content) > LARGEST_PDF:
        raise FormInvalid(
            "请上传不超过20MB的PDF文件。",
            en="Send a PDF of at most 20 MB.",
            errors={"file": ["请上传不超过20MB的PDF文件。"]},
        )
    report = current_app.extensions["yimen"].verifier(content)
    return answer({**asdict(report), "verdict_label": report.verdict.label, "is_valid": report.is_valid})


@doors.route("/progress", methods=["POST"])
@public
@doors.arguments(ProgressBody)
@doors.response(200, described(CaseProgress))
def show_progress(body: dict[str, Any]) -> Response:
    """办件进度 Where an application is, for whoever has number and query password; five failures lock it for 15 minutes."""
    check = CheckQueryPassword(number=body["number"].strip(), password=body["password"])
    check_query_password(office(), current_actor(), check)
    return answer(case_progress(office(), check.number))
