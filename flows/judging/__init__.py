"""What judging a conversation takes: classes of addresses, spread lines, readings, places."""
