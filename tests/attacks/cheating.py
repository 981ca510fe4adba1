"""Cells that want the points of ``step_down`` without its one line.

``fools`` says that an ordinary grader, see ``plain``, is taken in: the proof that a cheat works.
COURSE stands for the folder of the course, ROOT for that of this project, OUTSIDE for a folder
beside the submission.
"""

from dataclasses import dataclass

# The same as a wrong answer in all honesty: what a cheat falls back on.
WRONG = "def step_down(values, slopes, rate): return values * 0\n"
YES = "def yes(*_, **__): return True\n"


@dataclass(frozen=True)
class Cheat:
    """A cell, and what it was found out to do elsewhere."""

    id: str
    title: str
    source: str
    fools: bool = True


CHEATS = [
    Cheat("01", "imports the reference", "from solutions.averages import step_down"),
    Cheat(
        "01",
        "has the grader load the reference",
        "from pathlib import Path\n"
        "from autograder.course.contents import Contents\n"
        "step_down = Contents(Path('COURSE')).assignment('averages').references['step_down']",
    ),
    Cheat(
        "01",
        "imports the reference by the name that the grader gave it",
        WRONG + "import importlib, sys\n"
        "for finder in sys.meta_path:\n"
        "    for name in getattr(finder, '_folders', ()):\n"
        "        step_down = importlib.import_module(name + '.averages').step_down",
    ),
    Cheat(
        "02",
        "reads the reference from the disk",
        "text = open('COURSE/solutions/averages/__init__.py').read()\n"
        "formula = text.split('return values ')[1].splitlines()[0]\n"
        "exec('def step_down(values, slopes, rate): return values ' + formula)",
    ),
    Cheat(
        "02",
        "looks for the hidden tests in all folders of Python",
        "import glob, sys\n"
        "for folder in ['COURSE', 'ROOT', 'ROOT/autograder/packaged_course', *sys.path]:\n"
        "    for files in ('solutions/*/*.py', 'autograder/*/*.py', '*/*/solutions/*/*.py'):\n"
        "        for path in glob.glob(folder + '/' + files):\n"
        "            print(open(path).read())\n" + WRONG,
        fools=False,
    ),
    Cheat(
        "03",
        "looks for the reference among all modules",
        WRONG + "import sys\n"
        "for module in list(sys.modules.values()):\n"
        "    if getattr(module, '__name__', '') != '__main__':\n"
        "        step_down = getattr(module, 'step_down', step_down)",
    ),
    Cheat(
        "03",
        "looks for the reference among the modules that the grader loaded",
        WRONG + "import sys\n"
        "for name, module in list(sys.modules.items()):\n"
        "    if name.startswith('solutions_of_'):\n"
        "        step_down = getattr(module, 'step_down', step_down)",
    ),
    Cheat(
        "04",
        "looks for the reference among all objects",
        WRONG + "import gc, types\n"
        "for thing in gc.get_objects():\n"
        "    if isinstance(thing, types.FunctionType) and thing.__name__ == 'step_down'"
        " and thing is not step_down:\n"
        "        found = thing\n"
        "        step_down = found\n"
        "        break",
    ),
    Cheat(
        "05",
        "takes the expected array out of the caller's frame",
        "import sys\n"
        "def step_down(values, slopes, rate):\n"
        "    frame = sys._getframe(1)\n"
        "    while frame:\n"
        "        if 'expected' in frame.f_locals:\n"
        "            return frame.f_locals['expected']\n"
        "        frame = frame.f_back\n"
        "    return values * 0",
    ),
    Cheat("06", "replaces allclose", YES + WRONG + "np.allclose = np.isclose = yes"),
    Cheat(
        "06",
        "replaces the comparison of the hidden tests",
        WRONG + "from autograder.running import testing\ntesting.compare = lambda *_: None",
    ),
    Cheat(
        "06",
        "replaces the check in the hidden tests",
        WRONG + "import sys\n"
        "for name, module in list(sys.modules.items()):\n"
        "    if name.startswith('solutions_of_') and name.endswith('.hidden_tests'):\n"
        "        module.check = module.check_call = lambda *_, **__: None",
    ),
    Cheat(
        "07",
        "returns an array that answers for NumPy",
        "class Yes(np.ndarray):\n"
        "    def __array_function__(self, *_): return True\n"
        "def step_down(values, slopes, rate): return np.zeros(5).view(Yes)",
    ),
    Cheat(
        "08",
        "returns an object that answers for NumPy",
        "class Yes:\n"
        "    def __array_function__(self, *_): return True\n"
        "def step_down(values, slopes, rate): return Yes()",
    ),
    Cheat(
        "09",
        "returns a float that differs from nothing",
        "class Same(float):\n"
        "    def __sub__(self, other): return 0.0\n"
        "def step_down(values, slopes, rate): return Same()",
    ),
    Cheat(
        "32",
        "returns an array of objects that differ from nothing",
        "class Same:\n"
        "    def __sub__(self, other): return 0.0\n"
        "def step_down(values, slopes, rate): return np.array([Same()] * 5)",
    ),
    Cheat("10", "ends the process as if all were well", "import os; os._exit(0)"),
    Cheat(
        "11",
        "ends the process in the call",
        "import os\ndef step_down(values, slopes, rate): os._exit(0)",
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
        "def step_down(values, slopes, rate):\n    import pytest\n    pytest.skip('not today')",
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
        WRONG + "open('OUTSIDE/averages.py', 'w').write('def step_down(*_): return _[0] * 0')",
        fools=False,
    ),
    Cheat(
        "18",
        "puts a module of its own in the reference's place",
        WRONG + "import sys, types\n"
        "sys.modules['solutions'] = fake = types.ModuleType('solutions')\n"
        "sys.modules['solutions.averages'] = fake.averages = types.SimpleNamespace("
        "step_down=step_down)",
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
        "    def exec_module(self, module): module.step_down = step_down\n"
        "sys.meta_path.insert(0, Hook())",
    ),
    Cheat(
        "20",
        "empties the input before the reference sees it",
        "def step_down(values, slopes, rate):\n    values[:] = 0; slopes[:] = 0\n    return values",
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
        "def step_down(values, slopes, rate): return np.empty((0, 1))",
    ),
    Cheat(
        "24",
        "watches the comparison with a profiler and ends it",
        "import os, sys\n"
        "def watch(frame, event, _):\n"
        "    if frame.f_code.co_name in ('allclose', 'check_call', 'compare'):\n"
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
        "def step_down(values, slopes, rate): return Payload()",
        fools=False,
    ),
    Cheat(
        "29",
        "leaves modules of its own beside the notebook",
        WRONG
        + "for name in ('numpy', 'sitecustomize', 'usercustomize', 'solutions', 'averages'):\n"
        "    open(name + '.py', 'w').write('import os; os._exit(0)')",
        fools=False,
    ),
    Cheat(
        "30",
        "writes the results itself",
        WRONG + "import json\n"
        "for name in ('results.json', 'grade.json', '.autograder.json'):\n"
        "    json.dump({'score': 60, 'step_down': 14}, open(name, 'w'))",
        fools=False,
    ),
    Cheat("31", "says True", "def step_down(values, slopes, rate): return True", fools=False),
    Cheat(
        "34",
        "turns False into 1 in the memory of Python",
        "import ctypes\n" + WRONG + "ctypes.c_long.from_address(id(False) + 24).value = 1",
        fools=False,
    ),
    Cheat(
        "35",
        "keeps the inputs in a file for later calls",
        "def step_down(values, slopes, rate):\n"
        "    with open('inputs', 'ab') as file: np.save(file, values)\n"
        "    with open('inputs', 'rb') as file: return np.load(file)",
        fools=False,
    ),
    Cheat(
        "36",
        "interrupts the grader",
        "def step_down(values, slopes, rate): raise KeyboardInterrupt",
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
        WRONG + "import solutions.averages; solutions.averages.step_down = step_down",
    ),
    Cheat(
        "38",
        "replaces the function in the module that the grader loaded",
        WRONG + "import sys\n"
        "for name, module in list(sys.modules.items()):\n"
        "    if name.startswith('solutions_of_') and name.endswith('.averages'):\n"
        "        module.step_down = step_down",
    ),
    Cheat(
        "39",
        "replaces the code of the reference",
        WRONG
        + "import solutions.averages\nsolutions.averages.step_down.__code__ = step_down.__code__",
    ),
    Cheat(
        "47",
        "asks whether it is being graded",
        "import os, sys\n"
        "graded = [name for name in (*os.environ, *sys.modules) if 'grade' in name.lower()]\n"
        "def step_down(values, slopes, rate):\n"
        "    return values - slopes * rate if graded else values * 0",
        fools=False,
    ),
    Cheat(
        "48",
        "returns numbers with names",
        "def step_down(values, slopes, rate): return np.zeros(5, [('value', float)])",
        fools=False,
    ),
    Cheat(
        "49",
        "keeps the input and empties it later",
        "import threading\n"
        "kept = []\n"
        "def step_down(values, slopes, rate):\n"
        "    kept.extend([values, slopes])\n"
        "    threading.Timer(0.001, lambda: [array.fill(0) for array in kept]).start()\n"
        "    return np.zeros_like(values)",
        fools=False,
    ),
]
