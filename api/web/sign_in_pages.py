"""Sign in and out (登录、退出) with a browser session."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from api.auth import clear_session_cookie, current_actor, public, set_session_cookie, signed_in, source_address
from api.web import frame
from engine.commands.sign_in import SignIn, SignOut, sign_in, sign_out
from engine.errors import NotSignedIn, TooManyAttempts
from engine.policy.actors import SYSTEM

pages = Blueprint("sign_in", __name__)
