"""The forms of a case page (办件操作): what a form asks, what was sent with it, and how the engine is asked then.

Every control of a form is named <form>-<name>, where <form> is i<work item>-<action>: several forms of one page never clash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from api.web.submitted import read_answers, whole_number
from api.web.wording import t
from engine.commands.verb import Answer, Request
from engine.definitions.model import Choice
from engine.feel import parse
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.operations import Action
from engine.queries.case_actions import WorkItemActions
from engine.queries.item_form import FieldView, SectionView

Values = MultiDict[str, str]


@dataclass(frozen=True)
class Submission:
    """One form as it was sent: the action, the work item it is about, the case, and the plain names of its controls."""

    action: Action
    number: str
    work_item: WorkItemActions | None
    version: int | None
    values: Values

    @property
    def form(self) -> str:
        return form_name(self.action, self.work_item.id if self.work_item else None)

    def text(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def number_of(self, name: str) -> int | None:
        """An id or a count that was chosen; None where nothing was, or no number."""
        return whole_number(self.text(name))

    def numbers(self, name: str) -> tuple[int, ...]:
        """The ids that were ticked."""
        found = (whole_number(text) for text in self.values.getlist(name))
        return tuple(number for number in found if number is not None)

    def is_ticked(self, name: str) -> bool:
        return self.text(name) == "true"

    def faults(self) -> dict[str, str]:
        """What is wrong with documents handed in, by document; those left empty are in order."""
        told = {
            key.removeprefix("fault-"): value.strip() for key, value in self.values.items() if key.startswith("fault-")
        }
        return {name: fault for name, fault in told.items() if fault}

    def documents(self) -> dict[str, str]:
        """The documents ticked as handed in on paper."""
        return dict.fromkeys(self.values.getlist("documents"), "paper")

    @property
    def at_item(self) -> dict[str, Any]:
        """The work item with the version the page showed, as every request names it."""
        return {"work_item_id": self.work_item.id if self.work_item else 0, "version": self.version}

    def answers(self) -> dict[str, Any]:
        """The answers of the section the step shows; what is hidden was not asked."""
        section = self.work_item.section if self.work_item else None
        return read_answers(section.fields, self.values) if section else {}


def form_name(action: Action, work_item_id: int | None) -> str:
    """The name in front of every control of a form."""
    return f"i{work_item_id or 0}-{action.value}"


def plain_values(form: Values, name: str) -> Values:
    """The controls of one form without its name in front."""
    head = f"{name}-"
    pairs = [(key.removeprefix(head), value) for key, value in form.items(multi=True) if key.startswith(head)]
    return MultiDict(pairs)


@dataclass(frozen=True)
class Control:
    """One control of a form.

    kind     text, area, number, day count …: see cases/controls.html.j2
    choices  name of the choices (`action_choices`) offered; a control whose choices are empty is left out if not required
    also     other fields of the request whose errors are told here
    """

    name: str
    kind: str
    zh: str
    en: str
    required: bool = False
    most: int = 500
    choices: str = ""
    hint_zh: str = ""
    hint_en: str = ""
    also: tuple[str, ...] = ()
    usual: str = ""


@dataclass(frozen=True)
class CaseForm:
    """How an operation is asked for on the page, and what to say when it is done.

    controls  what the form asks; a form that is drawn by hand has none
    warning   asked once more before it is sent, Chinese and English
    """

    request: Callable[[Submission], Request]
    command: Callable[[Office, Actor, Any], Answer]
    done: Callable[[Answer], str]
    controls: tuple[Control, ...] = ()
    warning: tuple[str, str] = ("", "")
    hint: tuple[str, str] = ("", "")


def with_notice(zh: str, en: str) -> Callable[[Answer], str]:
    """What to say of an operation that writes a paper."""

    def say(answer: Answer) -> str:
        if not (number := answer.get("notice")):
            return t(zh, en)
        return t(f"{zh}文书{number}已生成，可在“文书与证明”中打印。", f"{en} Notice {number} is ready to print.")

    return say


def plain(zh: str, en: str) -> Callable[[Answer], str]:
    """What to say of an operation without a paper."""
    return lambda answer: t(zh, en)


def questions(section: SectionView, name: str, answers: Mapping[str, Any]) -> list[FieldView]:
    """The fields of a staff section as form controls, those left out whose condition these answers deny."""
    facts = {"form": dict(answers)}
    shown = (f for f in section.fields if not f.show_if or parse(f.show_if).evaluate(facts) is not False)
    return [_question(f, name) for f in shown]


def _question(view: FieldView, name: str) -> FieldView:
    # The field macro reads choices as the definition has them: value and English label.
    choices: Any = tuple(Choice(value) for value in view.choices)
    return replace(view, name=f"{name}-{view.name}", choices=choices)
