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


def run(folder: Path, *words: str, stdin: str | bytes = b"", lang: Lang | None = None) -> Done:
    """Return what ``cloison WORDS`` does in a folder; its own failure, which no user may meet, fails the test.

    The language is that of ``lang``, else that of ``--lang``, else English.
    """
    given = io.TextIOWrapper(io.BytesIO(stdin.encode() if isinstance(stdin, str) else stdin), encoding="utf-8")
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(language, "LANG", lang or language.chosen_language(words, {}))
        for name, value in (("argv", ["cloison", *words]), ("stdin", given), ("stdout", out),
                            ("stderr", err)):  # fmt: skip
            patch.setattr(sys, name, value)
        code = cli.run()
        out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    assert "cloison itself failed" not in err.getvalue()
    return Done(code, out.buffer.getvalue().decode(), err.getvalue())
