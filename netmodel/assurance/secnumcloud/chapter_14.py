"""SecNumCloud 3.2, chapter 14: acquisition, development and maintenance."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause

CLAUSES: tuple[Clause, ...] = ()
