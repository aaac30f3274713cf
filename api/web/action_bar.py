"""The action bar of a case page (操作栏): the operations beside the usual ones, in groups as officials know them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from api.web.action_choices import CaseChoices, Option
from api.web.case_forms import CaseForm, Control, Submission, form_name
from api.web.counter_forms import COUNTER_FORMS
from api.web.course_forms import COURSE_FORMS
from api.web.step_forms import STEP_FORMS
from api.web.wording import t
from engine.policy.operations import RULES, Action, Holder
from engine.queries.case_actions import CaseActions, WorkItemActions

FORMS: Mapping[Action, CaseForm] = {**COUNTER_FORMS, **STEP_FORMS, **COURSE_FORMS}

# Operations that end a case: their button is red.
ENDINGS = frozenset({Action.REJECT, Action.WITHDRAW, Action.TERMINATE, Action.MERGE, Action.VOID})
_GROUPS: tuple[tuple[str, str, tuple[Action, ...]], ...] = (
    ("受理方式", "Other acceptance", (Action.ACCEPT_WITH_GAPS, Action.ACCEPT_ON_COMMITMENT)),
    ("容缺·承诺", "Promises", (Action.SUPPLY_DEFERRED, Action.SETTLE_COMMITMENT)),
    ("转办·委派", "Pass on", (Action.TRANSFER, Action.DELEGATE, Action.RECALL)),
    (
        "加签·会签",
        "Signatures",
        (
            *(Action.ADD_SIGNER_BEFORE, Action.ADD_SIGNER_AFTER, Action.SIGN_JOINTLY, Action.VOTE),
            Action.REMOVE_SIGNER,
        ),
    ),
    ("退回·收回", "Back", (Action.RETURN, Action.TAKE_BACK)),
    ("特别程序·延期", "Clock", (Action.START_PROCEDURE, Action.EXTEND)),
    (
        "催办·督办·抄送",
        "Tell others",
        (Action.URGE, Action.COPY, Action.SUPERVISE, Action.ANSWER_SUPERVISION, Action.CLOSE_SUPERVISION),
    ),
    ("结束办件", "End the case", tuple(action for action in Action if action in ENDINGS)),
    ("归档", "Archive", (Action.ARCHIVE,)),
)


@dataclass(frozen=True)
class FormView:
    """One form of the bar, ready to be drawn. `options` are the choices of its controls by name."""

    action: Action
    name: str
    form: CaseForm
    item: WorkItemActions | None
    options: Mapping[str, list[Option]]
    typed: MultiDict[str, str]
    is_open: bool

    @property
    def is_ending(self) -> bool:
        return self.action in ENDINGS

    @property
    def controls(self) -> tuple[Control, ...]:
        """What is asked; what need not be chosen and cannot be is left out."""
        return tuple(c for c in self.form.controls if c.required or not c.choices or self.options[c.name])

    def value(self, name: str, usual: str = "") -> str:
        return self.typed.get(name, "" if self.typed else usual)

    def chosen(self, name: str) -> list[str]:
        return self.typed.getlist(name)


@dataclass(frozen=True)
class GroupView:
    """Some forms under one word."""

    title: str
    forms: tuple[FormView, ...]


def bar(
    actions: CaseActions,
    items: Iterable[WorkItemActions | None],
    choices: CaseChoices,
    submission: Submission | None,
    opened: str,
) -> tuple[GroupView, ...]:
    """The groups with what is possible now at these work items, and (None) at the case itself."""
    whole = {v.action for v in actions.verdicts if v.possible and RULES[v.action].holder is not Holder.WORK_ITEM}
    held = [(item, item.possible if item is not None else whole) for item in items]
    found = []
    for zh, en, members in _GROUPS:
        here = ((action, item) for action in members for item, possible in held if action in possible)
        views = (_view(action, item, choices, submission, opened) for action, item in here)
        if forms := tuple(view for view in views if _can_be_filled(view)):
            found.append(GroupView(t(zh, en), forms))
    return tuple(found)


def _view(
    action: Action, item: WorkItemActions | None, choices: CaseChoices, submission: Submission | None, opened: str
) -> FormView:
    form, name = FORMS[action], form_name(action, item.id if item else None)
    tried = submission is not None and submission.form == name
    return FormView(
        action=action,
        name=name,
        form=form,
        item=item,
        options={c.name: choices.of(c.choices, item) for c in form.controls if c.choices},
        typed=submission.values if submission is not None and tried else MultiDict(),
        is_open=tried or opened == action.value,
    )


def _can_be_filled(view: FormView) -> bool:
    """Whether there is something to choose wherever something must be chosen."""
    return all(view.options[c.name] for c in view.form.controls if c.required and c.choices)
