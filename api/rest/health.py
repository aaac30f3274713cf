"""Is the process alive, is it ready for work? For supervisors of processes and load balancers."""

from __future__ import annotations

from flask import Blueprint, Response

from api.auth import office, public
from api.rest.answers import answer
from engine.queries.readiness import readiness

doors = Blueprint("health", __name__, url_prefix="/health")


@doors.get("/live")
@public
def live() -> Response:
    """The process answers."""
    return answer({"status": "live"})


@doors.get("/ready")
@public
def ready() -> Response:
    """Database reachable and migrated, calendar loaded; 503 names what is missing."""
    found = readiness(office())
    told = {"status": "ready" if found.is_ready else "not_ready", "checks": found.checks}
    return answer(told, 200 if found.is_ready else 503)
