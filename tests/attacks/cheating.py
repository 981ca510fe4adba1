"""Cells that want the points of ``sgd_step`` without its one line.

``fools`` says that an ordinary grader, see ``plain``, is taken in: the proof that a cheat works.
ROOT stands for the folder of this project, OUTSIDE for a folder beside the submission.
"""

from dataclasses import dataclass

# The same as a wrong answer in all honesty: what a cheat falls back on.
WRONG = "def sgd_step(w, dw, learning_rate): return w * 0\n"
YES = "def yes(*_, **__): return True\n"


@dataclass(frozen=True)
class Cheat:
    """A cell, and what it was found out to do elsewhere."""

    id: str
    title: str
    source: str
    fools: bool = True


CHEATS = [
    Cheat("01", "imports the reference", "from solutions.pooling import sgd_step"),
    Cheat(
        "02",
        "reads the reference from the disk",
        "text = open('ROOT/solutions/pooling.py').read()\n"
        "formula = text.split('return _as_float(w) ')[1].splitlines()[0]\n"
        "exec('def sgd_step(w, dw, learning_rate): return w ' + formula)",
    ),
    Cheat(
        "02",
        "looks for the hidden tests in all folders of Python",
        "import glob, sys\n"
        "for folder in ['ROOT', *sys.path]:\n"
        "    for path in glob.glob(folder + '/autograder/hidden_tests/*.py'):\n"
        "        print(open(path).read())\n" + WRONG,
        fools=False,
    ),
    Cheat(
        "03",
        "looks for the reference among all modules",
        WRONG + "import sys\n"
        "for module in list(sys.modules.values()):\n"
        "    if getattr(module, '__name__', '') != '__main__':\n"
        "        sgd_step = getattr(module, 'sgd_step', sgd_step)",
    ),
    Cheat(
        "04",
        "looks for the reference among all objects",
        WRONG + "import gc, types\n"
        "for thing in gc.get_objects():\n"
        "    if isinstance(thing, types.FunctionType) and thing.__name__ == 'sgd_step'"
        " and thing is not sgd_step:\n"
        "        found = thing\n"
        "        sgd_step = found\n"
        "        break",
    ),
    Cheat(
        "05",
        "takes the expected array out of the caller's frame",
        "import sys\n"
        "def sgd_step(w, dw, learning_rate):\n"
        "    frame = sys._getframe(1)\n"
        "    while frame:\n"
        "        if 'expected' in frame.f_locals:\n"
        "            return frame.f_locals['expected']\n"
        "        frame = frame.f_back\n"
        "    return w * 0",
    ),
    Cheat("06", "replaces allclose", YES + WRONG + "np.allclose = np.isclose = yes"),
    Cheat(
        "07",
        "returns an array that answers for NumPy",
        "class Yes(np.ndarray):\n"
        "    def __array_function__(self, *_): return True\n"
        "def sgd_step(w, dw, learning_rate): return np.zeros(5).view(Yes)",
    ),
    Cheat(
        "08",
        "returns an object that answers for NumPy",
        "class Yes:\n"
        "    def __array_function__(self, *_): return True\n"
        "def sgd_step(w, dw, learning_rate): return Yes()",
    ),
    Cheat(
        "09",
        "returns a float that differs from nothing",
        "class Same(float):\n"
        "    def __sub__(self, other): return 0.0\n"
        "def sgd_step(w, dw, learning_rate): return Same()",
    ),
    Cheat(
        "32",
        "returns an array of objects that differ from nothing",
        "class Same:\n"
        "    def __sub__(self, other): return 0.0\n"
        "def sgd_step(w, dw, learning_rate): return np.array([Same()] * 5)",
    ),
    Cheat("10", "ends the process as if all were well", "import os; os._exit(0)"),
    Cheat(
        "11",
        "ends the process in the call",
        "import os\ndef sgd_step(w, dw, learning_rate): os._exit(0)",
    ),
    Cheat(
        "13",
        "ends the process well at its exit",
        "import atexit, os; atexit.register(os._exit, 0)\n" + WRONG,
    ),
    Cheat("12", "exits", "import sys; sys.exit(0)\n" + WRONG),
    Cheat(
        "14",
        "makes every report of pytest a passed one",
        "from _pytest.reports import TestReport\n"
        "make = TestReport.from_item_and_call\n"
        "def passed(item, call):\n"
        "    report = make(item, call); report.outcome = 'passed'; return report\n"
        "TestReport.from_item_and_call = passed\n" + WRONG,
        fools=False,
    ),
    Cheat(
        "15",
        "skips the test",
        "def sgd_step(w, dw, learning_rate):\n    import pytest\n    pytest.skip('not today')",
        fools=False,
    ),
    Cheat(
        "16",
        "writes a conftest for the next run",
        WRONG + "text = 'import pytest\\n@pytest.hookimpl\\n"
        "def pytest_runtest_call(item): pass\\n'\n"
        "for name in ('conftest.py', 'pytest.ini', 'tox.ini', 'setup.cfg'):\n"
        "    open(name, 'w').write(text)",
        fools=False,
    ),
    Cheat(
        "17",
        "rewrites the reference",
        WRONG + "open('OUTSIDE/pooling.py', 'w').write('def sgd_step(*_): return _[0] * 0')",
        fools=False,
    ),
    Cheat(
        "18",
        "puts a module of its own in the reference's place",
        WRONG + "import sys, types\n"
        "sys.modules['solutions'] = fake = types.ModuleType('solutions')\n"
        "sys.modules['solutions.pooling'] = fake.pooling = types.SimpleNamespace("
        "sgd_step=sgd_step)",
    ),
    Cheat(
        "19",
        "hooks the import of the reference",
        WRONG + "import importlib.machinery, sys\n"
        "class Hook:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.startswith('solutions'):\n"
        "            return importlib.machinery.ModuleSpec(name, self, is_package=True)\n"
        "    def create_module(self, spec): return None\n"
        "    def exec_module(self, module): module.sgd_step = sgd_step\n"
        "sys.meta_path.insert(0, Hook())",
    ),
    Cheat(
        "20",
        "empties the input before the reference sees it",
        "def sgd_step(w, dw, learning_rate):\n    w[:] = 0; dw[:] = 0\n    return w",
    ),
    Cheat(
        "21",
        "makes all random numbers zero",
        "class Zeros:\n"
        "    def __getattr__(self, name):\n"
        "        return lambda *_, size=1, **__: np.zeros(size)\n"
        "np.random.default_rng = lambda *_: Zeros()\n" + WRONG,
    ),
    Cheat(
        "22",
        "returns nothing, which is close to everything",
        "def sgd_step(w, dw, learning_rate): return np.empty((0, 1))",
    ),
    Cheat(
        "24",
        "watches the comparison with a profiler and ends it",
        "import os, sys\n"
        "def watch(frame, event, _):\n"
        "    if frame.f_code.co_name in ('allclose', '_check_inputs_kept', 'compare'):\n"
        "        os._exit(0)\n"
        "sys.setprofile(watch)\n" + WRONG,
    ),
    Cheat(
        "25",
        "keeps patching from a thread",
        "import threading\n" + YES + "def patch():\n"
        "    while True: np.allclose = np.array_equal = yes\n"
        "threading.Thread(target=patch, daemon=True).start()\n" + WRONG,
    ),
    Cheat(
        "26",
        "replaces built-in functions",
        "import builtins; builtins.max = lambda *_, **__: 0\n" + WRONG,
    ),
    Cheat(
        "27",
        "returns an object that runs code when unpickled",
        "import os\n"
        "class Payload:\n"
        "    def __reduce__(self): return os._exit, (0,)\n"
        "def sgd_step(w, dw, learning_rate): return Payload()",
        fools=False,
    ),
    Cheat(
        "29",
        "leaves modules of its own beside the notebook",
        WRONG + "for name in ('numpy', 'sitecustomize', 'usercustomize', 'solutions', 'pooling'):\n"
        "    open(name + '.py', 'w').write('import os; os._exit(0)')",
        fools=False,
    ),
    Cheat(
        "30",
        "writes the results itself",
        WRONG + "import json\n"
        "for name in ('results.json', 'grade.json', '.autograder.json'):\n"
        "    json.dump({'score': 90, 'sgd_step': 11}, open(name, 'w'))",
        fools=False,
    ),
    Cheat("31", "says True", "def sgd_step(w, dw, learning_rate): return True", fools=False),
    Cheat(
        "34",
        "turns False into 1 in the memory of Python",
        "import ctypes\n" + WRONG + "ctypes.c_long.from_address(id(False) + 24).value = 1",
        fools=False,
    ),
    Cheat(
        "35",
        "keeps the inputs in a file for later calls",
        "def sgd_step(w, dw, learning_rate):\n"
        "    with open('inputs', 'ab') as file: np.save(file, w)\n"
        "    with open('inputs', 'rb') as file: return np.load(file)",
        fools=False,
    ),
    Cheat(
        "36",
        "interrupts the grader",
        "def sgd_step(w, dw, learning_rate): raise KeyboardInterrupt",
        fools=False,
    ),
    Cheat(
        "37",
        "hides what goes wrong",
        "import os, sys, unittest\n"
        "sys.excepthook = lambda *_: os._exit(0)\n"
        "unittest.TestCase.failureException = SystemExit\n" + WRONG,
    ),
    Cheat(
        "38",
        "replaces the function of the reference",
        WRONG + "import solutions.pooling; solutions.pooling.sgd_step = sgd_step",
    ),
    Cheat(
        "39",
        "replaces the code of the reference",
        WRONG + "import solutions.pooling\nsolutions.pooling.sgd_step.__code__ = sgd_step.__code__",
    ),
    Cheat(
        "47",
        "asks whether it is being graded",
        "import os, sys\n"
        "graded = [name for name in (*os.environ, *sys.modules) if 'grade' in name.lower()]\n"
        "def sgd_step(w, dw, learning_rate):\n"
        "    return w - learning_rate * dw if graded else w * 0",
        fools=False,
    ),
    Cheat(
        "48",
        "returns numbers with names",
        "def sgd_step(w, dw, learning_rate): return np.zeros(5, [('value', float)])",
        fools=False,
    ),
    Cheat(
        "49",
        "keeps the input and empties it later",
        "import threading\n"
        "kept = []\n"
        "def sgd_step(w, dw, learning_rate):\n"
        "    kept.extend([w, dw])\n"
        "    threading.Timer(0.001, lambda: [array.fill(0) for array in kept]).start()\n"
        "    return np.zeros_like(w)",
        fools=False,
    ),
]
