"""SecNumCloud 3.2, chapter 19: further requirements."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause

CLAUSES: tuple[Clause, ...] = ()
