"""Text that has UTF-8. (Without NumPy, which ``wire`` needs: others only read notebooks.)"""


def encodable(text: str) -> str:
    """Return the text with lone surrogates, which have no UTF-8, replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")
