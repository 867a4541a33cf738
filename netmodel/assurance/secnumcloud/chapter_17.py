"""SecNumCloud 3.2, chapter 17: continuity."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause

CLAUSES: tuple[Clause, ...] = ()
