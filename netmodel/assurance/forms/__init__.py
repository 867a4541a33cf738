"""The forms that a rule of the user's policy may have, one a file."""
