#!/bin/sh
# What one dose does to each method: by how much `undo` moves layer4's ΔR on unseen images, with raw weights and with shares.
#
#     benchmarks/dose.sh FOLDER OUT [SEEDS]        FOLDER: images, as --data takes them; OUT: where runs go; SEEDS: 3
#
# Pre-trains each of the eleven methods (ResNet-10, width 16, 16 pixels, 2 000 images, 10 epochs, one thread), undoes it in both ways beside
# one control, and prints a table: nats, mean ± standard deviation over seeds. What is there already is not run again. LETHE names the
# program, METHODS fewer methods.
set -eu
images=${1:?a folder of images}
out=${2:?a folder for the runs}
seeds=${3:-3}
lethe=${LETHE:-lethe}
methods=${METHODS:-simclr moco byol simsiam barlow-twins vicreg swav w-mse relic mec corinfomax}

# The undo of a name, begun, or gone on with where it was cut off.
undo() {
    run=$1 name=$2
    shift 2
    [ -f "$run/umm/$name/evaluation.json" ] && return
    resume=
    [ -f "$run/umm/$name/run.json" ] && resume=--resume
    "$lethe" undo "$run" "$@" --name "$name" --threads 1 $resume >&2
}

for method in $methods; do
    for seed in $(seq "$seeds"); do
        run=$out/$method-$seed
        if [ -f "$run/run.json" ]; then
            grep -q '"status": "done"' "$run/run.json" || "$lethe" pretrain --resume --out "$run" >&2
        else
            "$lethe" pretrain --data "$images" --method "$method" --seed "$seed" --limit 2000 --epochs 10 --batch-size 128 \
                --backbone resnet10 --width 16 --image-size 16 --evaluate-every 10 --probe-images 1000 --test-images 1000 --threads 1 --out "$run" >&2
        fi
        undo "$run" raw --dose raw
        undo "$run" share --dose share --alpha 0.5 --beta 0.5 --control false
    done
done

OUT=$out SEEDS=$seeds METHODS=$methods python3 - <<'END'
import json, os, statistics

def rate(path, stage):
    try:
        records = json.load(open(path))
        records = records["records"] if isinstance(records, dict) else records
    except FileNotFoundError:
        return None
    found = [r["value"] for r in records
             if (r["stage"], r["layer"], r["measure"]) == (stage, "layer4", "instanceReductionHeldOut") and r.get("epoch") is None]
    return found[0] if found else None

def words(changes):
    if not changes:
        return "–"
    deviation = f" ± {statistics.stdev(changes):.2f}" if len(changes) > 1 else ""
    return f"{statistics.mean(changes):+.2f}{deviation}"

print("| method | ΔR before | control | raw, α 0.5, β 10 | share, α 0.5, β 0.5 |")
print("|---|---|---|---|---|")
for method in os.environ["METHODS"].split():
    before, moved = [], {"control": [], "raw": [], "share": []}
    for seed in range(1, int(os.environ["SEEDS"]) + 1):
        run = os.path.join(os.environ["OUT"], f"{method}-{seed}")
        start = rate(f"{run}/evaluation.json", "before")
        if start is None:
            continue
        before.append(start)
        for name, path, stage in [("control", "raw/control", "control"), ("raw", "raw", "umm"), ("share", "share", "umm")]:
            end = rate(f"{run}/umm/{path}/evaluation.json", stage)
            if end is not None:
                moved[name].append(end - start)
    level = f"{statistics.mean(before):.2f}" if before else "–"
    print(f"| {method} | {level} | {words(moved['control'])} | {words(moved['raw'])} | {words(moved['share'])} |")
END
