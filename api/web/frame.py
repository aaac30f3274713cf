"""What surrounds every page (页面框架): who is signed in, where they may go, and the way fragments are told from pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, g, redirect, request

from api.bootstrap import Parts
from engine.office import Office
from engine.policy.actors import Actor
from engine.terms import Role

WORKING = frozenset({Role.CLERK, Role.HANDLER, Role.APPROVER})
SUPERVISING = frozenset({Role.SUPERVISOR, Role.APPROVER, Role.E_SUPERVISION, Role.POLICY_OFFICER})


@dataclass(frozen=True)
class NavigationEntry:
    """One door in the header."""

    key: str
    href: str
    zh: str
    en: str


WORKLIST = NavigationEntry("worklist", "/", "我的工作台", "My worklist")
ACCEPTANCE = NavigationEntry("acceptance", "/accept", "窗口受理", "Acceptance")
CASES = NavigationEntry("cases", "/cases", "办件查询", "Cases")
SUPERVISION = NavigationEntry("supervision", "/supervision/on-time", "效能监察", "Supervision")
ORGANISATION = NavigationEntry("organisation", "/organisation", "机构", "Organisation")
MY_CARDS = NavigationEntry("cards", "/supervision/cards", "监察牌", "Cards")
DEFINITIONS = NavigationEntry("definitions", "/definitions", "事项定义", "Definitions")
ARCHIVES = NavigationEntry("archives", "/archives", "归档", "Archives")
TEMPLATES = NavigationEntry("templates", "/notice-templates", "文书模板", "Document texts")
CALENDAR = NavigationEntry("calendar", "/calendar", "工作日历", "Calendar")
AUDIT = NavigationEntry("audit", "/audit", "查看留痕", "Audit trail")

PUBLIC_NAVIGATION = (
    NavigationEntry("guides", "/guide", "办事指南", "Service guides"),
    NavigationEntry("progress", "/progress", "进度查询", "Follow a case"),
    NavigationEntry("verify", "/verify", "证明查验", "Verify a certificate"),
)


@dataclass(frozen=True)
class OfficerLabel:
    """Name and place of the officer, for the header."""

    name: str
    place: str


def navigation_of(actor: Actor) -> tuple[NavigationEntry, ...]:
    """The doors an officer's posts open, the most used first."""
    roles = actor.roles
    entries = [
        (WORKLIST, roles & WORKING),
        (ACCEPTANCE, Role.CLERK in roles),
        (CASES, roles & (WORKING | {Role.SUPERVISOR})),
        (SUPERVISION, roles & SUPERVISING),
        (ORGANISATION, Role.ORG_ADMIN in roles),
        (MY_CARDS, roles & WORKING and not roles & SUPERVISING),
        (ARCHIVES, roles & WORKING),
        (DEFINITIONS, True),
        (TEMPLATES, Role.POLICY_OFFICER in roles),
        (CALENDAR, True),
        (AUDIT, Role.AUDITOR in roles),
    ]
    return tuple(entry for entry, opens in entries if opens)


def officer_label(actor: Actor) -> OfficerLabel:
    """The first post's body and name; an officer of many posts is shown with their number."""
    if not actor.posts:
        return OfficerLabel(actor.name, "")
    first = actor.posts[0]
    bodies = {post.organisation_name for post in actor.posts}
    if len(bodies) > 1:
        return OfficerLabel(actor.name, f"{first.organisation_name}等{len(bodies)}个单位")
    return OfficerLabel(actor.name, f"{first.organisation_name} · {first.name}")


def frame_of_page(actor: Actor | None) -> dict[str, Any]:
    """What base.html.j2 reads besides the page's own values."""
    frame: dict[str, Any] = {"active": g.get("active_door", "")}
    if actor is None or g.get("is_public_page"):
        return {**frame, "navigation": PUBLIC_NAVIGATION}
    return {**frame, "navigation": navigation_of(actor), "officer": officer_label(actor)}


def parts() -> Parts:
    """What the doors of this process share."""
    found: Parts = current_app.extensions["yimen"]
    return found


def office() -> Office:
    """The engine."""
    return parts().office


def at(entry: NavigationEntry) -> None:
    """Mark the door the present page belongs to."""
    g.active_door = entry.key


def residents(door: str) -> None:
    """Mark a page for residents: it shows their doors, whoever looks at it."""
    g.active_door, g.is_public_page = door, True


def is_fragment() -> bool:
    """Whether htmx asked for a part of the page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def go(address: str) -> Response:
    """The answer to a form that did its work: read the result from its own address."""
    response = redirect(address, 303)
    assert isinstance(response, Response)
    return response
