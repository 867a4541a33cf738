"""What an explanation answers: its question, its parts and its report."""
