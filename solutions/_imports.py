"""What every notebook imports, besides what its references import."""

# ruff: noqa: F401 (only its text is used)

import matplotlib.pyplot as plt
