"""Forms that belong to no definition (录入表单): drawn from a list of controls, sent, and shown again with what is wrong."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from api.errors import speaks_english
from api.web import frame
from engine.commands.verb import Answer
from engine.errors import ActionNotAllowed, FormInvalid, NotPermitted, RequestError, TooManyAttempts

_STATUS = {NotPermitted: 403, ActionNotAllowed: 409, TooManyAttempts: 429}
Options = tuple[tuple[str, str], ...]
Page = Callable[[Mapping[str, str]], str]


@dataclass(frozen=True)
class Control:
    """One entry. `kind` is text, date, password, textarea, select, radios, checks or checkbox."""

    name: str
    label: str
    kind: str = "text"
    required: bool = False
    value: Any = ""
    options: Options = ()
    hint: str = ""
    maxlength: int | None = None
    autocomplete: str = "off"
    wide: bool = False


@dataclass(frozen=True)
class EntryForm:
    """A page with one form. `trail`: (text, address) of the pages above it; `note` stands above the controls."""

    title: str
    action: str
    controls: tuple[Control, ...]
    submit: str
    trail: tuple[tuple[str, str], ...] = ()
    note: str = ""
    hidden: Mapping[str, str] = field(default_factory=dict)

    def page(self, errors: Mapping[str, str] | None = None) -> str:
        """The form, with what was sent where something was wrong with it."""
        return render_template(
            "organisation/form.html.j2", form=self, values=self._values(), errors=errors or {}, key=new_key()
        )

    def _values(self) -> dict[str, Any]:
        if request.method != "POST":
            return {control.name: control.value for control in self.controls}
        return {
            c.name: request.form.getlist(c.name) if c.kind == "checks" else request.form.get(c.name, "")
            for c in self.controls
            if c.kind != "password"
        }


def new_key() -> str:
    """What tells a form that is sent twice from one filled in again."""
    return secrets.token_urlsafe(12)


def sent_key() -> str:
    """The key that came with the form."""
    return request.form.get("key", "")[:40]


def sent(name: str, most: int = 200) -> str:
    """One answer of the form, blanks around it removed."""
    return request.form.get(name, "").strip()[: most + 1]


def sent_day(name: str) -> date | None:
    """A date of the form; None for an empty one, FormInvalid for no date."""
    text = sent(name, 10)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise FormInvalid("日期写法不对，如 2026-03-01。", errors={name: ["日期写法不对，如 2026-03-01。"]}) from error


def sent_id(name: str) -> int | None:
    """A chosen row; None for none."""
    text = sent(name, 18)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def attempt(act: Callable[[], Answer], page: Page, after: Callable[[Answer], str], done: str) -> ResponseReturnValue:
    """Do it and go on; what is wrong is shown on the same page, in the fields."""
    try:
        answer = act()
    except RequestError as refusal:
        return page(errors_of(refusal)), _status_of(refusal)
    flash(done, "success")
    return frame.go(after(answer))


def press(act: Callable[[], Answer], back: str, done: str) -> ResponseReturnValue:
    """Do it and come back; why it cannot be done stands above the page."""
    try:
        act()
    except (ActionNotAllowed, NotPermitted, FormInvalid) as refusal:
        flash(words_of(refusal), "error")
    else:
        flash(done, "success")
    return frame.go(back)


def errors_of(refusal: RequestError) -> dict[str, str]:
    """Field -> first message; "" for what belongs to no field. Errors that are no answer to a form are raised again."""
    if isinstance(refusal, FormInvalid):
        found = refusal.detail.get("errors")
        named = found if isinstance(found, dict) else {"": [refusal.message]}
        return {name: str(messages[0] if isinstance(messages, list) else messages) for name, messages in named.items()}
    if not isinstance(refusal, tuple(_STATUS)):
        raise refusal
    return {"": words_of(refusal)}


def words_of(refusal: RequestError) -> str:
    """The refusal in the reader's language."""
    return refusal.en if speaks_english() and refusal.en else refusal.message


def _status_of(refusal: RequestError) -> int:
    return next((status for kind, status in _STATUS.items() if isinstance(refusal, kind)), 422)
