#!/bin/bash
# One task of an array: COMMAND's shard SLURM_ARRAY_TASK_ID of SHARDS, into RUNS/shard-ID.
#
# Slurm warns before the time limit (--signal=B:USR1@…), and other sites send TERM: the program then
# finishes the photograph or step in hand, records it and ends with 75, and the task is queued again.
set -u
command=$1
shift
"${SKNET:-sknet}" "$command" "$@" --shard "$SLURM_ARRAY_TASK_ID/$SHARDS" \
  --workers "${SLURM_CPUS_PER_TASK:-1}" --out "$RUNS/shard-$SLURM_ARRAY_TASK_ID" --quiet &
program=$!
# In the background, since a shell that waits in the foreground hears no signal until the program ends.
signals=0
trap 'signals=$((signals + 1)); kill -USR1 "$program" 2> /dev/null' USR1 USR2 TERM
seen=-1
# A signal ends `wait` early.
while [ "$seen" -ne "$signals" ]; do
  seen=$signals
  wait "$program"
  status=$?
done
case $status in
  75) scontrol requeue "$SLURM_JOB_ID" ;;
  # Some photographs could not be used; merging says which.
  3) status=0 ;;
esac
exit "$status"
