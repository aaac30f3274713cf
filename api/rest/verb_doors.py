"""What may be done over REST, one row per operation: its path, its body and the command it calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import fields, validate

from api.rest.input import Input
from engine.commands.verb import Answer, Request
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.operations import RULES, Action, Holder


class Nothing(Input):
    """No body is needed."""


@dataclass(frozen=True)
class Verb:
    """One operation; `fixed` are values of the request that the path already says.

    names_case  False: the request names a paper whose case the command finds by itself
    """

    path: str
    action: Action
    body: type[Input]
    request: type[Request]
    command: Callable[[Office, Actor, Any], Answer]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    names_case: bool = True

    @property
    def is_of_work_item(self) -> bool:
        """Whether it is done at a work item (/work-items/…), or at the case (/cases/…)."""
        return RULES[self.action].holder is Holder.WORK_ITEM

    def run(self, office: Office, actor: Actor, place: dict[str, Any], body: dict[str, Any], key: str) -> Answer:
        """The command's answer; `place` names the work item with its version, or the case."""
        given = {name: tuple(value) if isinstance(value, list) else value for name, value in body.items()}
        place = place if self.names_case else {}
        return self.command(office, actor, self.request(**place, **self.fixed, **given, idempotency_key=key))

    def words(self) -> str:
        """What the description says of the route, Chinese and English."""
        said = f"{self.action.label} {self.action.label_en}\n\n"
        if self.is_of_work_item:
            said += "If-Match: 待办的版本号 version of the work item；"
        return f"{said}Idempotency-Key: 同一编号同一内容只办一次 done once for one key."


def approver(*, required: bool = True) -> fields.Integer:
    """The officer who approved it, another than the caller."""
    default = {} if required else {"load_default": None}
    metadata = {"description": "批准人，见 GET /cases/{number}/approvers", "example": 12}
    return fields.Integer(required=required, metadata=metadata, **default)


def officers(description: str) -> fields.List:
    """One to twenty officers."""
    counted = validate.Length(1, 20, error="请选择1至20人。")
    metadata = {"description": description, "example": [12, 15]}
    return fields.List(fields.Integer(), required=True, validate=counted, metadata=metadata)
