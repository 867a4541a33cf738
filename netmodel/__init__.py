"""What is declared, and what can be proved of it."""
