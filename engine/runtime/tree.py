"""A marking brought to life as SpiffWorkflow objects for the length of one call, then read back.

The library moves the tokens; the tree it works on holds only what is open now. Finished work is not in it, so no step
gets slower or goes astray because of what happened before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import ProcessError, ProcessStuck
from engine.runtime.compiler import CompiledProcess
from engine.runtime.expressions import RefusingEngine
from engine.runtime.marking import Arrival, Entry, Marking, Path, Place
from engine.runtime.specification import entrance
from engine.runtime.specs import (
    BoundaryTimerSpec,
    InstanceSpec,
    MultiInstanceSpec,
    ParallelSpec,
    StepSpec,
    TimerSpec,
)
from engine.runtime.timers import mark_fired

MOST_MOVES = 2_000
_ENGINE = RefusingEngine()
_TIMERS = (TimerSpec, BoundaryTimerSpec)


class _Task(Task):
    """A library task numbered within the case, without log records and wall-clock times of state changes."""

    def __init__(self, scope: Any, spec: Any, parent: Task | None = None, state: int = TaskState.MAYBE, id: int = 0):
        super().__init__(scope, spec, parent, state, id or next(scope.top_workflow.serials))

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> Task:
        return _Task(self.workflow, task_spec, self, state)

    def _set_state(self, value: int) -> None:
        self._state = value


class _Called(BpmnSubWorkflow):
    """An open call activity or embedded sub-process."""

    def __init__(self, task: Task, spec: Any) -> None:
        case = task.workflow.top_workflow
        super().__init__(spec, task.id, case, deserializing=True)
        self.path: Path = (*task.workflow.path, task.task_spec.node)
        if self.path in case.scopes and not case.scopes[self.path].completed:
            raise _reached_twice(task.task_spec.node)
        self.task_tree = _Task(self, spec.start, state=TaskState.COMPLETED)
        self.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
        case.subprocesses[task.id] = self
        case.scopes[self.path] = self

    def collect_log_extras(self, dct: Any = None) -> dict[str, Any]:
        return {}


class CaseTree(BpmnWorkflow):
    """The library's view of one case; `facts` are what conditions and tables see, results of the case over the rest."""

    def __init__(self, process: CompiledProcess, marking: Marking, facts: Mapping[str, Any]) -> None:
        specs = process.specifications
        super().__init__(specs[process.process_id], specs, script_engine=_ENGINE, deserializing=True)
        self._process = process
        self.serials = count(marking.serial)
        self.results = dict(marking.results)
        self.facts = {**facts, **self.results}
        self.end_node = marking.end_node
        self.path: Path = ()
        self.scopes: dict[Path, Any] = {(): self}
        self._hosts: dict[tuple[Path, str], Task] = {}
        self._open: dict[int, Task] = {}
        self.task_tree = _Task(self, self.spec.start, state=TaskState.COMPLETED)
        for place in marking.places:
            self._open[place.id] = self._stand(place)
        for arrival in marking.arrivals:
            scope = self._scope(arrival.path)
            _Task(scope, scope.spec.task_specs[f"node:{arrival.join}"], self._origin(arrival), TaskState.WAITING)

    def collect_log_extras(self, dct: Any = None) -> dict[str, Any]:
        return {}

    def record(self, name: str, value: Any) -> None:
        """Keep a result of the case, for later conditions and for the state."""
        self.results[name] = self.facts[name] = value

    def reached_end(self, task: Task) -> None:
        """Note the end event of the root process."""
        if task.workflow is self:
            self.end_node = self._process.lasting_end(self.end_node, task.task_spec.node)

    def complete(self, place: Place) -> None:
        """Complete the step at a place and move on."""
        self._run(self._open[place.id])
        self._move_on()

    def fire(self, place: Place) -> None:
        """Let the timer at a place go off and move on."""
        mark_fired(self._open[place.id])
        self._move_on()

    def enter(self, *entries: Entry) -> None:
        """Put tokens on the ways into nodes and move on."""
        for entry in entries:
            child = self._origin(entry)._add_child(entrance(self._scope(entry.path).spec, entry.node), TaskState.FUTURE)
            child.task_spec._update(child)
        self._move_on()

    def open_called(self, task: Task) -> None:
        """Start the process a call activity or sub-process contains."""
        called = _Called(task, self.subprocess_specs[task.task_spec.spec])
        start = called.task_tree._add_child(called.spec.start.outputs[0], TaskState.FUTURE)
        start.task_spec._update(start)

    def marking(self) -> Marking:
        """Where the tokens stand now; ProcessStuck if the process has not ended and nothing can move it on."""
        places, arrivals = [], []
        for task in self._tasks():
            waiting = task.state == TaskState.WAITING
            if task.state == TaskState.READY or (waiting and isinstance(task.task_spec, _TIMERS)):
                places.append(_place(task))
            elif waiting and isinstance(task.task_spec, ParallelSpec):
                arrivals.append(Arrival(task.task_spec.node, task.parent.task_spec.node, task.workflow.path))
        if not places and not self.completed:
            raise ProcessStuck("流程停在并行汇合处，没有可办的环节，该件已暂停流转，技术人员会处理。")
        alone = [(p.path, p.node, p.instance) for p in places if not self._may_repeat(p)]
        _check_single([*alone, *((a.path, a.join, a.source) for a in arrivals)])
        return Marking(next(self.serials), tuple(places), tuple(arrivals), self.results, self.end_node)

    def _tasks(self) -> Iterator[Any]:
        """Every task of every scope still open."""
        for scope in (self, *self.subprocesses.values()):
            if not scope.completed:
                yield from scope.tasks.values()

    def _move_on(self) -> None:
        """Run all that needs nobody: gateways, tables, events, calls; bounded, as a diagram may turn in circles."""
        moves = 0
        while ready := [t for t in self._tasks() if t.state == TaskState.READY and not t.task_spec.manual]:
            for task in ready:
                if task.state == TaskState.READY:
                    self._run(task)
            moves += len(ready)
            if moves > MOST_MOVES:
                raise ProcessError("流程在没有人工环节的循环里打转，该件已暂停流转，技术人员会处理。")

    def _run(self, task: Task) -> None:
        task.task_spec._predict(task, mask=TaskState.READY)
        task.run()

    def _may_repeat(self, place: Place) -> bool:
        """A plain step may be open twice (a reminder that fires again); a guarded or multi-instance one may not."""
        spec = self.scopes[place.path].spec.task_specs
        return isinstance(spec[f"node:{place.node}"], StepSpec | TimerSpec) and f"split:{place.node}" not in spec

    def _scope(self, path: Path) -> Any:
        """The open scope of a path, opened without a token if it is not open yet."""
        if path not in self.scopes:
            outer = self._scope(path[:-1])
            spec = outer.spec.task_specs[f"node:{path[-1]}"]
            task = _Task(outer, spec, outer.task_tree, TaskState.STARTED)
            _Called(task, self.subprocess_specs[spec.spec])
        return self.scopes[path]

    def _stand(self, place: Place) -> Task:
        """The task of an open token, among the tasks it needs around it."""
        scope = self._scope(place.path)
        spec = scope.spec.task_specs[f"node:{place.node}"]
        if isinstance(spec, MultiInstanceSpec):
            return self._stand_instance(scope, spec, place)
        if isinstance(spec, BoundaryTimerSpec):
            split = scope.spec.task_specs[spec._inputs[0]]
            return _Task(scope, spec, self._host(scope, split), TaskState.WAITING, place.id)
        if isinstance(spec, TimerSpec):
            return _Task(scope, spec, scope.task_tree, TaskState.WAITING, place.id)
        return _Task(scope, spec, self._around(scope, place.node), TaskState.READY, place.id)

    def _stand_instance(self, scope: Any, spec: MultiInstanceSpec, place: Place) -> Task:
        """One open instance; the whole step stands around it, its done instances are left out."""
        key = (scope.path, spec.name)
        if key not in self._hosts:
            self._hosts[key] = _Task(scope, spec, self._around(scope, place.node), TaskState.STARTED)
        task = _Task(scope, spec.instance, self._hosts[key], TaskState.READY, place.id)
        task.internal_data["instance"] = place.instance
        return task

    def _around(self, scope: Any, node: str) -> Task:
        """The parent of a step's task: the split of its boundary timers, or the root."""
        split = scope.spec.task_specs.get(f"split:{node}")
        return self._host(scope, split) if split else scope.task_tree

    def _host(self, scope: Any, spec: Any) -> Task:
        key = (scope.path, spec.name)
        if key not in self._hosts:
            self._hosts[key] = _Task(scope, spec, scope.task_tree, TaskState.COMPLETED)
        return self._hosts[key]

    def _origin(self, item: Arrival | Entry) -> Task:
        """A finished task of the node a token comes from, or the root where nobody asks."""
        scope = self._scope(item.path)
        if item.source is None:
            return scope.task_tree
        return _Task(scope, scope.spec.task_specs[f"node:{item.source}"], scope.task_tree, TaskState.COMPLETED)


def _place(task: Task) -> Place:
    if not isinstance(task.task_spec, (StepSpec, InstanceSpec, *_TIMERS)):
        raise ProcessError(en=f"task left behind at {task.task_spec.name}")
    return Place(task.id, task.task_spec.node, task.workflow.path, task.internal_data.get("instance"))


def _check_single(spots: list[tuple[Any, ...]]) -> None:
    if len(set(spots)) != len(spots):
        raise _reached_twice(next(spot for spot in spots if spots.count(spot) > 1)[1])


def _reached_twice(node: str) -> ProcessError:
    """Sound diagrams do not do this; going on would mix up two runs of the same stretch."""
    return ProcessError(f"环节“{node}”同时被两次到达，该件已暂停流转，技术人员会处理。", node=node)
