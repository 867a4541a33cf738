"""The map language: text in, a validated :class:`~cloison.netmodel.language.model.Model` with the place of every value out."""
