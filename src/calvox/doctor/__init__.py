"""The doctor: facts in, findings out. Pure; every source delivers facts, rules see nothing else."""
