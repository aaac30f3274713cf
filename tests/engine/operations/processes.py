"""Random sound processes as published definitions: blocks of steps between the acceptance and the decision."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from random import Random
from typing import Any

from engine.definitions.bundle import ItemBundle
from engine.office import Office
from tests.shapes import bundle_of, publish

# lane, stage and department of the steps officers do between acceptance and decision
_STEPS = (
    ("grid_worker", "visit", {}),
    ("community", "check", {}),
    ("street", "review", {}),
    ("street", "check", {}),
    ("assessor", "assess", {}),
    ("review_panel", "deliberate", {}),
    ("consulted_department", "check", {"department": "public_security"}),
)
_DEPARTMENTS = ("public_security", "market_regulation", "housing")
GROWN = range(4)  # seeds of the processes the suite walks
Spec = dict[str, Any]


def key_of(seed: int) -> str:
    """The item of the process that grows from this seed."""
    return f"mz-{700 + seed}-grown"


@cache
def grown(seed: int) -> ItemBundle:
    """The bundle of one random process; the same seed gives the same one."""
    return bundle_of(key_of(seed), f"示例随机事项{seed}", _Grower(Random(seed)).process())


def publish_grown(office: Office, seeds: Iterable[int]) -> None:
    """The processes of these seeds are in force in the city."""
    for seed in seeds:
        publish(office, grown(seed))


class _Grower:
    """Draws blocks one behind the other; every step has a name of its own."""

    def __init__(self, random: Random) -> None:
        self.random, self.count = random, 0

    def process(self) -> list[Spec]:
        middle: list[Spec] = []
        blocks = [self.block() for _ in range(self.random.randint(2, 4))]
        # The item rules a special procedure, so some step must use it.
        blocks.insert(self.random.randint(1, len(blocks)), self._publicity())
        for block in blocks:
            middle += block
        back = next(s["id"] for s in middle if s.get("kind", "") == "")
        ways = [
            {"to": "refused", "when": 'decide = "refuse"', "name": "不予"},
            {"to": back, "when": 'decide = "back"', "name": "退回核实"},
            {"to": "deliver"},
        ]
        decisions = "grant:准予 refuse:不予 back:退回核实"
        return [
            {"id": "accept", "lane": "street", "name": "受理", "stage": "accept", "days": 2},
            *middle,
            {
                **{"id": "decide", "lane": "district", "name": "决定", "stage": "decide", "days": 4},
                **{"decisions": decisions, "next": ways},
            },
            {"id": "deliver", "lane": "street", "name": "送达", "stage": "deliver", "days": 1, "next": "granted"},
            {"id": "granted", "kind": "end", "lane": "street", "name": "办结", "outcome": "granted"},
            {"id": "refused", "kind": "end", "lane": "district", "name": "不予批准", "outcome": "refused"},
        ]

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def step(self) -> Spec:
        lane, stage, more = self.random.choice(_STEPS)
        name = self.name("step")
        days = self.random.randint(1, 5)
        buttons = {"decisions": "agree:同意 disagree:不同意"} if self.random.random() < 0.4 else {}
        return {"id": name, "lane": lane, "name": f"环节{self.count}", "stage": stage, "days": days, **more, **buttons}

    def block(self) -> list[Spec]:
        kind = self.random.choice(["step", "step", "several", "parallel", "guarded"])
        return list(getattr(self, f"_{kind}")())

    def _step(self) -> list[Spec]:
        return [self.step()]

    def _several(self) -> list[Spec]:
        """Several departments at once."""
        step = self.step()
        asked = self.random.sample(_DEPARTMENTS, self.random.randint(2, 3))
        step.pop("department", None)
        return [{**step, "lane": "consulted_department", "stage": "joint_review", "departments": asked}]

    def _publicity(self) -> list[Spec]:
        shown = {"id": self.name("publicity"), "lane": "community", "name": "公示", "stage": "publicise"}
        return [{**shown, "natural_days": 7, "procedure": "publicity"}]

    def _parallel(self) -> list[Spec]:
        branches = [[self.step() for _ in range(self.random.randint(1, 2))] for _ in range(self.random.randint(2, 3))]
        fork = {"id": self.name("together"), "lane": "street", "kind": "parallel", "branches": branches}
        after = self.step()
        return [{**fork, "next": after["id"]}, after]

    def _guarded(self) -> list[Spec]:
        """A step whose limit passes it by, or reminds of it."""
        step, after = self.step(), self.step()
        interrupting = self.random.random() < 0.5
        limit = {"id": self.name("limit"), "kind": "boundary", "on": step["id"], "days": 2, "name": "满二日"}
        if interrupting:
            return [step, {**limit, "interrupting": True, "next": after["id"]}, after]
        # The reminder is a machine's step that ends by itself; drawn here behind the step that goes on.
        remind, reminded = self.name("remind"), self.name("reminded")
        return [
            {**step, "next": after["id"]},
            {**limit, "interrupting": False, "next": remind},
            {"id": remind, "lane": "street", "kind": "service", "name": "提醒", "service": "notify", "next": reminded},
            {"id": reminded, "kind": "end", "lane": "street", "name": "已提醒"},
            after,
        ]
