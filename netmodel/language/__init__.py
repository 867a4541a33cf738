"""The map language: text in, a validated :class:`~.model.Model` with the place of every value out."""
