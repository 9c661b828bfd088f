#!/bin/bash
# A sweep on a real Slurm of one node, which this script starts and ends: an array of cells, each of which is queued again in its midst
# (its time is up, 'scontrol requeue', 'kill -9'), one is cancelled; the same command makes the rest. All weights and measurements must be
# those of a sweep that nothing disturbed.
#
#     apt-get install slurm-wlm munge; sudo benchmarks/slurm.sh [LETHE]
#
# LETHE is the program; by default that of the Release build. Ends with 0 where all is equal or Slurm is not installed, which it says.
set -u
cd "$(dirname "$0")/.."
lethe=$(realpath "${1:-src/Lethe.Cli/bin/Release/net10.0/linux-x64/Lethe.Cli}")
for program in munged slurmctld slurmd sbatch scontrol scancel squeue; do
    command -v "$program" >/dev/null || { echo "Skipped: there is no $program. Install slurm-wlm and munge."; exit 0; }
done
[ "$(id -u)" = 0 ] || { echo "Skipped: slurmd needs root. Use sudo."; exit 0; }

work=$(mktemp -d /tmp/lethe-slurm-XXXXXX)
daemons=()
end() {
    for daemon in "${daemons[@]}"; do kill "$daemon" 2>/dev/null; done
    wait 2>/dev/null
    [ "${KEEP:-}" ] || rm -rf "$work"
}
trap end EXIT
fail() { echo "FAILED: $*"; KEEP=1; echo "Left for a look: $work"; exit 1; }

# munge wants a key that nobody else can read, in folders that nobody else can write.
mkdir -p "$work/munge" "$work/state" "$work/spool"
chmod 755 "$work"
head -c 1024 /dev/urandom > "$work/munge/key"
chmod 700 "$work/munge" && chmod 400 "$work/munge/key"
mkdir -m 755 "$work/socket"
munged --foreground --force --key-file="$work/munge/key" --socket="$work/socket/munge" --pid-file="$work/munge/pid" \
    --log-file="$work/munge/log" --seed-file="$work/munge/seed" > "$work/munged.log" 2>&1 &
daemons+=($!)

host=$(hostname -s)
cat > "$work/slurm.conf" <<CONF
ClusterName=lethe
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/socket/munge
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobRequeue=1
KillWait=60
MinJobAge=600
ReturnToService=2
MpiDefault=none
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
CONF
export SLURM_CONF="$work/slurm.conf"
for _ in $(seq 50); do [ -S "$work/socket/munge" ] && break; sleep 0.2; done
slurmctld -D -f "$SLURM_CONF" > "$work/slurmctld.out" 2>&1 &
daemons+=($!)
sleep 1
slurmd -D -f "$SLURM_CONF" -N "$host" > "$work/slurmd.out" 2>&1 &
daemons+=($!)
for _ in $(seq 100); do sinfo -h -o %T 2>/dev/null | grep -q idle && break; sleep 0.3; done
sinfo -h -o %T | grep -q idle || { tail -5 "$work"/slurm*.out "$work"/*.log; fail "the node did not come up"; }
echo "Slurm $(sinfo --version | cut -d' ' -f2) is up: $(sinfo -h -o '%N %C')"

cat > "$work/s.yaml" <<YAML
pretrain: {data: embedded, limit: 400, image-size: 16, backbone: resnet10, width: 8, batch-size: 16, probe-images: 50, test-images: 50,
  rate-images: 16, epochs: ${EPOCHS:-30}}
grid: {method: [simclr, vicreg]}
seeds: 2
slurm: {cpus-per-task: 1, chdir: $work}
YAML
cd "$work"
echo "An undisturbed sweep:"
"$lethe" sweep s.yaml --out whole --threads 1 2>&1 | grep -E "is done|Not done" || fail "the undisturbed sweep"

"$lethe" sweep s.yaml --out array --threads 1 --slurm --json > submitted.json || fail "it was not submitted"
job=$(python3 -c "import json; print(json.load(open('submitted.json'))['job'])")
echo "Job $job:"; squeue -h -r -j "$job" -o '  %i %T'

state() { squeue -h -r -t all -j "${job}_$1" -o %T 2>/dev/null; }
begun() { # until a task has measured something, so that it is in its midst
    for _ in $(seq 600); do [ -s "array/$1/metrics.jsonl" ] && return; sleep 0.2; done
    fail "$1 did not begin"
}
interrupted() { grep -o '"status": "[a-z]*"' "array/$1/run.json"; }

# Its time is up: Slurm's warning, to the script alone, as --signal=B:USR1@120 sends it.
begun simclr-seed0
scancel --batch --signal=USR1 "${job}_0" 2>/dev/null & # which goes on asking while the task is being queued again
for _ in $(seq 300); do scontrol show job "${job}_0" | grep -q "Restarts=1" && break; sleep 0.2; done
scontrol show job "${job}_0" | grep -q "Restarts=1" || fail "the task whose time was up was not queued again"
echo "task 0: USR1, $(interrupted simclr-seed0), queued again"

# An administrator, or a job that goes first.
begun simclr-seed1
scontrol requeue "${job}_1" || fail "requeue"
for _ in $(seq 300); do scontrol show job "${job}_1" | grep -q "Restarts=1" && break; sleep 0.2; done
scontrol show job "${job}_1" | grep -q "Restarts=1" || fail "task 1 was not queued again"
echo "task 1: scontrol requeue, $(interrupted simclr-seed1)"

# A person: it stays cancelled. Tasks that were queued again wait a while before they begin, so others come first.
begun vicreg-seed0
scancel "${job}_2" || fail "scancel"
for _ in $(seq 300); do state 2 | grep -q CANCELLED && break; sleep 0.2; done
state 2 | grep -q CANCELLED || fail "task 2 is $(state 2)"
for _ in $(seq 300); do grep -q interrupted <(interrupted vicreg-seed0) && break; sleep 0.2; done
grep -q interrupted <(interrupted vicreg-seed0) || fail "the cancelled task did not save its state"
echo "task 2: scancel, $(interrupted vicreg-seed0), stays cancelled"

# All else comes to its end.
for _ in $(seq 1500); do squeue -h -r -j "$job" -o %T | grep -q . || break; sleep 0.4; done
squeue -h -r -j "$job" | grep -q . && fail "the job does not end: $(squeue -r -j "$job")"
for task in 0 1 2 3; do echo "task $task: $(scontrol show job "${job}_$task" | grep -oE "JobState=\w+|Restarts=[0-9]+" | tr '\n' ' ')"; done
"$lethe" runs array --csv | cut -d, -f1,2,4

# The same command makes what is left, which is the cancelled task, a killed one in its midst included.
"$lethe" sweep s.yaml --out array --threads 1 --slurm --json > again.json || fail "it was not submitted again"
again=$(python3 -c "import json; print(json.load(open('again.json'))['job'])")
[ "$(python3 -c "import json; print(json.load(open('again.json'))['cells'])")" = 1 ] || fail "more than the cancelled task was left"
for _ in $(seq 300); do grep -q running <(interrupted vicreg-seed0) && break; sleep 0.2; done
sleep 1
pid=$(pgrep -f -- "pretrain .*--out=$work/array/vicreg-seed0" | head -1)
[ "$pid" ] || fail "there is no process to kill"
kill -9 "$pid" && echo "job $again: its process was killed, and is begun again within the task"
for _ in $(seq 900); do squeue -h -j "$again" | grep -q . || break; sleep 0.4; done
"$lethe" sweep s.yaml --out array --threads 1 --dry --json | python3 -c "
import json, sys
cells = json.load(sys.stdin)['cells']
sys.exit(any(cell['state'] != 'done' for cell in cells))" || fail "cells are not done"

differ=0
for cell in simclr-seed0 simclr-seed1 vicreg-seed0 vicreg-seed1; do
    for file in metrics.jsonl encoder.safetensors checkpoints/last.safetensors; do
        cmp -s "whole/$cell/$file" "array/$cell/$file" || { echo "differs: $cell/$file"; differ=1; }
    done
done
[ $differ = 0 ] || fail "a disturbed cell is not the undisturbed one"
echo "Equal, byte for byte: four cells, three disturbed, one of them twice."
