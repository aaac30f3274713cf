"""What a diagram must not contain: each refusal has a broken diagram, and author text never becomes Python."""

from __future__ import annotations

import pytest
from bpmn_builder import Bundle, Special, boundary, call, compiled, diagram, end, multi, rule, sub
from walked_case import Case

from engine.errors import DefinitionInvalid, ProcessError
from engine.runtime import compile_process
from engine.runtime.expressions import RefusingEngine, RefusingEnvironment

PYTHON = "__import__('os').system('id')"
SPIFF = 'xmlns:spiff="http://spiffworkflow.org/bpmn/schema/1.0/core"'
TIMER = "<bpmn:timerEventDefinition><bpmn:{tag}>{text}</bpmn:{tag}></bpmn:timerEventDefinition>"
LOOP = "<bpmn:multiInstanceLoopCharacteristics{attributes}>{inner}</bpmn:multiInstanceLoopCharacteristics>"
NO_TIME = "<bpmn:timerEventDefinition/>"
THREE = "<bpmn:loopCardinality>3</bpmn:loopCardinality>"

BROKEN = {
    "a start event is missing": ("a > end", {}),
    "two start events": ("start > a > end\nstart2 > a", {}),
    "a step without a way on": ("start > a > xor1 > end\nxor1 > b if a = 1", {}),
    "a step with two ways on": ("start > a > end\na > b > end", {}),
    "a gateway flow without a condition": ("start > xor1 > a > end\nxor1 > b > end\nxor1 > c > end", {}),
    "a condition behind a step": ("start > a > end\na > b if x = 1\nb > end", {}),
    "a condition behind a parallel gateway": ("start > and1 > a > end\nand1 > b if x = 1\nb > end", {}),
    "a condition that is no FEEL": ("start > xor1\nxor1 > a if x == 1\nxor1 > end\na > end", {}),
    "a flow into the start event": ("start > a > xor1 > start\nxor1 > end if x = 1", {}),
    "a flow out of an end event": ("start > a > end > b > end2", {}),
    "a timer attached to nothing": ("start > a > end\nt > b > end", {"t": boundary("nowhere")}),
    "a timer attached to a gateway": ("start > xor1 > end\nt > b > end", {"t": boundary("xor1")}),
    "a timer attached to a service task": ("start > machine1 > end\nt > b > end", {"t": boundary("machine1")}),
    "a timer attached to a call": ("start > c > end\nt > b > end", {"c": call("main2"), "t": boundary("c")}),
    "an unknown called process": ("start > c > end", {"c": call("nowhere")}),
    "a process that calls itself": ("start > c > end", {"c": call("main")}),
    "an unknown decision table": ("start > r > end", {"r": rule("nowhere")}),
    "an unknown element": ("start > a > end", {"a": Special("manualTask")}),
    "an inclusive gateway": ("start > a > end", {"a": Special("inclusiveGateway")}),
    "an event gateway": ("start > a > end", {"a": Special("eventBasedGateway")}),
    "a thrown event": ("start > a > end", {"a": Special("intermediateThrowEvent")}),
    "an ad-hoc sub-process": ("start > a > end", {"a": Special("adHocSubProcess")}),
    "a transaction": ("start > a > end", {"a": Special("transaction")}),
    "an event sub-process": ("start > s > end", {"s": Special("subProcess", 'triggeredByEvent="true"')}),
    "a sub-process without a start": ("start > s > end", {"s": sub("x > end_s")}),
    "a message start": ("start > a > end", {"start": Special("startEvent", "", "<bpmn:messageEventDefinition/>")}),
    "a signal end": ("start > a > end", {"end": Special("endEvent", "", "<bpmn:signalEventDefinition/>")}),
    "an error boundary": (
        "start > a > end",
        {"e": Special("boundaryEvent", 'attachedToRef="a"', "<bpmn:errorEventDefinition/>")},
    ),
    "a catch event without a timer": ("start > a > end", {"a": Special("intermediateCatchEvent")}),
    "a timer without a length": ("start > a > end", {"a": Special("intermediateCatchEvent", "", NO_TIME)}),
    "a standard loop": ("start > a > end", {"a": Special("userTask", "", "<bpmn:standardLoopCharacteristics/>")}),
    "a sequential multi-instance": (
        "start > a > end",
        {"a": Special("userTask", "", LOOP.format(attributes=' isSequential="true"', inner=THREE))},
    ),
    "a multi-instance service task": (
        "start > a > end",
        {"a": Special("serviceTask", "", LOOP.format(attributes="", inner=THREE))},
    ),
    "no instances at all": ("start > a > end", {"a": multi(0)}),
}

AS_PYTHON = {
    "a script task": {"a": Special("scriptTask", "", f"<bpmn:script>{PYTHON}</bpmn:script>")},
    "a gateway condition": {},
    "a timer's duration": {"a": Special("intermediateCatchEvent", "", TIMER.format(tag="timeDuration", text=PYTHON))},
    "a timer's date": {"a": Special("intermediateCatchEvent", "", TIMER.format(tag="timeDate", text=PYTHON))},
    "a timer's cycle": {"a": Special("intermediateCatchEvent", "", TIMER.format(tag="timeCycle", text=PYTHON))},
    "a conditional event": {
        "a": Special(
            "intermediateCatchEvent",
            "",
            f"<bpmn:conditionalEventDefinition><bpmn:condition>{PYTHON}</bpmn:condition></bpmn:conditionalEventDefinition>",
        )
    },
    "a number of instances": {"a": multi(PYTHON)},
    "a completion condition": {
        "a": Special(
            "userTask",
            "",
            LOOP.format(attributes="", inner=f"{THREE}<bpmn:completionCondition>{PYTHON}</bpmn:completionCondition>"),
        )
    },
    "a loop condition": {
        "a": Special(
            "userTask",
            "",
            f"<bpmn:standardLoopCharacteristics><bpmn:loopCondition>{PYTHON}</bpmn:loopCondition></bpmn:standardLoopCharacteristics>",
        )
    },
    "a script before a step": {
        "a": Special(
            "userTask",
            "",
            f"<bpmn:extensionElements {SPIFF}><spiff:preScript>{PYTHON}</spiff:preScript></bpmn:extensionElements>",
        )
    },
    "a script after a step": {
        "a": Special(
            "userTask",
            "",
            f"<bpmn:extensionElements {SPIFF}><spiff:postScript>{PYTHON}</spiff:postScript></bpmn:extensionElements>",
        )
    },
    "a parameter of a service": {
        "a": Special(
            "serviceTask",
            "",
            f'<bpmn:extensionElements {SPIFF}><spiff:serviceTaskOperator id="x"><spiff:parameters>'
            f'<spiff:parameter id="p" type="str" value="{PYTHON}"/></spiff:parameters></spiff:serviceTaskOperator>'
            "</bpmn:extensionElements>",
        )
    },
    "a data input": {"a": Special("userTask", "", f"<bpmn:dataInputAssociation>{PYTHON}</bpmn:dataInputAssociation>")},
    "an input and output specification": {"a": Special("userTask", "", "<bpmn:ioSpecification/>")},
    "an ad-hoc completion": {
        "a": Special("adHocSubProcess", "", f"<bpmn:completionCondition>{PYTHON}</bpmn:completionCondition>")
    },
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_diagram_is_refused_with_its_file(fault: str) -> None:
    flows, specials = BROKEN[fault]
    with pytest.raises(DefinitionInvalid) as refusal:
        compiled(flows, diagram("main2", "start > f > end"), **specials)
    assert refusal.value.file.endswith(".bpmn")
    assert refusal.value.line >= 0


@pytest.mark.parametrize("place", AS_PYTHON)
def test_python_in_a_diagram_is_refused_before_it_runs(place: str) -> None:
    flows = f"start > xor1\nxor1 > a if {PYTHON}\nxor1 > end\na > end" if not AS_PYTHON[place] else "start > a > end"
    with pytest.raises(DefinitionInvalid):
        compiled(flows, **AS_PYTHON[place])


@pytest.mark.parametrize("cell", ["inputExpression", "inputEntry", "outputEntry"])
def test_python_in_a_decision_table_is_refused(cell: str) -> None:
    texts = {"inputExpression": "x", "inputEntry": "-", "outputEntry": "1"} | {cell: PYTHON}
    table = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        '<decision id="t" name="T"><decisionTable id="dt" hitPolicy="UNIQUE"><input id="i"><inputExpression id="e"><text>'
        f'{texts["inputExpression"]}</text></inputExpression></input><output id="o" name="y" typeRef="number"/>'
        f'<rule id="r"><inputEntry id="ie"><text>{texts["inputEntry"]}</text></inputEntry>'
        f'<outputEntry id="oe"><text>{texts["outputEntry"]}</text></outputEntry></rule></decisionTable></decision></definitions>'
    )
    with pytest.raises(DefinitionInvalid) as refusal:
        compiled("start > r > end", tables={"main.dmn": table.encode()}, r=rule("t"))
    assert refusal.value.file == "main.dmn"


def test_a_timer_may_take_its_length_from_a_special_procedure() -> None:
    timer = Special("intermediateCatchEvent", 'yimen:procedure="publicity"', NO_TIME)
    assert Case(compiled("start > p > a > end", p=timer)).do("p").open == ["a"]


def test_the_engine_of_last_resort_runs_nothing() -> None:
    engine, environment = RefusingEngine(), RefusingEnvironment()
    attempts = [
        lambda: engine.evaluate(None, "1"),
        lambda: engine.execute(None, "x = 1"),
        lambda: engine.call_service(None, operation_name="x"),
        lambda: engine.validate("1"),
        lambda: environment.evaluate("1", {}),
        lambda: environment.execute("x = 1", {}),
        lambda: environment.call_service({}, operation_name="x"),
    ]
    for attempt in attempts:
        with pytest.raises(ProcessError):
            attempt()
    assert isinstance(engine.environment, RefusingEnvironment)


def test_the_refusal_names_the_line() -> None:
    text = diagram("main", "start > a > end").replace(b'<bpmn:userTask id="a"', b'\n\n<bpmn:scriptTask id="a"')
    text = text.replace(b"</bpmn:userTask>", b"</bpmn:scriptTask>")
    with pytest.raises(DefinitionInvalid) as refusal:
        compile_process(Bundle("main", {"main.bpmn": text}))
    assert (refusal.value.file, refusal.value.line) == ("main.bpmn", 3)


def test_processes_that_call_each_other_in_a_circle_are_refused() -> None:
    circle = diagram("one", "start > c > end", c=call("two")), diagram("two", "start > c > end", c=call("one"))
    with pytest.raises(DefinitionInvalid, match="调用了自己"):
        compiled("start > c > end", *circle, c=call("one"))


def test_two_files_with_one_process_id_are_refused() -> None:
    with pytest.raises(DefinitionInvalid, match="重复"):
        compiled("start > a > end", diagram("main", "start > b > end"))


def test_the_main_process_must_be_among_the_files() -> None:
    with pytest.raises(DefinitionInvalid, match="没有标识"):
        compile_process(Bundle("other", {"main.bpmn": diagram("main", "start > a > end")}))


def test_ids_that_the_library_uses_itself_may_be_used_in_a_diagram() -> None:
    process = compiled(
        "start > Start > End > Root > end", Start=Special("userTask"), End=multi(2), Root=Special("userTask")
    )
    case = Case(process).do("Start", "End#0", "End#1")
    assert case.open == ["Root"]
    assert case.do("Root").last.ended


def test_two_hundred_nodes_in_a_row_compile_and_run() -> None:
    names = [f"s{index}" for index in range(198)]
    case = Case(compiled(f"start > {' > '.join(names)} > end"))
    assert case.do(*names[:3]).open == ["s3"]
    assert case.back("s0").open == ["s0"]


def test_a_process_is_compiled_once_per_content() -> None:
    text = diagram("main", "start > once > end", end=end("granted"))
    assert compile_process(Bundle("main", {"a.bpmn": text})) is compile_process(Bundle("main", {"a.bpmn": text}))
    other = text.replace(b"once", b"twice")
    assert compile_process(Bundle("main", {"a.bpmn": other})) is not compile_process(Bundle("main", {"a.bpmn": text}))
