"""What the dialect of FortiGate is made of: its blocks, its objects, its policies."""
