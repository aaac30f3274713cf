"""Timers wait for their row: nothing in a process reads a clock, and the due date is computed elsewhere."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.task import Task


class HostTimer(EventDefinition):
    """A timer event that has fired only when `fire` says so."""

    def __init__(self) -> None:
        super().__init__("timer")

    def catches(self, my_task: Task, event: Any) -> bool:
        """No event of a process moves a timer."""
        return False


def mark_fired(task: Task) -> None:
    """Let a waiting timer go on: its due row came up."""
    task.internal_data["event_fired"] = True
    task.task_spec._update(task)
