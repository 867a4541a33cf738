"""The annual review: what is decided, what there is to look at, the decisions and their record."""
