"""What the forms of a case page offer to choose from (可选项): people with their load today, steps, papers, orders.

Each list is asked for once, when a form that is shown needs it; an option that cannot be chosen says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from api.web.course_forms import place_of_target
from api.web.wording import day, moment, t, term
from engine.definitions.model import CORRECTION_PROCEDURE
from engine.office import Office
from engine.policy.actors import Actor
from engine.policy.joint_signing import signing_rule
from engine.queries.approvers import approvers
from engine.queries.candidates import Candidate, CandidatePost, Purpose, candidates
from engine.queries.case_actions import CaseActions, WorkItemActions
from engine.queries.case_file import CaseFile, DocumentView
from engine.queries.copy_receivers import copy_receivers
from engine.queries.return_targets import return_targets
from engine.queries.signing import StepSigning, signing
from engine.queries.supervision_orders import SupervisionOrder, supervision_orders
from engine.terms import CommitmentKind, CommitmentStatus, Part, Retention

_HANDED_IN = ("received", "reused")


@dataclass(frozen=True)
class Option:
    """One thing to choose. `refusal` says why it cannot be; `note` stands beside it in small."""

    value: str
    label: str
    note: str = ""
    refusal: str = ""


class CaseChoices:
    """The choices about one case for one officer."""

    def __init__(self, office: Office, actor: Actor, file: CaseFile, actions: CaseActions) -> None:
        self._office, self._actor, self._file, self._actions = office, actor, file, actions
        self._number = file.header.number

    def of(self, name: str, item: WorkItemActions | None) -> list[Option]:
        """The options of this name; `item` is the work item the form is about, if it is about one."""
        if item is not None and name in _OF_ITEM:
            return _OF_ITEM[name](self, item)
        return _OF_CASE[name](self)

    @cached_property
    def orders(self) -> tuple[SupervisionOrder, ...]:
        """The supervision orders of the case, for the page too."""
        return supervision_orders(self._office, self._actor, self._number)

    @cached_property
    def signing(self) -> tuple[StepSigning, ...]:
        """The open steps with several hands, for the page too."""
        return signing(self._office, self._actor, self._number)

    # --- people -------------------------------------------------------------------------------------------------

    def _posts(self, item: WorkItemActions, purpose: Purpose) -> tuple[CandidatePost, ...]:
        return candidates(self._office, self._actor, item.id, purpose)

    def _by_post(self, item: WorkItemActions, purpose: Purpose) -> list[Option]:
        """Posts, each followed by its officers; a value is post or post:officer."""
        found = []
        for post in self._posts(item, purpose):
            name = f"{post.organisation_name} · {post.post_name}"
            mine = t("您自己的岗位", "your own post") if post.post_id in self._actor.post_ids else ""
            found.append(Option(str(post.post_id), t(f"{name}（由岗位领取）", f"{name} (anybody)"), refusal=mine))
            found += [
                Option(f"{post.post_id}:{one.officer_id}", f"　{one.name}", _load(one), one.refusal)
                for one in post.officers
            ]
        return found

    def _people(self, posts: Iterable[CandidatePost]) -> list[Option]:
        """Every officer once, by the nearest post."""
        found: dict[int, Option] = {}
        for post in posts:
            for one in post.officers:
                note = f"{post.organisation_name} · {post.post_name} · {_load(one)}"
                if one.officer_id not in found or (found[one.officer_id].refusal and not one.refusal):
                    found[one.officer_id] = Option(str(one.officer_id), one.name, note, one.refusal)
        return sorted(found.values(), key=lambda option: bool(option.refusal))

    def _approvers(self) -> list[Option]:
        found = approvers(self._office, self._actor, self._number)
        return [Option(str(one.officer_id), one.name, one.post_name) for one in found]

    def _receivers(self) -> list[Option]:
        return self._people(copy_receivers(self._office, self._actor, self._number))

    def _signers(self, item: WorkItemActions) -> list[Option]:
        """Those on my step who have not signed yet."""
        own = next((s for s in self.signing if any(h.work_item_id == item.id for h in s.hands)), None)
        hands = own.hands if own else ()
        wanted = (h for h in hands if h.is_awaited and h.part in (Part.BEFORE, Part.AFTER, Part.JOINT))
        return [Option(str(h.work_item_id), h.officer_name, f"{term(h.part)} · {h.post_name}") for h in wanted]

    # --- steps --------------------------------------------------------------------------------------------------

    def _targets(self, item: WorkItemActions) -> list[Option]:
        return [
            Option(
                place_of_target(one.path, one.node_id),
                one.name,
                " · ".join(filter(None, (one.officer_name, one.post_name, moment(one.done_at)))),
            )
            for one in return_targets(self._office, self._actor, item.id)
        ]

    def _done_steps(self) -> list[Option]:
        offers = self._actions.done_steps
        return [Option(o.token, o.step_name, refusal="" if o.verdict.possible else o.verdict.reason) for o in offers]

    # --- papers, promises, orders -------------------------------------------------------------------------------

    def _documents(self, fits: Callable[[DocumentView], bool]) -> list[Option]:
        return [Option(d.id, d.title, d.how_to) for d in self._file.documents if fits(d)]

    def _correctable(self, item: WorkItemActions) -> list[Option]:
        if all(procedure.code != CORRECTION_PROCEDURE for procedure in item.procedures):
            return []
        return self._documents(lambda d: d.status in _HANDED_IN)

    def _commitments(self) -> list[Option]:
        open_ = (
            c for c in self._file.commitments if c.kind is CommitmentKind.DECLARED and c.status is CommitmentStatus.OPEN
        )
        return [Option(c.document, c.title, t(f"{day(c.due_at)}前核查", f"by {day(c.due_at)}")) for c in open_]

    def _orders(self, status: str) -> list[Option]:
        return [Option(str(o.id), o.number, o.matter[:40]) for o in self.orders if o.status == status]


def _load(one: Candidate) -> str:
    return t(f"待办 {one.load} 件", f"{one.load} open")


def _rules(texts: Sequence[str]) -> list[Option]:
    words = {"all": "All must agree", "any": "One signature is enough"}
    return [Option(rule, t(signing_rule(rule).label, words.get(rule, rule.removeprefix("share:")))) for rule in texts]


_OF_ITEM: dict[str, Callable[[CaseChoices, WorkItemActions], list[Option]]] = {
    "holders": lambda c, item: c._by_post(item, Purpose.HOLD),
    "helpers_by_post": lambda c, item: c._by_post(item, Purpose.HELP),
    "helpers": lambda c, item: c._people(c._posts(item, Purpose.HELP)),
    "deciders": lambda c, item: c._people(c._posts(item, Purpose.DECIDE)),
    "signers": CaseChoices._signers,
    "targets": CaseChoices._targets,
    "procedures": lambda _, item: [Option(p.code, p.title) for p in item.procedures],
    "correctable": CaseChoices._correctable,
}
_OF_CASE: dict[str, Callable[[CaseChoices], list[Option]]] = {
    "approvers": CaseChoices._approvers,
    "receivers": CaseChoices._receivers,
    "done_steps": CaseChoices._done_steps,
    "deferrable": lambda c: c._documents(lambda d: d.required and d.status == "missing" and d.deferrable),
    "declarable": lambda c: c._documents(lambda d: d.required and d.status == "missing" and d.declarable),
    "deferred": lambda c: c._documents(lambda d: d.status == "deferred"),
    "commitments": CaseChoices._commitments,
    "commitment_results": lambda _: [
        Option(r.value, term(r)) for r in (CommitmentStatus.KEPT, CommitmentStatus.BROKEN)
    ],
    "orders_issued": lambda c: c._orders("issued"),
    "orders_answered": lambda c: c._orders("answered"),
    "joint_rules": lambda _: _rules(("all", "any")),
    "shares": lambda _: _rules(("share:0.51", "share:0.67", "share:0.75", "share:1.00")),
    "retentions": lambda _: [Option(kept.value, term(kept)) for kept in Retention],
    "satisfied": lambda _: [
        Option("yes", t("认可，办结督办", "Satisfied: close the order")),
        Option("no", t("不认可，退回重新答复", "Not satisfied: send it back")),
    ],
}
