#!/usr/bin/env python3
"""Ends and disturbs real processes of lethe, lets each run go on with the same command, and compares every byte that it keeps.

    benchmarks/reliability.py kill --tries 200         # SIGKILL at random moments: pretrain, interleaved, undo, evaluate, sweep
    benchmarks/reliability.py signals --tries 20       # ends with 130 (SIGINT, SIGHUP, SIGQUIT) or 75 (SIGTERM, SIGUSR1), the state saved
    benchmarks/reliability.py calls                    # SIGKILL at every system call on the run's files (needs strace)
    benchmarks/reliability.py faults                   # ENOSPC and EIO from every Nth system call on them (needs strace)
    benchmarks/reliability.py disk                     # file systems too small for the run, then made larger (needs root)
    benchmarks/reliability.py races --tries 20         # two processes on one run at once; also when a third was killed there before
    benchmarks/reliability.py time                     # time zones, other years, clocks that jump (needs faketime), a full TMPDIR (needs root)
    benchmarks/reliability.py memory                   # memory over the steps of a long pre-training and undo, and over looks at watch's pages

Each prints a line for every run, and one at the end: what was tried, how often it hit, how many runs could not go on, and how many ended otherwise in silence.
memory fails where it grows by more than 1 MB in 1 000 steps. --lethe names the program; `dotnet build -c Release` makes the one that is taken where it is not given.
"""
import argparse
import concurrent.futures
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "../src/Lethe.Cli/bin/Release/net10.0/linux-x64/Lethe.Cli")
SMALL = ("--threads 1 --backbone resnet10 --width 4 --image-size 16 --limit 64 --epochs 2 --batch-size 32 --probe-images 30 "
         "--test-images 30 --rate-images 16 --lidar-images 16 --evaluate-every 1 --checkpoint-minutes 0.00001 "
         "--projector-hidden 16 --projector-output 8 --keep-checkpoints true --keep best-heldout").split()
UNDO = "--threads 1 --name u --iterations 3 --batch-size 16 --hypergradient first-order".split()
EVALUATE = "--threads 1 --quick true --protocol knn,linear".split()
TIMES = ("startedUtc", "finishedUtc", "timings", "checksum", "command", "looks")
CALLS = ("openat", "pwrite64", "fsync", "rename", "ftruncate", "mkdir", "unlink", "link", "flock")
LIMIT = 600
VERBS = {"kill": "pretrain,interleaved,undo,evaluate,sweep", "disk": "pretrain", "time": "pretrain", "memory": "pretrain,undo,watch"}
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


class Verb:
    """A command, what it needs, and the folder that it writes."""

    def __init__(self, program, name, place):
        self.program, self.name, self.place = program, name, place

    def prepare(self):
        """Makes in self.place what the command begins with."""
        os.makedirs(self.place)
        if self.name == "sweep":
            options = dict(zip(SMALL[0::2], SMALL[1::2]))
            lines = [f"  {flag[2:]}: {value}" for flag, value in options.items() if flag != "--threads"]
            text = "\n".join(["pretrain:", *lines, "seeds: 2", "undo:", "  - {iterations: 3, batch-size: 16, hypergradient: first-order}", ""])
            with open(os.path.join(self.place, "cells.yaml"), "w") as file:
                file.write(text)
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
        elif self.name == "sweep":
            return [self.program, "sweep", os.path.join(self.place, "cells.yaml"), "--out", run, "--jobs", "2", "--threads", "1"]
        else:
            more = ["--umm-every", "1", "--umm-iterations", "1"] if self.name == "interleaved" else []
            words = ["pretrain", *SMALL, *more, "--out", run]
            resume = os.path.isdir(run)
        return [self.program, *words, *(["--resume"] if resume else [])]

    def start(self, before=(), environment=None):
        return subprocess.Popen([*before, *self.command()], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                start_new_session=True, env={**os.environ, **(environment or {})})

    def finish(self, before=(), environment=None):
        """Runs the command to its end; None, or what went wrong."""
        process = self.start(before, environment)
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


def wait_for_group(leader):
    for _ in range(10 * LIMIT):
        try:
            os.killpg(leader, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    sys.exit(f"the processes of group {leader} do not end")


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
            if name == "watch":
                continue
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
                if verb.name == "sweep" and draw.random() < 0.5:
                    process.kill()  # alone: its cells notice, save and end
                    process.wait()
                    wait_for_group(process.pid)
                else:
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
        with open(log) as file:
            traced = file.read()
        hit = "INJECTED" in traced or ("KILL" in what and "killed by SIGKILL" in traced)  # who is killed within the call may not say more
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


    def race(self, number):
        """Two at once; every other time a third was killed there before."""
        draw = random.Random(number)
        verb = Verb(self.program, self.verbs[number // 2 % len(self.verbs)], os.path.join(self.root, f"race-{number}"))
        verb.prepare()
        if number % 2:
            process = verb.start()
            try:
                process.communicate(timeout=draw.uniform(0.3, 0.8) * self.seconds[verb.name])
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        both = [verb.start(), verb.start()]
        said = [process.communicate(timeout=LIMIT)[1] for process in both]
        ends = sorted(process.returncode for process in both)
        hits, word = self.verdict(verb, 1)
        if word == "equal" and (ends not in ([0, 1], [0, 0]) or any("should not happen" in one for one in said)):
            word = f"lost: the two ended with {ends}: {[one.strip().splitlines()[-1:] for one in said]}"
        return hits, word

    def under(self, name, before=(), environment=None, jumps=None):
        """One run in another time or place; jumps are times that the clock is set to while it goes on."""
        verb = Verb(self.program, "pretrain", os.path.join(self.root, "time-" + name))
        verb.prepare()
        if jumps:
            place = verb.place + ".clock"
            open(place, "w").write("+0")
            environment = {"LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": place, "FAKETIME_NO_CACHE": "1",
                           "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
            process = verb.start(environment=environment)
            for jump in jumps:
                time.sleep(self.seconds["pretrain"] / (len(jumps) + 2))
                open(place, "w").write(jump)
            _, said = process.communicate(timeout=LIMIT)
            wrong = None if process.returncode == 0 else said.strip().splitlines()[-1:]
            os.remove(place)
        else:
            wrong = verb.finish(before, environment)
        other = "" if wrong else differing(self.expected["pretrain"], verb.contents())
        shutil.rmtree(verb.place)
        return f"time {name}", 1, f"lost: {wrong}" if wrong else "silent: " + other if other else "equal"

    def times(self):
        yield from (self.under("TZ=" + zone, environment={"TZ": zone})
                    for zone in ("Pacific/Kiritimati", "America/St_Johns", "Asia/Kathmandu", "nonsense"))
        clock = {"LD_PRELOAD": FAKETIME, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        yield from (self.under(one, environment={**clock, "FAKETIME": one})
                    for one in ("@1970-01-02 00:00:00", "@2038-01-19 03:14:00", "@2100-02-28 23:59:58", "-400d", "+400d"))
        yield self.under("forwards", jumps=["+1d", "+400d", "+4000d"])
        yield self.under("backwards", jumps=["-1d", "-400d", "+0"])
        full = os.path.join(self.root, "full")
        os.makedirs(full)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", full], check=True)
        try:
            open(os.path.join(full, "all"), "wb").write(bytes(4096))
            yield self.under("full TMPDIR", environment={"TMPDIR": full})
        finally:
            subprocess.run(["umount", full], check=True)

    def memory(self, name, steps):
        """Of a long work: by how much its memory grows in 1 000 steps, from the third quarter of the time to the last."""
        verb = Verb(self.program, name, os.path.join(self.root, "memory-" + name))
        verb.prepare()
        words = verb.command()
        if name == "undo":
            words[words.index("--iterations") + 1] = str(steps)
            words += ["--control", "false"]  # another training, which has memory of its own
        else:
            for flag, value in (("--epochs", steps // 16), ("--limit", 256), ("--batch-size", 16), ("--evaluate-every", max(1, steps // 640)), ("--checkpoint-minutes", 1)):
                words[words.index(flag) + 1] = str(value)
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        sizes = []
        while process.poll() is None:
            sizes.append(resident(process.pid))
            time.sleep(0.1)
        shutil.rmtree(verb.place)
        return grown(f"memory {name}, {steps} steps", sizes[:-1], steps, process.returncode)

    def looks(self, count):
        """The pages of watch, asked for again and again; a step is a look at all of them."""
        process = subprocess.Popen([self.program, "watch", os.path.dirname(self.root + "/base"), "--port", "47831"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        sizes = []
        try:
            said = ""
            while not (address := re.search(r"http://\S+", said)):
                line = process.stderr.readline()
                if not line:
                    return "memory watch", 1, f"lost: {said}"
                said += line
            get = lambda link: urllib.request.urlopen(urllib.parse.urljoin(address[0], link), timeout=30).read()
            for _ in range(count + 50):
                for link in {*re.findall(r"""(?:href|src)=["']([^"'#:]+)["']""", get("").decode())}:
                    get(link)
                sizes.append(resident(process.pid))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
        return grown(f"memory watch, {count} looks", sizes[50:], count, 0)


def resident(process):
    try:
        return next(int(line.split()[1]) for line in open(f"/proc/{process}/status") if line.startswith("VmRSS"))
    except (OSError, StopIteration):
        return 0


def grown(name, sizes, steps, code):
    quarter = max(1, len(sizes) // 4)
    first, last = sizes[-2 * quarter:-quarter], sizes[-quarter:]
    growth = (statistics.median(last) - statistics.median(first)) / 1024 / (steps / 4) * 1000
    text = f"{name}: {statistics.median(first) / 1024:.0f} to {statistics.median(last) / 1024:.0f} MB, {growth:+.2f} MB in 1 000 steps"
    print(text, file=sys.stderr)
    return text, 1, f"lost: exit {code}" if code else "equal" if growth < 1 else "silent: it grows"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["kill", "signals", "calls", "faults", "disk", "races", "time", "memory"])
    parser.add_argument("--tries", type=int, default=200)
    parser.add_argument("--verbs", default=None)
    parser.add_argument("--calls", default=",".join(CALLS))
    parser.add_argument("--most", type=int, default=10_000, help="of each call, the first so many")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--lethe", default=PROGRAM)
    parser.add_argument("--work", default=None)
    options = parser.parse_args()
    options.verbs = options.verbs or VERBS.get(options.what, "pretrain,undo")
    campaign = Campaign(options)
    results = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        if options.what in ("kill", "signals", "races"):
            work = campaign.race if options.what == "races" else getattr(campaign, options.what)
            jobs = {pool.submit(work, number): number for number in range(options.tries)}
            for job in concurrent.futures.as_completed(jobs):
                results.append((f"{options.what} {jobs[job]}", *job.result()))
                print(*results[-1], file=sys.stderr, flush=True)
        elif options.what == "time":
            results = list(campaign.times())
        elif options.what == "memory":
            steps = 20 * options.tries
            results = [campaign.looks(steps) if name == "watch" else campaign.memory(name, steps) for name in campaign.verbs]
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
