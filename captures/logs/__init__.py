"""Records out of the lines of logs and the rows of tables."""
