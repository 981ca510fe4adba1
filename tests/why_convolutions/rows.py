"""The ids of the mistakes observed in public material, and why some are not coded.

The letters name what they are about: OS output sizes, PC and CN counts of parameters and
connections, SV savings, NP networks, ZP padding, SS the single step, CF and CB convolution
forwards and backwards, PF and PB pooling, MK and DV its masks and shares, C what is thought
of it all; SC the softmax; CM, CD, LC, TG, RF and EQ connectivity.
"""

_NUMBERS = {
    "OS": "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
    "PC": "1 2 3 4 5 6 7 8 9 10 11 13 14 15 18 19 20 21 22 23",
    "CN": "1 2 3 4 5",
    "SV": "1 2 3 4 5 6 7",
    "NP": "1 2 3 4 5 6",
    "ZP": "1 2 3 4 5 6 7 8 9",
    "SS": "1 2 3 4 5 6 7 8",
    "CF": "1 2 3 4 5 6 7 8 9 10 11 12 13 14 16 17 19 20 22 23 24 25 26 27",
    "CB": "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 28 29 30",
    "PF": "1 2 3 4 5 6 7 8 9 10 11 12 13 15 16 17",
    "PB": "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20",
    "SC": "1",
    "MK": "1 2 3 4",
    "DV": "1 2 3 4",
    "ties ": "1",
    "CM": "1 2 3 4 5 6 7 8 9 10",
    "CD": "1 2 3 4 5 6 7 8 9 10 11 12",
    "LC": "1 2 3 4 5 6 7 8 9 10 11 12 13",
    "TG": "1 2 3 4 5 7 8",
    "RF": "1 2 3 4 5 6 7 8 9",
    "EQ": "1 2 3 4 5 6",
    "C": "1 2 3 4 4b 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24",
}
ROWS = {f"{letters}{number}" for letters, numbers in _NUMBERS.items() for number in numbers.split()}


NOT_CODED = {
    "CM4": "one channel has no order: coded as CD8, in a matrix with several",
    **dict.fromkeys(["C5", "C10", "C12", "C13", "C22"], "a thought that only words show"),
    "C6": "its code is coded, as CF10",
    "C16": "its number is coded, as PC21",
    "C18": "its number is coded, as SV7",
    "C20": "its number is coded, as PC20",
    "C21": "its number is coded, as PC15",
    "CF22": "a name of another cell is a NameError when the notebook runs from the top",
    "CF23": "no output at all: what raises is said instead",
    "CB28": "raises at every call: what raises, and on which line, is said instead",
}
