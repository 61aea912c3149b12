"""Errors a user may cause, with what is wrong, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from mandat.kernel.text import Text


class MandatError(Exception):
    """Something the user can mend. ``str()`` is a sentence fit to be shown."""

    def __init__(self, text: Text | str) -> None:
        super().__init__(str(text))
        self.text = text if isinstance(text, Text) else Text(text, text)

    def __str__(self) -> str:
        return str(self.text)


class InputError(MandatError):
    """A file, form or argument that cannot be used as it stands; ``line`` counts from 1, 0 when unknown."""

    def __init__(self, text: Text | str, *, file: str = "", line: int = 0) -> None:
        super().__init__(text)
        self.file = file
        self.line = line

    def __str__(self) -> str:
        if self.file:
            return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"
        return f"{Text(f'ligne {self.line} : ', f'line {self.line}: ') if self.line else ''}{self.text}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One error found in one place, returned as a value by checks and readers."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"
