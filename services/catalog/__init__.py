"""CatalogService: what there is, what it was made from, and where each record lies."""
