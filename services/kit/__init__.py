"""What every service needs and none repeats: the server, settings, errors, databases, pages, filters, channels."""
