"""The channel between child and grader, in the hands of submitted code.

What single frames do is in tests/sandbox/test_wire.py; here the grader reads them.
"""

import gc
import resource
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from attacks.conftest import Surroundings
from limits import PATIENT, SHORT

from autograder.errors import NoAnswer
from autograder.running.execution import Execution
from autograder.running.no_answer import AnswerUnusable, NotAnswered
from autograder.sandbox.host import Sandbox

LIMITS = replace(PATIENT, memory_mib=512)
SHORT_CALLS = replace(LIMITS, call_seconds=SHORT)

# The number of the request is found where the child keeps it.
SPEAK = """
import array, msgspec, os, socket, struct, sys, threading, time
def frame(body):
    return struct.pack('<I', len(body)) + body
def say(data):
    view = memoryview(data)
    while view:
        view = view[os.write(3, view):]
def reply(**fields):
    say(frame(msgspec.msgpack.encode(fields)))
def asked():
    found = sys._getframe(1)
    while 'request' not in found.f_locals:
        found = found.f_back
    return found.f_locals['request'].id
def leave():
    os._exit(0)
def forever():
    time.sleep(1000)
ARGUMENTS = {'type': 'Items', 'kind': 'tuple', 'items': []}
def packed_list(count):
    return b'\\xdd' + struct.pack('>I', count) + b'\\xc0' * count
def returned(number, value):
    parts = {'type': 'Returned', 'id': number, 'arguments': ARGUMENTS}
    return b'\\x84' + msgspec.msgpack.encode(parts)[1:] + msgspec.msgpack.encode('value') + value
def items(raw):
    parts = {'type': 'Items', 'kind': 'list'}
    return b'\\x83' + msgspec.msgpack.encode(parts)[1:] + msgspec.msgpack.encode('items') + raw
def f(x):
"""

NO_ANSWER = {
    "28 replies to what was never asked": "for _ in range(50):"
    " reply(type='Returned', id=10**6, value=1, arguments=ARGUMENTS)",
    "28 a reply before its request": "reply(type='Returned', id=asked() + 1, value=1,"
    " arguments=ARGUMENTS)",
    "28 a reply of another kind": "reply(type='CellRan', id=asked(), outputs=[], failed=False)",
    "28 a verdict": "reply(type='Verdict', id=asked(), passed=True, score=100)",
    "90 half a reply": "say(struct.pack('<I', 100) + b'half'); forever()",
    "90 a byte now and then": "say(struct.pack('<I', 100))\n"
    "    while True: say(b'x'); time.sleep(0.1)",
    "90 a header of two GB": "say(struct.pack('<I', 2**31)); forever()",
    "90 a flood": "while True: say(bytes([255]) * 2**20)",
    "90 lists in lists": "say(frame(b'\\x91' * 10**6)); forever()",
    "90 a list that is said to be long": "say(frame(returned(asked(), items("
    "b'\\xdd\\xff\\xff\\xff\\xff')))); forever()",
    "90 a list that is long": "say(frame(returned(asked(),"
    " items(packed_list(8 * 10**6))))); forever()",
    "90 many lists that are long": "say(frame(returned(asked(), items(b'\\xdd' +"
    " struct.pack('>I', 200) + items(packed_list(1000)) * 200)))); forever()",
    "90 an array of an impossible shape": "reply(type='Returned', id=asked(), arguments=ARGUMENTS,"
    " value={'type': 'Array', 'dtype': 'float64', 'shape': [2**40, 2**40], 'data': b''}); leave()",
    "90 a number of a million digits": "reply(type='Returned', id=asked(), arguments=ARGUMENTS,"
    " value={'type': 'BigInt', 'digits': '9' * 10**6}); leave()",
    "91 a closed channel": "os.close(3); forever()",
    "91 another thing in the channel's place": "os.dup2(0, 3); forever()",
    "91 half a channel": "socket.socket(fileno=os.dup(3)).shutdown(socket.SHUT_RDWR); forever()",
    "96 no reply but descriptors": "socket.socket(fileno=os.dup(3)).sendmsg([b'x'],"
    " [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0] * 50))]); forever()",
    "97 a byte out of band": "socket.socket(fileno=os.dup(3)).send(b'x', socket.MSG_OOB)"
    "; forever()",
    "97 an answer while another thread speaks": "threading.Thread(target=lambda:"
    " [say(b'noise') for _ in iter(int, 1)], daemon=True).start(); forever()",
}


@pytest.fixture
def same_grader() -> Iterator[None]:
    """After the test this process has as many files open, and has grown by less than 300 MB."""
    gc.collect()  # what earlier tests have left would close its files in the midst of this one
    files, memory = open_files(), memory_at_most()
    yield
    assert open_files() == files
    assert memory_at_most() - memory < 300


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def memory_at_most() -> int:
    """Return the most that this process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000


def answers(execution: Execution) -> bool:
    """Say whether a call of ``f`` gives something that can be compared."""
    try:
        execution.call("f", (1,), {})
    except NoAnswer:
        return False
    return True


@pytest.mark.usefixtures("same_grader")
@pytest.mark.parametrize("title", NO_ANSWER)
def test_nonsense_costs_only_the_function_that_speaks_it(
    title: str, sandbox: Sandbox, surroundings: Surroundings
) -> None:
    source = f"{SPEAK}    {NO_ANSWER[title]}"
    with surroundings, Execution(sandbox, {0: "kept = 5", 1: source}, SHORT_CALLS) as execution:
        execution.run_cells()
        assert not any(cell.failed or cell.stopped for cell in execution.cells.values())
        # One reply too many is noticed by the call after it.
        assert not all([answers(execution), answers(execution)])
        assert execution.read("kept") == 5


ASK = (
    "reply(type='Asked', id=asked(), function='g', args={'type': 'Items', 'kind': 'tuple', 'items':"
    " [%s]}, kwargs={'type': 'Mapping', 'keys': [], 'values': []}); forever()"
)
ZEROS = "{'type': 'Array', 'dtype': 'int8', 'shape': %s, 'data': bytes(%s)}"
ITEMS = "{'type': 'Items', 'kind': '%s', 'items': %s}"
HUGE = "{'type': 'Array', 'dtype': 'float64', 'shape': [2**20, 0, 2**20], 'data': b''}"


@pytest.mark.usefixtures("same_grader")
@pytest.mark.parametrize("replaced", [(), ("h",)])
def test_only_replaced_functions_are_answered(replaced: tuple[str, ...], sandbox: Sandbox) -> None:
    asked: list[object] = []
    with Execution(sandbox, {0: f"{SPEAK}    {ASK % 1}"}, LIMITS) as execution:
        execution.run_cells()
        with pytest.raises(AnswerUnusable):
            execution.call("f", (1,), {}, dict.fromkeys(replaced, asked.append))
    assert asked == []


@pytest.mark.usefixtures("same_grader")
@pytest.mark.parametrize(
    "argument",
    [
        HUGE,
        ZEROS % ([65, 1], 65),  # a product of two of these is large
        ZEROS % ([1] * 5, 1),
        ZEROS % ([5, 30, 30], 4500),
        ITEMS % ("list", "[1.0] * 5000"),
        ITEMS % ("tuple", "[64, 64, 2]"),  # as sizes of what would be made
        ITEMS % ("tuple", "[65]"),
        "65",
        "'text'",
    ],
)
def test_our_function_is_not_asked_about_what_could_keep_it_busy(
    argument: str, sandbox: Sandbox
) -> None:
    """The call ends at its limit: what was forged keeps waiting for more."""
    asked: list[object] = []
    with Execution(sandbox, {0: f"{SPEAK}    {ASK % argument}"}, SHORT_CALLS) as execution:
        execution.run_cells()
        with pytest.raises(NotAnswered):
            execution.call("f", (1,), {}, {"g": asked.append})
    assert asked == []


@pytest.mark.usefixtures("same_grader")
def test_90_what_was_received_is_not_kept(sandbox: Sandbox) -> None:
    """Each of these takes over 100 MB for a moment; all of them together would not go unseen."""
    forge = "say(frame(returned(asked(), items(packed_list(8 * 10**6))))); forever()"
    names = [f"f{number}" for number in range(6)]
    source = "\n".join([SPEAK.replace("def f(x):", ""), *(f"def {n}(x): {forge}" for n in names)])
    with Execution(sandbox, {0: source}, LIMITS) as execution:
        execution.run_cells()
        for name in names:
            with pytest.raises(AnswerUnusable):
                execution.call(name, (1,), {})


@pytest.mark.usefixtures("same_grader")
def test_95_a_child_that_does_not_read(sandbox: Sandbox, surroundings: Surroundings) -> None:
    deaf = "reply(type='Returned', id=asked(), value=1, arguments=ARGUMENTS); forever()"
    with surroundings, Execution(sandbox, {0: f"{SPEAK}    {deaf}"}, SHORT_CALLS) as execution:
        execution.run_cells()
        assert execution.call("f", (1,), {})[0] == 1
        with pytest.raises(NoAnswer):
            execution.call("f", (np.zeros(10**6),), {})


FORGED_OUTPUTS = {
    "a long text": "[{'kind': 'stream', 'name': 'stdout', 'text': 'x' * 10**7}]",
    "many outputs": "[{'kind': 'stream'}] * 10**4",
    "more than fits": "[{'kind': 'stream', 'text': 'x'}] * 10**6",
}


@pytest.mark.usefixtures("same_grader")
@pytest.mark.parametrize("title", FORGED_OUTPUTS)
def test_forged_outputs_have_no_more_room_than_real_ones(title: str, sandbox: Sandbox) -> None:
    forge = f"""{SPEAK}    pass
for number in range(3):
    reply(type='CellRan', id=number, failed=False, outputs={FORGED_OUTPUTS[title]})
forever()
"""
    with Execution(sandbox, {0: forge, 1: "print(1)"}, LIMITS) as execution:
        execution.run_cells()
        forged, after = execution.cells.values()
    assert forged.stopped
    assert forged.outputs == []
    assert [output.text for output in after.outputs] == ["1\n"]
