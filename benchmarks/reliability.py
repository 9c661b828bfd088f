#!/usr/bin/env python3
"""Ends and disturbs real processes of lethe, lets each run go on with the same command, and compares every byte that it keeps.

    benchmarks/reliability.py kill --tries 200         # SIGKILL at random moments: pretrain, interleaved, undo, evaluate
    benchmarks/reliability.py signals --tries 20       # ends with 130 (SIGINT, SIGHUP, SIGQUIT) or 75 (SIGTERM, SIGUSR1), the state saved
    benchmarks/reliability.py calls                    # SIGKILL at every system call on the run's files (needs strace)
    benchmarks/reliability.py faults                   # ENOSPC and EIO from every Nth system call on them (needs strace)
    benchmarks/reliability.py disk                     # file systems too small for the run, then made larger (needs root)

Each prints a line for every run, and one at the end: what was tried, how often it hit, how many runs could not go on, and how many ended otherwise in silence.
--lethe names the program; `dotnet build -c Release` makes the one that is taken where it is not given.
"""
import argparse
import concurrent.futures
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "../src/Lethe.Cli/bin/Release/net10.0/linux-x64/Lethe.Cli")
SMALL = ("--threads 1 --backbone resnet10 --width 4 --image-size 16 --limit 64 --epochs 2 --batch-size 32 --probe-images 30 "
         "--test-images 30 --rate-images 16 --lidar-images 16 --evaluate-every 1 --checkpoint-minutes 0.00001 "
         "--projector-hidden 16 --projector-output 8 --keep-checkpoints true --keep best-heldout").split()
UNDO = "--threads 1 --name u --iterations 3 --batch-size 16 --hypergradient first-order".split()
EVALUATE = "--threads 1 --quick true --protocol knn,linear".split()
TIMES = ("startedUtc", "finishedUtc", "timings", "checksum", "command", "looks")
CALLS = ("openat", "pwrite64", "fsync", "rename", "ftruncate", "mkdir", "unlink", "link", "flock")
LIMIT = 300


class Verb:
    """A command, what it needs, and the folder that it writes."""

    def __init__(self, program, name, place):
        self.program, self.name, self.place = program, name, place

    def prepare(self):
        """Makes in self.place what the command begins with."""
        os.makedirs(self.place)
        if self.name in ("undo", "evaluate"):
            shutil.copytree(self.base, os.path.join(self.place, "run"))

    @property
    def base(self):
        return os.path.join(os.path.dirname(self.place), "base")

    @property
    def written(self):
        return os.path.join(self.place, "run", "umm", "u") if self.name == "undo" else os.path.join(self.place, "run")

    def command(self):
        run = os.path.join(self.place, "run")
        if self.name == "undo":
            words = ["undo", run, *UNDO]
            resume = os.path.isdir(self.written)
        elif self.name == "evaluate":
            return [self.program, "evaluate", run, *EVALUATE]
        else:
            more = ["--umm-every", "1", "--umm-iterations", "1"] if self.name == "interleaved" else []
            words = ["pretrain", *SMALL, *more, "--out", run]
            resume = os.path.isdir(run)
        return [self.program, *words, *(["--resume"] if resume else [])]

    def start(self, before=()):
        return subprocess.Popen([*before, *self.command()], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                start_new_session=True)

    def finish(self):
        """Runs the command to its end; None, or what went wrong."""
        process = self.start()
        try:
            _, said = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return "did not end"
        return None if process.returncode == 0 else f"exit {process.returncode}: {said.strip().splitlines()[-1:]}"

    def contents(self):
        found = {}
        for folder, _, names in os.walk(self.written):
            if "tensorboard" in folder or "pictures" in folder or "features" in folder:
                continue
            for name in names:
                path = os.path.join(folder, name)
                if name.startswith(".") or name.endswith(".html") or name in ("pulse.json", "log.txt"):
                    continue
                data = open(path, "rb").read()
                if name == "run.json":
                    data = json.dumps({key: value for key, value in json.loads(data).items() if key not in TIMES})
                if name == "evaluation.json" and self.name != "evaluate":
                    continue
                found[os.path.relpath(path, self.written)] = data
        return found


def differing(expected, found):
    names = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    return ", ".join(names[:5])


class Campaign:
    def __init__(self, options):
        self.program = os.path.abspath(options.lethe)
        self.root = tempfile.mkdtemp(prefix="lethe-reliability-", dir=options.work)
        self.verbs, self.expected, self.seconds = options.verbs.split(","), {}, {}
        first = Verb(self.program, "pretrain", os.path.join(self.root, "first"))
        self.whole(first)
        shutil.move(first.written, os.path.join(self.root, "base"))
        for name in self.verbs:
            verb = Verb(self.program, name, os.path.join(self.root, "whole-" + name))
            self.whole(verb)
            self.expected[name] = verb.contents()
            shutil.rmtree(verb.place)

    def whole(self, verb):
        verb.prepare()
        began = time.monotonic()
        wrong = verb.finish()
        self.seconds[verb.name] = time.monotonic() - began
        if wrong:
            sys.exit(f"{verb.name} without any fault: {wrong}")

    def verdict(self, verb, hit):
        """Lets it go on, and says how it ended: 'equal', 'lost: …' or 'silent: …'."""
        wrong = verb.finish()
        found = verb.contents() if not wrong else {}
        shutil.rmtree(verb.place)
        if wrong:
            return hit, "lost: " + wrong
        other = differing(self.expected[verb.name], found)
        return hit, "silent: " + other if other else "equal"

    def kill(self, number):
        draw = random.Random(number)
        verb = Verb(self.program, self.verbs[number % len(self.verbs)], os.path.join(self.root, f"kill-{number}"))
        verb.prepare()
        hits = 0
        for _ in range(draw.choice([1, 1, 2, 3])):
            process = verb.start()
            try:
                process.communicate(timeout=draw.uniform(0.2, 1.0) * self.seconds[verb.name])
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                hits += 1
        return self.verdict(verb, hits)

    def signals(self, number):
        draw = random.Random(number)
        which = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1][number % 5]
        verb = Verb(self.program, self.verbs[number // 5 % len(self.verbs)], os.path.join(self.root, f"signal-{number}"))
        verb.prepare()
        process = verb.start()
        hits, ended = 0, None
        try:
            process.communicate(timeout=draw.uniform(0.3, 0.9) * self.seconds[verb.name])
        except subprocess.TimeoutExpired:
            process.send_signal(which)
            try:
                process.communicate(timeout=130)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
            hits, ended = 1, process.returncode
        hits, word = self.verdict(verb, hits)
        return hits, word if ended in (None, 0, 75 if which in (signal.SIGTERM, signal.SIGUSR1) else 130) or word != "equal" else f"lost: {which.name} ended with {ended}"

    def injected(self, name, call, number, what):
        """One fault at the Nth call on a file of the run; None where there are fewer."""
        verb = Verb(self.program, name, os.path.join(self.root, f"{name}-{call}-{number}-{what.replace(':', '')}"))
        verb.prepare()
        log = verb.place + ".log"
        paths = [verb.written, *(os.path.join(verb.written, one) for one in (
            "checkpoints", ".lock", *(one + more for one in self.expected[name] for more in ("", ".tmp"))))]
        process = verb.start(["strace", "-f", "--seccomp-bpf", "-o", log, *(word for path in paths for word in ("-P", path)),
                              "-e", f"trace={call}", "-e", f"inject={call}:{what}:when={number}"])
        try:
            process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        hit = "INJECTED" in open(log).read()
        os.remove(log)
        silent = hit and process.returncode == 0 and "KILL" not in what and call not in ("unlink", "link")
        result = self.verdict(verb, 1 if hit else 0)
        if not hit:
            return None
        return result if not silent or result[1] != "equal" else (1, "equal, and the fault was of no consequence")

    def every(self, name, call, what, most):
        results = []
        for number in range(1, most + 1):
            result = self.injected(name, call, number, what)
            if result is None:
                break
            results.append((f"{name} {call} {number} {what}", *result))
        return results

    def disk(self, kilobytes):
        verb = Verb(self.program, "pretrain", os.path.join(self.root, f"disk-{kilobytes}"))
        verb.prepare()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", verb.place], check=True)
        try:
            wrong = verb.finish()
            subprocess.run(["mount", "-o", "remount,size=256m", verb.place], check=True)
            again = verb.finish()
            other = differing(self.expected["pretrain"], verb.contents()) if not again else ""
        finally:
            subprocess.run(["umount", verb.place], check=True)
        return (1 if wrong else 0), "lost: " + again if again else "silent: " + other if other else "equal"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["kill", "signals", "calls", "faults", "disk"])
    parser.add_argument("--tries", type=int, default=200)
    parser.add_argument("--verbs", default=None)
    parser.add_argument("--calls", default=",".join(CALLS))
    parser.add_argument("--most", type=int, default=10_000, help="of each call, the first so many")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--lethe", default=PROGRAM)
    parser.add_argument("--work", default=None)
    options = parser.parse_args()
    options.verbs = options.verbs or ("pretrain" if options.what == "disk" else "pretrain,undo" if options.what in (
        "calls", "faults", "signals") else "pretrain,interleaved,undo,evaluate")
    campaign = Campaign(options)
    results = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        if options.what in ("kill", "signals"):
            work = getattr(campaign, options.what)
            jobs = {pool.submit(work, number): number for number in range(options.tries)}
            for job in concurrent.futures.as_completed(jobs):
                results.append((f"{options.what} {jobs[job]}", *job.result()))
                print(*results[-1], file=sys.stderr, flush=True)
        elif options.what == "disk":
            sizes = [4, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 1024][: options.tries]
            results = [(f"disk {size} KB", *campaign.disk(size)) for size in sizes]
        else:
            whats = ["error=EIO:signal=KILL"] if options.what == "calls" else ["error=ENOSPC", "error=EIO"]
            jobs = [pool.submit(campaign.every, name, call, what, options.most)
                    for name in campaign.verbs for call in options.calls.split(",") for what in whats]
            for job in concurrent.futures.as_completed(jobs):
                results.extend(job.result())
                for one in job.result():
                    print(*one, file=sys.stderr, flush=True)
    shutil.rmtree(campaign.root)
    for name, _, word in results:
        if word != "equal":
            print(f"{name}: {word}")
    hits = sum(hit for _, hit, _ in results)
    lost = sum(word.startswith("lost") for _, _, word in results)
    silent = sum(word.startswith("silent") for _, _, word in results)
    print(f"{options.what}: {len(results)} runs, {hits} faults that hit, {lost} lost, {silent} silent")
    sys.exit(1 if lost or silent else 0)


if __name__ == "__main__":
    main()
