"""Commands run in the tests' own process, as if each had been started in a folder: what is compiled is so once."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloison import cli
from cloison.netmodel.finding import Lang
from cloison.terminal import language


@dataclass(frozen=True)
class Done:
    """What a command exited with and wrote."""

    returncode: int
    stdout: str
    stderr: str


def run(folder: Path, *words: str, stdin: str = "", lang: Lang = "en") -> Done:
    """Return what ``cloison WORDS`` does in a folder; its own failure, which no user may meet, fails the test."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(language, "LANG", lang)
        for name, value in (("argv", ["cloison", *words]), ("stdin", io.StringIO(stdin)), ("stdout", out),
                            ("stderr", err)):  # fmt: skip
            patch.setattr(sys, name, value)
        code = cli.run()
        out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    assert "cloison itself failed" not in err.getvalue()
    return Done(code, out.buffer.getvalue().decode(), err.getvalue())
