"""What rules speak of: one answer for all of them to who administers, what is of the service, where data lie."""
