#!/bin/bash
#SBATCH --output=%x-%A_%a.out
#SBATCH --open-mode=append
#SBATCH --cpus-per-task=2
#SBATCH --mem=1G
#SBATCH --time=01:00:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
# An array of shards of any experiment over photographs; submit.sh submits it. SKNet-50 takes 300 MB and two
# cores some 4 photographs a second at five scales: choose SHARDS so that each takes at least ten minutes. Its
# fields take 600 MB, and those of networks with other weights or sizes (--nulls) as much each: SBATCH_MEM_PER_NODE.
exec "$SLURM_SCRIPTS/shard.sh" "$@"
