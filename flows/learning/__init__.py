"""From conversations to proposed lines: what the map knows of them, what is proposed, what is set apart."""
