#!/bin/bash
# Builds, tests and measures Lethe on a machine with a GPU, in at most ten minutes; the last line of standard output is a JSON document.
#   benchmarks/gpu.sh                 needs the .NET 10 SDK, python3, and an NVIDIA GPU with its driver
#   benchmarks/gpu.sh cpu             the same steps on the processor and much smaller: whether this script works
# Nothing outside the repository's build folders and a temporary folder is written.
set -euo pipefail
cd "$(dirname "$0")/.."
device=${1:-cuda}
limit=600
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
begun=$SECONDS
if [ "$device" = cuda ]; then
    backend=-p:TorchBackend=cuda
    gpu=$(nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null | head -1) || gpu=
    if [ -z "$gpu" ]; then
        echo '{"error": "nvidia-smi finds no GPU; benchmarks/gpu.sh cpu tries this script on the processor"}'
        exit 1
    fi
    size="--width 64 --batch 256 --steps 20 --warmup 5"
else
    backend= gpu=none
    size="--width 16 --batch 32 --steps 2 --warmup 1"
fi

say() { echo "$((SECONDS - begun)) s: $*" >&2; }
# A step is ended where the whole would take too long; what came before it is told all the same.
within() { timeout $((limit - (SECONDS - begun))) "$@"; }

say "building for $device"
within dotnet build -c Release $backend src/Lethe.Cli >"$work/build" 2>&1 || { tail -5 "$work/build" >&2; echo '{"error": "the build failed"}'; exit 1; }
within dotnet build -c Release $backend benchmarks/Lethe.Benchmarks >>"$work/build" 2>&1 || { tail -5 "$work/build" >&2; echo '{"error": "the build failed"}'; exit 1; }
lethe=$(ls src/Lethe.Cli/bin/Release/net10.0/*/Lethe.Cli)
bench=$(ls benchmarks/Lethe.Benchmarks/bin/Release/net10.0/*/Lethe.Benchmarks)

# Each method for two epochs of the same views on both devices: the losses must agree but for rounding.
run="--limit 512 --probe-images 100 --test-images 100 --epochs 2 --batch-size 64 --backbone resnet10 --width 16 --kernels torch"
for method in simclr moco swav byol simsiam barlow-twins vicreg w-mse relic mec corinfomax; do
    for where in cpu "$device"; do
        name=$method-$where
        [ -e "$work/$name" ] && continue
        say "$method on $where"
        within "$lethe" pretrain --method $method $run --device "$where" --out "$work/$name" >"$work/$name.log" 2>&1 || echo "$name" >>"$work/failed"
    done
done
say "undo, embed and bf16 on $device"
within "$lethe" undo "$work/simclr-$device" --iterations 5 --hypergradient exact --device "$device" >"$work/undo.log" 2>&1 || echo undo >>"$work/failed"
within "$lethe" pretrain $run --device "$device" --precision bf16 --out "$work/bf16-$device" >"$work/bf16.log" 2>&1 || echo bf16 >>"$work/failed"

for precision in float32 bf16; do
    for backbone in resnet18 resnet50; do
        say "$backbone in $precision on $device"
        within "$bench" ranked-step --device "$device" --precision $precision --backbone $backbone $size 2>>"$work/bench.log" | tail -1 >>"$work/steps" \
            || echo "$backbone-$precision" >>"$work/failed"
    done
done
for log in "$work"/*.log; do
    grep -h "^lethe:" "$log" >&2 || true
done

python3 - "$work" "$device" "$gpu" "$((SECONDS - begun))" <<'END'
import json, os, sys
work, device, gpu, seconds = sys.argv[1:]
def losses(name):
    path = os.path.join(work, name, "metrics.jsonl")
    lines = [json.loads(line) for line in open(path)] if os.path.exists(path) else []
    return [line["value"] for line in lines if line["layer"] == "run" and line["name"] == "loss"]
def off(one, other):
    pairs = list(zip(losses(one), losses(other)))
    return max(abs(a - b) / max(1, abs(b)) for a, b in pairs) if pairs else None
methods = sorted({name.rsplit("-", 1)[0] for name in os.listdir(work) if name.endswith("-cpu") and not name.startswith("bf16")})
failed = os.path.join(work, "failed")
steps = os.path.join(work, "steps")
print(json.dumps({
    "device": device, "gpu": gpu, "seconds": int(seconds),
    "failed": open(failed).read().split() if os.path.exists(failed) else [],
    "lossesDifferFromProcessor": {method: off(f"{method}-{device}", f"{method}-cpu") for method in methods},
    "bf16DiffersFromFloat32": off(f"bf16-{device}", f"simclr-{device}"),
    "steps": [json.loads(line) for line in open(steps)] if os.path.exists(steps) else [],
}))
END
