"""A clock of a process's own: its hours are ahead of, or behind, those of everyone else."""
