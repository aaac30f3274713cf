"""Conditions of gateways in FEEL, and an engine that refuses all else.

SpiffWorkflow hands author text to Python in many places. The parser lets none of them through; should one slip in after
an upgrade of the library, this engine raises instead of running it.
"""

from __future__ import annotations

from typing import Any, NoReturn

from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment, PythonScriptEngine
from SpiffWorkflow.task import Task

from engine.errors import ExpressionError, ProcessError
from engine.feel import Expression


class Condition:
    """A gateway's FEEL condition; met only if it is exactly true over the case's facts and results."""

    def __init__(self, expression: Expression) -> None:
        self.expression = expression

    def met(self, task: Task) -> bool:
        try:
            return self.expression.is_met(task.workflow.top_workflow.facts)
        except ExpressionError as error:
            raise ProcessError(f"网关条件无法计算：{error.message}", expression=self.expression.text) from error


class RefusingEnvironment(BasePythonScriptEngineEnvironment):
    """Runs no text of a diagram, whatever asks for it."""

    def evaluate(self, expression: Any, context: Any, external_context: Any = None) -> NoReturn:
        _refuse(expression)

    def execute(self, script: Any, context: Any, external_context: Any = None) -> NoReturn:
        _refuse(script)

    def call_service(self, context: Any, **request: Any) -> NoReturn:
        _refuse(request)


class RefusingEngine(PythonScriptEngine):
    """The script engine of every process: refuses expressions, scripts and services alike."""

    def __init__(self) -> None:
        super().__init__(RefusingEnvironment())

    def validate(self, expression: Any) -> NoReturn:
        _refuse(expression)

    def evaluate(self, task: Task, expression: Any, external_context: Any = None) -> NoReturn:
        _refuse(expression)

    def execute(self, task: Task, script: Any, external_context: Any = None) -> NoReturn:
        _refuse(script)

    def call_service(self, task: Task, **request: Any) -> NoReturn:
        _refuse(request)


def _refuse(text: object) -> NoReturn:
    raise ProcessError("流程图中的文字不能作为程序执行。", en=f"refused to run {text!r}")
