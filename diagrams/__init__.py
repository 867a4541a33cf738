"""A report in, bytes of a document out."""
