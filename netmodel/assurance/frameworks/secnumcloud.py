"""SecNumCloud 3.2 (ANSSI, 8 March 2022): every clause that bears on a network, in our own words.

Suffixes are those of CISO Assistant's library ``secnumcloud-3.2`` (version 2); bullets have no reference there, only a
node number. Readings that the framework leaves open are settled in the rules that make them.
"""

from __future__ import annotations

from cloison.netmodel.assurance.framework import Framework
from cloison.netmodel.assurance.secnumcloud import (
    chapter_05,
    chapter_06,
    chapter_08,
    chapter_09,
    chapter_10,
    chapter_11,
    chapter_12,
    chapter_13,
    chapter_14,
    chapter_15,
    chapter_17,
    chapter_18,
    chapter_19,
)
from cloison.netmodel.finding import Text

FRAMEWORK = Framework(
    name="secnumcloud-3.2",
    title=Text("SecNumCloud 3.2", "SecNumCloud 3.2"),
    urn="urn:intuitem:risk:req_node:secnumcloud-3.2:",
    clauses=(
        *chapter_05.CLAUSES,
        *chapter_06.CLAUSES,
        *chapter_08.CLAUSES,
        *chapter_09.CLAUSES,
        *chapter_10.CLAUSES,
        *chapter_11.CLAUSES,
        *chapter_12.CLAUSES,
        *chapter_13.CLAUSES,
        *chapter_14.CLAUSES,
        *chapter_15.CLAUSES,
        *chapter_17.CLAUSES,
        *chapter_18.CLAUSES,
        *chapter_19.CLAUSES,
    ),
)
