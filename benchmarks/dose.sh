#!/bin/sh
# What one dose does to each method: by how much `undo` moves layer4's ΔR on unseen images, with raw weights and with shares, and what
# becomes of its accuracy.
#
#     benchmarks/dose.sh FOLDER OUT [SEEDS]        FOLDER: images, as --data takes them; OUT: where runs go; SEEDS: 3
#
# Pre-trains each of the eleven methods (ResNet-10, width 16, 16 pixels, 2 000 images, 10 epochs, one thread), undoes it in both ways beside
# one control, and prints two tables: nats, mean ± standard deviation over seeds; and points of accuracy on test images, less the control, with
# 95 % intervals, bold where clear after Holm's correction for all tests of the table. What is there already is not run again. LETHE names
# the program, METHODS fewer methods.
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

OUT=$out SEEDS=$seeds METHODS=$methods LETHE=$lethe python3 - <<'END'
import json, os, statistics, subprocess

seeds, methods = range(1, int(os.environ["SEEDS"]) + 1), os.environ["METHODS"].split()
doses = {"UMM raw": "raw, α 0.5, β 10", "UMM share": "share, α 0.5, β 0.5"}
measures = {"linearAccuracy": "linear", "knnAccuracy": "kNN"}

def points(value):
    return f"{100 * value:+.1f}".replace("-", "−")

def words(changes):
    if not changes:
        return "–"
    deviation = f" ± {statistics.stdev(changes):.2f}" if len(changes) > 1 else ""
    return f"{statistics.mean(changes):+.2f}{deviation}".replace("-", "−")

def rate(path, stage):
    try:
        records = json.load(open(path))
    except FileNotFoundError:
        return None
    records = records["records"] if isinstance(records, dict) else records
    found = [r["value"] for r in records
             if (r["stage"], r["layer"], r["measure"]) == (stage, "layer4", "instanceReductionHeldOut") and r.get("epoch") is None]
    return found[0] if found else None

print("| method | ΔR before | control |", " | ".join(doses.values()), "|")
print("|---|---|---|---|---|")
runs = {}
for method in methods:
    before, moved, runs[method] = [], {"control": [], "raw": [], "share": []}, []
    for seed in seeds:
        run = os.path.join(os.environ["OUT"], f"{method}-{seed}")
        start = rate(f"{run}/evaluation.json", "before")
        if start is None:
            continue
        before.append(start)
        runs[method].append(run)
        for name, path, stage in [("control", "raw/control", "control"), ("raw", "raw", "umm"), ("share", "share", "umm")]:
            end = rate(f"{run}/umm/{path}/evaluation.json", stage)
            if end is not None:
                moved[name].append(end - start)
    level = f"{statistics.mean(before):.2f}" if before else "–"
    print(f"| {method} | {level} | {words(moved['control'])} | {words(moved['raw'])} | {words(moved['share'])} |")

# Rows of the second table, and every test in it: a p, and what it is of.
levels, tests = {}, {}
for method in [m for m in methods if runs[m]]:
    table = json.loads(subprocess.run(
        [os.environ["LETHE"], "compare", *runs[method], "--json"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
    entrants = [entrant["name"] for entrant in table["entrants"]]
    for row in table["rows"]:
        if row["measure"] in measures and row["protocol"] == "probes" and row["target"] is None:
            means = [cell["value"]["mean"] for cell in row["cells"]]
            levels[method, row["measure"]] = means[entrants.index("before")], means[entrants.index("control")]
            for one in row["differences"]:
                if one["entrant"] in doses and one["baseline"] == "control":
                    tests[method, one["entrant"], row["measure"]] = one["difference"]

clear, worst = set(), 0.0
for rank, (key, test) in enumerate(sorted(tests.items(), key=lambda item: item[1]["p"])):
    worst = max(worst, min(1.0, test["p"] * (len(tests) - rank)))
    if worst < 0.05:
        clear.add(key)

def shown(key):
    if key not in tests:
        return "–"
    text = f"{points(tests[key]['mean'])} [{points(tests[key]['low'])}, {points(tests[key]['high'])}]"
    return f"**{text}**" if key in clear else text

print()
print("| method | linear, before → control |", " | ".join(doses.values()), "| kNN, before → control |", " | ".join(doses.values()), "|")
print("|---|---|---|---|---|---|---|")
for method in [m for m in methods if runs[m]]:
    cells = []
    for measure in measures:
        before, control = levels[method, measure]
        cells += [f"{100 * before:.1f} → {100 * control:.1f}", *(shown((method, dose, measure)) for dose in doses)]
    print(f"| {method} |", " | ".join(cells), "|")
print()
visible = sorted(100 * test["visibleFrom"] for test in tests.values() if test["visibleFrom"])
print(f"{len(tests)} tests, {len(clear)} clear. Harm is excluded (interval above −0.3 points) in "
      f"{sum(100 * test['low'] > -0.3 for test in tests.values())}. Visible from: a median of {statistics.median(visible):.1f} points.")
END
