"""What the two languages of Linux's packet filter share: boxes, states, chains that jump, hooks in their order."""
