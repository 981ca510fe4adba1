"""Keeps out of this process what nbgrader would import for seconds and nobody here uses.

Importing this module is all there is to do, before nbformat or nbgrader is imported.

jsonschema, with which they check notebooks, imports ``rfc3987_syntax`` where that is installed, to
check international addresses; notebooks have none. It compiles some forty grammars when it is
imported, which takes half of the time of importing nbgrader. jsonschema goes on without a checker
whose import fails.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import cast

# None makes an import fail; typeshed knows only of modules here.
sys.modules.setdefault("rfc3987_syntax", cast(ModuleType, None))
