"""What every notebook imports, besides what its references import."""

import matplotlib.pyplot as plt  # noqa: F401 (only its text is used)
