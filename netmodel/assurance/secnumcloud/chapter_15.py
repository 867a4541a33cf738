"""SecNumCloud 3.2, chapter 15: relations with third parties."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause

CLAUSES: tuple[Clause, ...] = ()
