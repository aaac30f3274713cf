"""What happens to cases beside the straight way (办理中的插曲), so that the demo shows what officials look for first.

Returns, signatures, delegation, transfer, extension, urging, supervision, withdrawal: each now and then, by the same
commands as ever and by officers who may. A refused attempt leaves the case as it was, as in life.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import Row, text

from engine.commands.add_signer import AddSigner, add_signer
from engine.commands.answer_supervision import AnswerSupervision, answer_supervision
from engine.commands.close_card import CloseCard, close_card
from engine.commands.close_supervision import CloseSupervision, close_supervision
from engine.commands.copy_case import CopyCase, copy_case
from engine.commands.delegate_work_item import DelegateWorkItem, delegate_work_item
from engine.commands.explain_card import ExplainCard, explain_card
from engine.commands.extend_limit import ExtendLimit, extend_limit
from engine.commands.hand_back import HandBack, hand_back
from engine.commands.order_supervision import OrderSupervision, order_supervision
from engine.commands.rectify_card import RectifyCard, rectify_card
from engine.commands.return_case import ReturnCase, return_case
from engine.commands.rule_on_card import RuleOnCard, rule_on_card
from engine.commands.sign_work_item import SignWorkItem, sign_work_item
from engine.commands.start_joint_signing import StartJointSigning, start_joint_signing
from engine.commands.transfer_work_item import TransferWorkItem, transfer_work_item
from engine.commands.urge_case import UrgeCase, urge_case
from engine.commands.withdraw_case import WithdrawCase, withdraw_case
from engine.errors import CaseworkError
from engine.office import Office
from engine.policy.actors import Actor
from engine.queries.approvers import approvers
from engine.queries.candidates import Purpose, candidates
from engine.queries.return_targets import return_targets
from engine.terms import CardStatus, Part

_CARDS = text(
    "SELECT id, status, post_id FROM cards WHERE case_id = :case_id AND answer_due_at IS NOT NULL"
    " AND status NOT IN ('closed', 'revoked', 'replaced') ORDER BY id"
)
_ORDERS = text(
    "SELECT o.id, o.status, o.post_id, c.number FROM supervision_orders o JOIN cases c ON c.id = o.case_id"
    " WHERE o.case_id = :case_id AND o.status <> 'closed' ORDER BY o.id"
)

Answer = Mapping[str, Any]


@dataclass
class Incidents:
    """Who may be asked, and the dice."""

    office: Office
    random: Random
    holders: Mapping[int, Actor]
    supervisor: Actor

    def happen(self, number: str, item: Row[Any], actor: Actor) -> None:
        """Perhaps something before the step is done; the step itself stays to be done."""
        chances: list[tuple[float, Callable[[], Answer | None]]] = [
            (0.04, lambda: urge_case(self.office, actor, UrgeCase(case_number=number, for_applicant=True))),
            (0.02, lambda: self._copy(number, item, actor)),
            (0.015, lambda: self._supervise(number)),
        ]
        if item.part == Part.MAIN and item.stage not in ("accept", "deliver"):
            chances += [
                (0.03, lambda: self._return(item, actor)),
                (0.02, lambda: self._ask("before", item, actor)),
                (0.015, lambda: self._ask("after", item, actor)),
                (0.02, lambda: self._delegate(item, actor)),
                (0.015, lambda: self._sign_jointly(item, actor)),
                (0.015, lambda: self._transfer(item, actor)),
                (0.02, lambda: self._extend(number, item, actor)),
                (0.008, lambda: self._withdraw(number, actor)),
            ]
        for chance, work in chances:
            if self.random.random() < chance:
                self._try(work)

    def sign(self, item: Row[Any], actor: Actor, choice: str) -> None:
        """The part of somebody who was asked: a delegate hands back, a signer signs; `choice` is what a joint signer says."""
        if item.part == Part.DELEGATE:
            done = HandBack(work_item_id=item.id, opinion="已核对相关资料，情况属实。")
            self._try(lambda: hand_back(self.office, actor, done))
            return
        said = "" if item.part == Part.JOINT else "agree" if self.random.random() < 0.9 else "disagree"
        opinion = "理由尚不充分，请补充核实。" if said == "disagree" else "同意。"
        wanted = SignWorkItem(work_item_id=item.id, decision=said or choice, opinion=opinion)
        self._try(lambda: sign_work_item(self.office, actor, wanted))

    def settle(self, case_id: int, when: Callable[[], object]) -> bool:
        """Supervision orders answered and cards explained, ruled on, rectified and closed; whether anything was open.

        when  moves the clock to the hour at which people get to it
        """
        with self.office.database.connect() as connection:
            cards = list(connection.execute(_CARDS, {"case_id": case_id}))
            orders = list(connection.execute(_ORDERS, {"case_id": case_id}))
        if cards or orders:
            when()
        for order in orders:
            self._try(lambda order=order: self._go_on_with_order(order))
        for card in cards:
            if self.random.random() < 0.85:
                self._try(lambda card=card: self._go_on_with_card(card))
        return bool(cards or orders)

    # --- one incident each --------------------------------------------------------------------------------------

    def _return(self, item: Row[Any], actor: Actor) -> Answer | None:
        targets = return_targets(self.office, actor, item.id)
        if not targets:
            return None
        target = self.random.choice(targets)
        straight = target.may_go_straight_back and self.random.random() < 0.5
        reason = self.random.choice(
            ("入户记录不全，请补充。", "核对报告有疑点，请复核。", "意见与事实不一致，请更正。")
        )
        wanted = ReturnCase(
            work_item_id=item.id, target=target.node_id, path=target.path, reason=reason, directly=straight
        )
        return return_case(self.office, actor, wanted)

    def _ask(self, place: str, item: Row[Any], actor: Actor) -> Answer | None:
        officers = self._colleagues(item, actor, Purpose.HELP, 1)
        wanted = AddSigner(work_item_id=item.id, place=place, officers=officers, note="请提出意见。")
        return add_signer(self.office, actor, wanted) if officers else None

    def _delegate(self, item: Row[Any], actor: Actor) -> Answer | None:
        officers = self._colleagues(item, actor, Purpose.HELP, 1)
        if not officers:
            return None
        return delegate_work_item(
            self.office, actor, DelegateWorkItem(work_item_id=item.id, officer_id=officers[0], note="请协助核实。")
        )

    def _sign_jointly(self, item: Row[Any], actor: Actor) -> Answer | None:
        officers = self._colleagues(item, actor, Purpose.DECIDE, 2)
        rule = self.random.choice(("all", "any", "share:0.67"))
        wanted = StartJointSigning(work_item_id=item.id, rule=rule, officers=officers)
        return start_joint_signing(self.office, actor, wanted) if officers else None

    def _transfer(self, item: Row[Any], actor: Actor) -> Answer | None:
        posts = [p for p in candidates(self.office, actor, item.id, Purpose.HOLD) if p.post_id != item.post_id]
        if not posts:
            return None
        wanted = TransferWorkItem(work_item_id=item.id, post_id=posts[0].post_id, reason="工作调整")
        return transfer_work_item(self.office, actor, wanted)

    def _extend(self, number: str, item: Row[Any], actor: Actor) -> Answer | None:
        others = [one for one in approvers(self.office, actor, number) if one.officer_id != actor.officer_id]
        if not others:
            return None
        reason = "需向外省民政部门协查收入情况，尚未收到回函。"
        return extend_limit(
            self.office,
            actor,
            ExtendLimit(work_item_id=item.id, amount=5, reason=reason, approver_id=others[0].officer_id),
        )

    def _withdraw(self, number: str, actor: Actor) -> Answer | None:
        return withdraw_case(
            self.office,
            actor,
            WithdrawCase(case_number=number, asked_by="申请人本人", reason="家庭情况已变化，不再申请。"),
        )

    def _copy(self, number: str, item: Row[Any], actor: Actor) -> Answer | None:
        officers = self._colleagues(item, actor, Purpose.HELP, 1)
        return copy_case(self.office, actor, CopyCase(case_number=number, officers=officers)) if officers else None

    def _supervise(self, number: str) -> Answer | None:
        matter = "该件临近时限，请说明进展并加快办理。"
        return order_supervision(self.office, self.supervisor, OrderSupervision(case_number=number, matter=matter))

    def _colleagues(self, item: Row[Any], actor: Actor, purpose: Purpose, most: int) -> tuple[int, ...]:
        posts = candidates(self.office, actor, item.id, purpose)
        free = [one.officer_id for post in posts for one in post.officers if not one.refusal]
        return tuple(dict.fromkeys(free))[:most]

    def _go_on_with_order(self, order: Row[Any]) -> Answer | None:
        if order.status == "answered":
            done = CloseSupervision(case_number=order.number, order_id=order.id, satisfied=True)
            return close_supervision(self.office, self.supervisor, done)
        holder = self.holders.get(order.post_id)
        if holder is None:
            return None
        answer = AnswerSupervision(case_number=order.number, order_id=order.id, answer="正在核实，预计按期办结。")
        return answer_supervision(self.office, holder, answer)

    def _go_on_with_card(self, card: Row[Any]) -> Answer | None:
        holder = self.holders.get(card.post_id) if card.post_id else None
        match card.status:
            case CardStatus.ISSUED | CardStatus.NOTIFIED if holder:
                text_ = "因需向外地核实情况，未能按期办结；已加快办理。"
                return explain_card(self.office, holder, ExplainCard(card_id=card.id, text=text_))
            case CardStatus.EXPLAINED:
                ruling = "upheld" if self.random.random() < 0.7 else "revoked"
                wanted = RuleOnCard(card_id=card.id, ruling=ruling, reason="已核对办理经过。")
                return rule_on_card(self.office, self.supervisor, wanted)
            case CardStatus.UPHELD if holder:
                done = RectifyCard(card_id=card.id, text="已补办并完善提醒。")
                return rectify_card(self.office, holder, done)
            case CardStatus.RECTIFIED:
                return close_card(self.office, self.supervisor, CloseCard(card_id=card.id))
        return None

    def _try(self, work: Callable[[], Answer | None]) -> Answer | None:
        try:
            return work()
        except CaseworkError:
            return None
