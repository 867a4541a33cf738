"""What an audit answers: its account, its findings, its rows and its report."""
