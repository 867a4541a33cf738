"""The topics of a review's agenda, one a file."""
