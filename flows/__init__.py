"""What is configured or seen, judged against what is declared."""
