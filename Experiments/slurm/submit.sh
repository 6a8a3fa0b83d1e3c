#!/bin/bash
# Submits an array of shards, and what merges them once all have ended.
#
#   RUNS=$SCRATCH/zoom SHARDS=20 Experiments/slurm/submit.sh zoom photographs/ --model sk50.safetensors
#   RUNS=$SCRATCH/ablation SHARDS=12 Experiments/slurm/submit.sh ablate Experiments/ablation-dilation.yaml
#
# RUNS gets shard-1 … and merged. What a merge finds missing is submitted again by the same command with
# ARRAY=3,17 before it. SKNET is the program, if not sknet; sbatch's own settings are SBATCH_PARTITION,
# SBATCH_ACCOUNT, SBATCH_TIMELIMIT and so forth. Tasks that run at once: ARRAY=1-100%20.
set -eu
usage() { echo "usage: RUNS=FOLDER SHARDS=N [ARRAY=3,17] $0 zoom|ablate ARGUMENTS…" >&2; exit 64; }
[ "$#" -ge 2 ] && [ -n "${RUNS:-}" ] && [ -n "${SHARDS:-}" ] || usage
command=$1
shift
SLURM_SCRIPTS=$(cd "$(dirname "$0")" && pwd)
[ "$command" = zoom ] || [ "$command" = ablate ] || usage
mkdir -p "$RUNS"
RUNS=$(cd "$RUNS" && pwd)
export SLURM_SCRIPTS RUNS SHARDS
array=$(sbatch --parsable --array="${ARRAY:-1-$SHARDS}" "$SLURM_SCRIPTS/$command.sh" "$@")
# After any end: after failures too it says what is missing.
merge=$(sbatch --parsable --dependency="afterany:${array%%;*}" "$SLURM_SCRIPTS/merge.sh")
echo "array ${array%%;*}, merge ${merge%%;*}: $RUNS/merged"
