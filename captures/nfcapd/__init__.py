"""The files of nfdump's collector, block by block and by column."""
