"""What is checked, on which evidence, and what that means for each clause."""
