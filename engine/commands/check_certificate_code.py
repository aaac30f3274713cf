"""Does this check code (校验码) belong to this certificate? Wrong codes are counted, like wrong query passwords."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from engine.commands.guessing import Guess
from engine.commands.verb import Answer, Desk, Request, verb
from engine.errors import NotFound, TooManyAttempts
from engine.office import Office
from engine.policy.actors import Actor


@dataclass(frozen=True, kw_only=True)
class CheckCertificateCode(Request):
    """Number (or identifier) and check code as printed on the certificate."""

    number: str
    check_code: str


def check_certificate_code(office: Office, actor: Actor, request: CheckCertificateCode) -> Answer:
    """Nothing if it fits. Raises NotFound without saying what was wrong, TooManyAttempts while locked."""
    outcome = _try_code(office, actor, request)["outcome"]
    if outcome == "locked":
        raise TooManyAttempts(
            "查验失败次数过多，请15分钟后再试，或向出具单位核实。", en="Too many failed checks; try again later."
        )
    if outcome == "wrong":
        raise NotFound("没有查到这份证明，请核对编号和校验码。", en="no certificate with this number and check code")
    return {}


@verb
def _try_code(desk: Desk, request: CheckCertificateCode) -> Answer:
    guess = Guess(desk, "certificate", request.number)
    if guess.is_locked:
        return {"outcome": "locked"}
    kept = desk.uow.certificates.check_code_of(request.number)
    given = "".join(request.check_code.split()).upper()
    if kept and hmac.compare_digest(kept.upper().encode(), given.encode()):
        guess.succeeded()
        return {"outcome": "fits"}
    guess.failed()
    return {"outcome": "wrong"}
