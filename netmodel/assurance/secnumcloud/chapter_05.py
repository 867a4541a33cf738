"""SecNumCloud 3.2, chapter 5: information security risks."""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Clause

CLAUSES: tuple[Clause, ...] = ()
