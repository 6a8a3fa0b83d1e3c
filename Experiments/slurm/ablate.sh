#!/bin/bash
#SBATCH --output=%x-%A_%a.out
#SBATCH --open-mode=append
#SBATCH --cpus-per-task=8
#SBATCH --mem=8G
#SBATCH --time=24:00:00
#SBATCH --signal=B:USR1@300
#SBATCH --requeue
# An array of an ablation's shards; submit.sh submits it. One shard a training: SHARDS is variants times
# seeds. Sums of a training round by its threads: --cpus-per-task must stay what it is from start to end.
exec "$SLURM_SCRIPTS/shard.sh" "$@"
