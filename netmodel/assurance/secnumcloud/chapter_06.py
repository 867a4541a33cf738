"""SecNumCloud 3.2, chapter 6: organisation."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause

CLAUSES: tuple[Clause, ...] = ()
