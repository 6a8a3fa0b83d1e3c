#!/bin/bash
# Submits an array of shards, and what merges them once all have ended.
#
#   RUNS=$SCRATCH/zoom SHARDS=20 Experiments/slurm/submit.sh zoom photographs/ --model sk50.safetensors
#   RUNS=$SCRATCH/fields SHARDS=20 Experiments/slurm/submit.sh fields sk50.safetensors photographs/ --nulls
#   RUNS=$SCRATCH/ablation SHARDS=12 Experiments/slurm/submit.sh ablate Experiments/ablation-dilation.yaml
#
# RUNS gets shard-1 … and merged. What a merge finds missing is submitted again by the same command with
# ARRAY=3,17 before it. SKNET is the program, if not sknet; sbatch's own settings are SBATCH_PARTITION,
# SBATCH_ACCOUNT, SBATCH_TIMELIMIT and so forth. Tasks that run at once: ARRAY=1-100%20.
set -eu
usage() { echo "usage: RUNS=FOLDER SHARDS=N [ARRAY=3,17] $0 zoom|lesion|fields|run|ablate ARGUMENTS…" >&2; exit 64; }
[ "$#" -ge 2 ] && [ -n "${RUNS:-}" ] && [ -n "${SHARDS:-}" ] || usage
command=$1
shift
SLURM_SCRIPTS=$(cd "$(dirname "$0")" && pwd)
case $command in
  zoom | lesion | fields | run) script=photographs.sh ;;
  ablate) script=ablate.sh ;;
  *) usage ;;
esac
mkdir -p "$RUNS"
RUNS=$(cd "$RUNS" && pwd)
export SLURM_SCRIPTS RUNS SHARDS
array=$(sbatch --parsable --job-name="$command" --array="${ARRAY:-1-$SHARDS}" "$SLURM_SCRIPTS/$script" "$command" "$@")
# After any end: after failures too it says what is missing.
merge=$(sbatch --parsable --dependency="afterany:${array%%;*}" "$SLURM_SCRIPTS/merge.sh")
echo "array ${array%%;*}, merge ${merge%%;*}: $RUNS/merged"
