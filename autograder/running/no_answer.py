"""Why a call or a variable of a submission gave no answer, said to the student."""

from __future__ import annotations

from ..errors import NoAnswer


class NameMissing(NoAnswer):
    """The notebook does not define what the exercise asks for."""

    def __init__(self, name: str, because: str = "") -> None:
        self.name = name
        super().__init__(
            self._said(name) + (f" {because}" if because else " Keep the name that was given.")
        )

    @classmethod
    def is_said_in(cls, message: str, name: str) -> bool:
        """Say whether a kept message is the one of this name."""
        return message.startswith(cls._said(name))

    @staticmethod
    def _said(name: str) -> str:
        return f"`{name}` does not exist in your notebook."


class NotCallable(NoAnswer):
    """The name of an exercise stands for something that is not a function."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"`{name}` is not a function in your notebook: was the name used again?")


class CallRaised(NoAnswer):
    """The student's function raised; ``place`` is the line of their own code, if it is told.

    ``told`` is what the student may read of the ``error``.
    """

    def __init__(
        self, function: str, error: str, place: str = "", limit: str = "", told: str = ""
    ) -> None:
        self.function = function
        self.error = error
        self.place = place
        self.limit = limit
        said = " at ".join(filter(None, ((told or error).rstrip("."), place)))
        super().__init__(f"`{function}` raised {said}.{f' {limit}' if limit else ''}")


class NotAnswered(NoAnswer):
    """A function of ours in the place of a student's own was asked for more than it answers."""

    def __init__(self, function: str) -> None:
        self.function = function
        super().__init__(f"`{function}` asks an earlier exercise about more than is expected here.")


class CallTimedOut(NoAnswer):
    """The function did not return in time; ``loop`` says which one may be the reason."""

    def __init__(self, function: str, seconds: float, loop: str = "a loop") -> None:
        self.function = function
        self.seconds = seconds
        super().__init__(
            f"`{function}` did not return within {seconds:g} seconds. Does {loop} never end?"
        )


class ProcessEnded(NoAnswer):
    """The call ended the process: exit, a crash, or the memory limit."""

    def __init__(self, what: str, memory_mib: int) -> None:
        self.what = what
        self.memory_mib = memory_mib
        super().__init__(
            f"{what} ended the whole process. Does it call exit, "
            f"or need more than {memory_mib} MiB of memory?"
        )


class AnswerUnusable(NoAnswer):
    """What came back was larger than allowed, or no plain data."""

    def __init__(self, function: str, mib: int, values: int) -> None:
        self.function = function
        self.mib = mib
        self.values = values
        super().__init__(
            f"`{function}` returned more than {mib} MiB, a list of more than {values} values, "
            "or nothing that can be an answer."
        )


class SubmissionTimedOut(NoAnswer):
    """The time for the whole submission was used up before this test."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(
            f"The notebook had used up its {seconds:g} seconds before this could be tested."
        )
