"""Pages: the report, evaluations, leaderboard, answers, errors, packs and data cards as HTML that needs nothing else."""
