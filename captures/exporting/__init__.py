"""What exporters send: NetFlow v1, v5, v7, v9, IPFIX and sFlow datagrams, to batches of records."""
