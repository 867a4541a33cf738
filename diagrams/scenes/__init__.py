"""A network in, the parts of a scene out: what the views share."""
