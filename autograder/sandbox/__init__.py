"""Where submitted code runs: a warm process (zygote) that forks one child per submission."""
