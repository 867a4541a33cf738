"""SecNumCloud 3.2, chapter 11: physical security."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause

CLAUSES: tuple[Clause, ...] = ()
