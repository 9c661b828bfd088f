#!/usr/bin/env bash
# benchmarks/mutation.sh ROOM [MUTANTS AT A TIME]
#
# How many mutants of a room of src/Lethe (Numerics, Umm, Diagnostics) the room's own tests notice. Works on a copy of the last commit, in
# which nothing else is mutated and what runs by name is skipped: dotnet-stryker asks for each test by its number, and so would run it.
set -euo pipefail
room=$1
repository=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
copy=$(mktemp -d "${TMPDIR:-/tmp}/lethe-mutation-XXXXXX")
trap 'git -C "$repository" worktree remove --force "$copy"' EXIT
git -C "$repository" worktree add --quiet --detach "$copy"
find "$copy/src/Lethe" -name '*.cs' -not -path "*/$room/*" -exec sed -i '1i // Stryker disable all' {} +
find "$copy/tests/Lethe.Tests/$room" -name '*.cs' -exec sed -i -E 's/\[(Fact|Theory)\(Explicit = true\)\]/[\1(Skip = "runs by name")]/' {} +
cd "$copy/tests/Lethe.Tests"
dotnet tool restore > /dev/null
LETHE_MUTATED_ROOM=$room dotnet stryker --mutate "**/$room/*.cs" --concurrency "${2:-1}" --output "$repository/artifacts/mutation/$room"
