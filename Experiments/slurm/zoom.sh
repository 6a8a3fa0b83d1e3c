#!/bin/bash
#SBATCH --job-name=zoom
#SBATCH --output=%x-%A_%a.out
#SBATCH --open-mode=append
#SBATCH --cpus-per-task=2
#SBATCH --mem=1G
#SBATCH --time=01:00:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
# An array of zooms' shards; submit.sh submits it. SKNet-50 takes 300 MB and two cores some 4 photographs
# a second at five scales: choose SHARDS so that each takes at least ten minutes.
exec "$SLURM_SCRIPTS/shard.sh" zoom "$@"
