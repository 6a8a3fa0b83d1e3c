#!/bin/bash
#SBATCH --job-name=merge
#SBATCH --output=%x-%j.out
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=01:00:00
#SBATCH --requeue
# Joins RUNS/shard-* to RUNS/merged. Where tasks failed its log says which, as --array=3,17.
"${SKNET:-sknet}" merge "$RUNS"/shard-* --out "$RUNS/merged"
status=$?
# Some photographs could not be used; the log says which.
[ "$status" -ne 3 ] || status=0
exit "$status"
