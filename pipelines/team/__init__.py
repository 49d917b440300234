"""Team caches: what one person's pipeline has computed is pulled by the others, verified, and what is new is pushed."""
