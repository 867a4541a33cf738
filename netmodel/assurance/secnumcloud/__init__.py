"""The catalogue of SecNumCloud 3.2, a chapter a file; each has ``CLAUSES``, in the order of the text."""
