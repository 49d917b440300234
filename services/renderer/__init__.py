"""The renderer: records as questions, mixtures previewed, wordings checked."""
