"""Random processes walked at random with returns, against an oracle that knows neither BPMN nor the library."""

from __future__ import annotations

from random import Random

from drawn_blocks import Block, Called, Multi, Seq, Step, children, processes
from hypothesis import given, settings
from hypothesis import strategies as st
from random_walk import SETTINGS, Walk


@given(processes(), st.randoms(use_true_random=False))
@settings(SETTINGS, max_examples=120)
def test_every_walk_with_returns_agrees_with_the_oracle_and_ends(blocks: Seq, random: Random) -> None:
    walk = Walk(blocks, random)
    for _ in range(random.randint(0, 20)):
        walk.act()
    walk.run_out()
    if walk.seen:
        path, name = random.choice(sorted(walk.seen))
        walk.send_back(path, name, keep=True)
        walk.run_out()


def all_steps(block: Block, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
    """Every step of a process with the calls that lead to it."""
    if isinstance(block, Step | Multi):
        return [] if block.name.startswith("wait") else [(path, block.name)]
    inner = (*path, block.name) if isinstance(block, Called) else path
    return [step for child in children(block) for step in all_steps(child, inner)]


@given(processes(), st.randoms(use_true_random=False))
@settings(SETTINGS, max_examples=60)
def test_after_a_return_from_the_end_to_any_step_the_process_ends_again(blocks: Seq, random: Random) -> None:
    walk = Walk(blocks, random)
    walk.run_out()
    for path, name in all_steps(blocks):
        walk.send_back(path, name, keep=random.random() < 0.5)
        walk.run_out()
