"""What residents use without an account (居民): follow a case, verify a certificate, read a service guide."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from api.auth import anonymous, public
from api.errors import speaks_english
from api.rest.answers import file_answer
from api.web import frame
from api.web.acceptance_pages import grouped
from api.web.wording import t
from certificates.verification import Verdict, VerificationReport
from engine.commands.check_certificate_code import CheckCertificateCode, check_certificate_code
from engine.commands.check_query_password import CheckQueryPassword, check_query_password
from engine.errors import NotFound, RequestError, TooManyAttempts
from engine.queries.certificate_lookup import CertificateFacts, certificate_file, certificate_lookup
from engine.queries.item_catalogue import item_catalogue
from engine.queries.progress import case_progress
from engine.queries.service_guide import service_guide

pages = Blueprint("residents_pages", __name__)
LARGEST_PDF_BYTES = 8 * 1024 * 1024


@pages.get("/progress")
@public
def ask_progress() -> str:
    """The form; a receipt's QR code fills in the number."""
    return _progress_page(request.args.get("number", "")[:30])


@pages.post("/progress")
@public
def show_progress() -> ResponseReturnValue:
    """Where the case stands, for whoever has number and query password."""
    number, password = request.form.get("number", "").strip()[:30], request.form.get("password", "").strip()[:12]
    try:
        check_query_password(frame.office(), anonymous(), CheckQueryPassword(number=number, password=password))
        return _progress_page(number, progress=case_progress(frame.office(), number))
    except (NotFound, TooManyAttempts) as refusal:
        status = 429 if isinstance(refusal, TooManyAttempts) else 404
        return _progress_page(number, error=_words(refusal)), status


def _progress_page(number: str, **values: Any) -> str:
    frame.residents("progress")
    return render_template("residents/progress.html.j2", number=number, **values)


@pages.get("/verify")
@public
def ask_certificate() -> str:
    """The forms: by number and check code, or by the file itself."""
    return _verify_page()


@pages.post("/verify")
@public
def verify_number() -> ResponseReturnValue:
    """What the register says of a certificate."""
    return _looked_up(request.form.get("number", "").strip()[:100], request.form.get("code", "").strip()[:16])


@pages.get("/verify/<path:number>")
@pages.get("/v/<path:number>")
@public
def verify_scanned(number: str) -> ResponseReturnValue:
    """The same for a phone that scanned the QR code."""
    return _looked_up(number[:100], request.args.get("c", "")[:16])


@pages.post("/verify/file")
@public
def verify_file() -> ResponseReturnValue:
    """Whether an uploaded PDF is ours and untouched, and whether the register knows it."""
    upload = request.files.get("file")
    content = upload.read(LARGEST_PDF_BYTES + 1) if upload else b""
    if not content.startswith(b"%PDF") or len(content) > LARGEST_PDF_BYTES:
        error = t("请选择一份不超过8MB的PDF文件。", "Please choose a PDF of at most 8 MB.")
        return _verify_page(file_error=error), 422
    report = frame.parts().verifier(content)
    code, number = request.form.get("code", "").strip()[:16], request.form.get("number", "").strip()[:100]
    facts = _known(number, code) if number and code else None
    digest = hashlib.sha256(content).hexdigest()
    return _verify_page(report=report, judged=_judged(report, facts, digest), facts=facts, digest=digest)


@pages.get("/certificates/<path:number>/file")
@public
def download(number: str) -> Response:
    """The issued PDF for the holder of the check code."""
    code = request.args.get("c", "")[:16]
    _check(number, code)
    found = certificate_file(frame.office(), number, check_code=code)
    return file_answer(found.content, f"{found.number}.pdf", "application/pdf")


def _looked_up(number: str, code: str) -> ResponseReturnValue:
    try:
        _check(number, code)
        facts = certificate_lookup(frame.office(), number, code)
    except (NotFound, TooManyAttempts) as refusal:
        status = 429 if isinstance(refusal, TooManyAttempts) else 404
        return _verify_page(number=number, code=code, error=_words(refusal)), status
    return _verify_page(number=number, code=code, facts=facts)


def _check(number: str, code: str) -> None:
    check_certificate_code(frame.office(), anonymous(), CheckCertificateCode(number=number, check_code=code))


def _known(number: str, code: str) -> CertificateFacts | None:
    try:
        _check(number, code)
        return certificate_lookup(frame.office(), number, code)
    except NotFound:
        return None


def _judged(report: VerificationReport, facts: CertificateFacts | None, digest: str) -> str:
    """good, bad or unknown: a sound seal on a certificate that was revoked is no good one."""
    if report.verdict is Verdict.ALTERED:
        return "bad"
    if report.verdict is not Verdict.INTACT:
        return "unknown"
    if facts is None:
        return "good"
    return "good" if facts.state == "valid" and facts.sha256 == digest else "bad"


def _verify_page(**values: Any) -> str:
    frame.residents("verify")
    return render_template("residents/verify.html.j2", **{"number": "", "code": "", **values})


@pages.get("/guide")
@public
def guides() -> str:
    """The service guides of this city, searchable."""
    frame.residents("guides")
    q = request.args.get("q", "")[:60]
    found = item_catalogue(frame.office(), q)
    template = "acceptance/item_list.html.j2" if frame.is_fragment() else "residents/guides.html.j2"
    return render_template(template, found=found, groups=grouped(found), q=q, base="/guide/")


@pages.get("/guide/<item>")
@public
def guide(item: str) -> str:
    """One service guide (办事指南), in the order of the standard, for reading and printing."""
    frame.residents("guides")
    return render_template("residents/guide.html.j2", guide=service_guide(frame.office(), item))


def _words(refusal: RequestError) -> str:
    return refusal.en if speaks_english() and refusal.en else refusal.message
