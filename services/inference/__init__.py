"""InferenceService: a model's answers, whole or token by token, and what texts say of the types asked for."""
