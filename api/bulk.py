"""Works off bulk runs (批量办理): every case by the very verb an officer would use, in a transaction of its own.

The verb and the telling of its result are two transactions. Killed in between, the line is done again with the same
idempotency key, which answers what was done before: nothing happens twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.exc import OperationalError

from api.bootstrap import Parts
from engine.clock import local_date
from engine.commands.bulk.tell_line import TellLine, tell_line
from engine.commands.claim_work_item import ClaimWorkItem, claim_work_item, release_work_item
from engine.commands.complete_work_item import CompleteWorkItem, complete_work_item
from engine.commands.transfer_work_item import TransferWorkItem, transfer_work_item
from engine.commands.urge_case import UrgeCase, urge_case
from engine.commands.verb import Answer, Request
from engine.errors import RequestError
from engine.office import Office
from engine.policy.actors import SYSTEM, Actor
from engine.policy.operations import Action
from engine.queries.actors import actor_named
from engine.queries.bulk_runs import BulkLine, WaitingRun, waiting_runs

Verb = tuple[type[Request], Callable[[Office, Actor, Any], Answer], str]

# What is asked, the verb, and how the line is named in the request.
VERBS: Mapping[Action, Verb] = {
    Action.CLAIM: (ClaimWorkItem, claim_work_item, "work_item_id"),
    Action.RELEASE: (ClaimWorkItem, release_work_item, "work_item_id"),
    Action.TRANSFER: (TransferWorkItem, transfer_work_item, "work_item_id"),
    Action.COMPLETE: (CompleteWorkItem, complete_work_item, "work_item_id"),
    Action.URGE: (UrgeCase, urge_case, "case_number"),
}
log = logging.getLogger("yimen.bulk")


def work_off(own: Parts) -> int:
    """Go through the waiting lines of every run; returns how many were told."""
    told = 0
    for run in waiting_runs(own.office):
        actor = actor_named(own.office, run.officer, local_date(own.office.clock.now()), "bulk")
        for line in run.lines:
            refusal = _refusal(own.office, actor, run, line)
            tell_line(own.office, SYSTEM, TellLine(run_id=run.id, line=line.line, refusal=refusal))
            told += 1
    return told


def _refusal(office: Office, actor: Actor, run: WaitingRun, line: BulkLine) -> str:
    """Why this case refused it; empty when it was done. A database that is away leaves the line waiting."""
    if not run.is_active:
        return "发起人的账号已停用，未办理。"
    request, command, place = VERBS[run.action]
    try:
        command(
            office,
            actor,
            request(**{place: getattr(line, place)}, **run.parameters, idempotency_key=f"bulk:{run.id}:{line.line}"),
        )
    except RequestError as refused:
        return _said(refused)
    except OperationalError:
        raise
    except Exception:
        log.exception("批量办理 %s 第 %s 件出错", run.id, line.line)
        return "系统办理出错，未办成；请在办件页面办理，仍不成功的请报修。"
    return ""


def _said(refused: RequestError) -> str:
    """The message, with what was said of single entries."""
    errors = refused.detail.get("errors")
    if not isinstance(errors, Mapping):
        return str(refused)
    return "；".join(str(text) for told in errors.values() for text in (told if isinstance(told, list) else [told]))
