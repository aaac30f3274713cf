"""The task specifications our diagrams are made of: SpiffWorkflow's classes without task data, scripts and clocks.

A specification is shared by all cases and threads, so nothing here keeps state of a case. Each has `node`, the id of the
drawn element (internal ones have none).
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition, TerminateEventDefinition
from SpiffWorkflow.bpmn.specs.mixins import (
    BoundaryEventMixin,
    CallActivityMixin,
    EndEventMixin,
    IntermediateCatchEventMixin,
    StartEventMixin,
)
from SpiffWorkflow.specs.Join import Join
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.definitions.model import DecisionTable
from engine.errors import ProcessStuck
from engine.runtime.decisions import decide
from engine.runtime.expressions import Condition
from engine.runtime.timers import HostTimer


class NodeSpec(BpmnTaskSpec):
    """A drawn element; `node` is its id in the diagram, unique within its file."""

    def __init__(self, process: Any, node: str, **options: Any) -> None:
        super().__init__(process, f"node:{node}", **options)
        self.node = node


class StepSpec(NodeSpec):
    """A step that waits to be completed from outside: a user task or a service task."""

    def __init__(self, process: Any, node: str) -> None:
        super().__init__(process, node, manual=True)


class InstanceSpec(BpmnTaskSpec):
    """One instance of a multi-instance step; the last one done lets the whole go on."""

    def __init__(self, process: Any, whole: MultiInstanceSpec) -> None:
        super().__init__(process, f"instance:{whole.node}", manual=True)
        self.node, self.whole = whole.node, whole
        self.inputs = [whole]

    def _on_complete_hook(self, my_task: Task) -> None:
        super()._on_complete_hook(my_task)
        if all(instance.state == TaskState.COMPLETED for instance in my_task.parent.children):
            my_task.parent._set_state(TaskState.READY)


class MultiInstanceSpec(NodeSpec):
    """会签 by several departments at once: `count` instances open together and all must be completed."""

    def __init__(self, process: Any, node: str, count: int) -> None:
        super().__init__(process, node)
        self.count = count
        self.instance = InstanceSpec(process, self)

    def _update_hook(self, my_task: Task) -> bool:
        my_task._set_state(TaskState.STARTED)
        my_task.workflow.top_workflow.record(self.node, [None] * self.count)
        for index in range(self.count):
            child = my_task._add_child(self.instance, TaskState.WAITING)
            child.internal_data["instance"] = index
            child._ready()
        return False


class RuleSpec(NodeSpec):
    """A business rule task: its table's outputs become results of the case."""

    def __init__(self, process: Any, node: str, table: DecisionTable) -> None:
        super().__init__(process, node)
        self.table = table

    def _run_hook(self, my_task: Task) -> bool:
        case = my_task.workflow.top_workflow
        for name, value in decide(self.table, case.facts).items():
            case.record(name, value)
        return True


class ChoiceSpec(NodeSpec):
    """An exclusive gateway: the first flow in the order of the file whose condition is true, else the default flow."""

    def __init__(self, process: Any, node: str) -> None:
        super().__init__(process, node)
        self.choices: list[tuple[Condition, str]] = []
        self.default: str | None = None

    def connect_choice(self, target: Any, condition: Condition | None) -> None:
        """Add a way out; the one without a condition is the default."""
        self.connect(target)
        if condition is None:
            self.default = target.name
        else:
            self.choices.append((condition, target.name))

    def _predict_hook(self, my_task: Task) -> None:
        """The way is known only when the gateway runs."""

    def _run_hook(self, my_task: Task) -> bool:
        way = next((name for condition, name in self.choices if condition.met(my_task)), self.default)
        if way is None:
            raise ProcessStuck(node=self.node)
        my_task._sync_children([self._wf_spec.task_specs[way]], TaskState.FUTURE)
        return True


class ParallelSpec(Join, NodeSpec):
    """A parallel gateway: goes on when one token waits from each incoming flow, whatever happened in earlier rounds.

    The library's own gateway counts cancelled arrivals of an earlier round of a loop; this one counts waiting ones only.
    """

    def _update_hook(self, my_task: Task) -> bool:
        waiting = [t for t in my_task.workflow.tasks.values() if t.task_spec is self and t.state == TaskState.WAITING]
        others = [t for t in waiting if t is not my_task]
        arrived = {t.parent.task_spec.name for t in (*others, my_task)}
        if not arrived.issuperset(self._inputs):
            my_task._set_state(TaskState.WAITING)
            return False
        for task in others:
            task.cancel()
        return True


class CallSpec(CallActivityMixin, NodeSpec):
    """A call activity or an embedded sub-process; `scope` is what it opens."""

    def __init__(self, process: Any, node: str, scope: str) -> None:
        super().__init__(process, node, subworkflow_spec=scope)

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Task) -> None:
        my_task._set_state(TaskState.READY)

    def start_workflow(self, my_task: Task) -> None:
        my_task.workflow.top_workflow.open_called(my_task)


class StartSpec(StartEventMixin, NodeSpec):
    """The none start event."""

    def __init__(self, process: Any, node: str) -> None:
        super().__init__(process, node, event_definition=NoneEventDefinition())


class EndSpec(EndEventMixin, NodeSpec):
    """An end event; a terminate end closes every other token of its scope."""

    def __init__(self, process: Any, node: str, terminate: bool) -> None:
        event = TerminateEventDefinition() if terminate else NoneEventDefinition()
        super().__init__(process, node, event_definition=event)

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.top_workflow.reached_end(my_task)
        return bool(super()._run_hook(my_task))


class TimerSpec(IntermediateCatchEventMixin, NodeSpec):
    """An intermediate timer: waits until its row is due."""

    def __init__(self, process: Any, node: str) -> None:
        super().__init__(process, node, event_definition=HostTimer())


class BoundaryTimerSpec(BoundaryEventMixin, NodeSpec):
    """A timer attached to a step; an interrupting one takes the step away when it fires."""

    def __init__(self, process: Any, node: str, interrupting: bool) -> None:
        super().__init__(process, node, event_definition=HostTimer(), cancel_activity=interrupting)
