"""SecNumCloud 3.2, chapter 18: conformity."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause

CLAUSES: tuple[Clause, ...] = ()
