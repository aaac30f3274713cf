"""The REST door under /api/v1: every view translates and calls one command or one query."""

from __future__ import annotations

from flask import Flask

from api.auth import install_auth, require_declared_access
from api.errors import install_errors
from api.rest import (
    account,
    bulk,
    calendar,
    cards,
    case_operations,
    cases,
    certificates,
    definitions,
    docs,
    health,
    items,
    organisation,
    sessions,
    supervision,
    work_items,
)
from engine.office import Office

LARGEST_BODY = 21_000_000  # a PDF to verify is the largest thing anybody sends
GROUPS = (
    sessions,
    items,
    cases,
    case_operations,
    work_items,
    bulk,
    certificates,
    supervision,
    cards,
    definitions,
    organisation,
    account,
    calendar,
)


def register(app: Flask, office: Office) -> None:
    """The REST routes, their errors, their access and their description.

    Expects `app.extensions["yimen"]` with `settings`, `notices` and `verifier` before the first request.
    """
    app.config.setdefault("API_TITLE", "一门 Yimen")
    app.config.setdefault("API_VERSION", "v1")
    app.config.setdefault("OPENAPI_VERSION", "3.1.0")
    app.config["MAX_CONTENT_LENGTH"] = app.config.get("MAX_CONTENT_LENGTH") or LARGEST_BODY
    install_errors(app)
    install_auth(app, office)
    api = docs.DescribedApi(app, spec_kwargs={"info": docs.INFO})
    for group in GROUPS:
        api.register_blueprint(group.doors)
    app.extensions["yimen.described"] = api
    app.register_blueprint(docs.doors)
    app.register_blueprint(health.doors)
    require_declared_access(app)


__all__ = ["register", "require_declared_access"]
