"""The web application (网站): REST, pages and static files composed into one Flask application."""

from __future__ import annotations

import os

from flask import Flask, Response, request

from api import rest, web
from api.auth import require_declared_access
from api.bootstrap import Parts, build_parts
from api.proxies import TrustedProxies
from api.settings import Settings
from api.sound_input import install_sound_input
from api.web.presentation import STATIC_FOLDER, TEMPLATE_FOLDER

LARGEST_BODY_BYTES = 8 * 1024 * 1024 + 64 * 1024  # a file of 8 MB and the form around it
KEPT_SECONDS = 365 * 24 * 3600


def create_app(parts: Parts | None = None) -> Flask:
    """The application on the given parts, or on those that the environment describes (gunicorn)."""
    own = parts or build_parts(Settings.from_environment(os.environ))
    app = Flask("yimen", static_folder=str(STATIC_FOLDER), template_folder=str(TEMPLATE_FOLDER))
    app.config.update(
        SECRET_KEY=own.settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        SESSION_COOKIE_NAME="yimen_flash",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=own.settings.public_url.startswith("https:"),
    )
    web.register(app, own)
    rest.register(app, own.office)
    require_declared_access(app)
    install_sound_input(app)
    app.after_request(_secure)
    app.wsgi_app = TrustedProxies(app.wsgi_app, own.settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def _secure(response: Response) -> Response:
    """Headers every answer carries; a static file named by its content's hash may be kept for a year."""
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if response.is_json:
        response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}, immutable"
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
