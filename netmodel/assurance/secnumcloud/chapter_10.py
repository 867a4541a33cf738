"""SecNumCloud 3.2, chapter 10: cryptology."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause

CLAUSES: tuple[Clause, ...] = ()
