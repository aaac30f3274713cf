"""My worklist (我的工作台): tiles, search, rows and the preview beside them."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("worklist", __name__)
FILTERS = ("q", "item", "stage", "tile")
