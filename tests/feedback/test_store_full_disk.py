"""A full disk: it is named, and nothing is lost."""

from __future__ import annotations

import resource
from pathlib import Path

import numpy as np
import pytest
from small_disks import run_on
from store_helpers import add_query, new_store, say

from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback import DiskFull, FeedbackStore
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query

FILL = """
import sys
import numpy as np
from rlhf_gym.clips.clip import Clip
from rlhf_gym.feedback.judgement import Judgement, Preference
from rlhf_gym.feedback.query import Query
from rlhf_gym.feedback import DiskFull, EnvironmentRecord, FeedbackStore

store = FeedbackStore.create(sys.argv[1], environment=EnvironmentRecord("CartPole-v1"))
clip = Clip(np.zeros((100, 400)), np.zeros(100), np.zeros(100, np.float32))
said = 0
try:
    for _ in range(100):
        (query,) = store.add_queries([Query((clip, clip))])
        store.record(Judgement(query.id, Preference.TIE, "ada"))
        said += 1
except DiskFull as error:
    assert "free some space" in str(error), error
    assert len(store.judgements()) == said, "judgements were lost"
    assert store.counts().asked in (said, said + 1), "half a query"
    print(said)
"""


def test_a_full_disk_is_named_and_loses_nothing(disk: Path) -> None:
    done = run_on(disk, FILL, disk / "feedback.db")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0


def test_after_space_was_made_the_store_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "feedback.db"
    with new_store(tmp_path) as store:
        say(store, add_query(store))
    large = Clip(np.zeros((100, 4000)), np.zeros(100), np.zeros(100, np.float32))
    with FeedbackStore.open(path) as store:
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, limits[1]))
        try:
            with pytest.raises(DiskFull, match="what was saved before is safe"):
                store.add_queries([Query((large, large))])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        store.add_queries([Query((large, large))])
        store.record(Judgement(2, Preference.TIE, "ada"))
    with FeedbackStore.open(path) as store:
        assert len(store.judgements()) == 2


PROGRAM = """
import subprocess
import sys
from pathlib import Path
from rlhf_gym.cli.main import main
from rlhf_gym.feedback import FeedbackStore

disk = Path(sys.argv[1])
run = str(disk / "run")
flags = ["--labels", "8", "--steps", "300", "--n-envs", "4", "--evaluation-episodes", "1"]
ballast = disk / "ballast"
ballast.write_bytes(bytes(1_300_000))
code = main(["train", "Pendulum-v1", *flags, "--device", "cpu", "--run", run, "--no-progress"])
assert code == 1, code
with FeedbackStore.open(run + "/feedback.db") as store:
    before = store.judgements()
ballast.unlink()
subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
code = main(["train", "--resume", run, "--no-progress", "--video-seconds", "0"])
assert code == 0, code
with FeedbackStore.open(run + "/feedback.db") as store:
    assert store.judgements()[: len(before)] == before
    assert store.counts().answered == 8
"""


@pytest.mark.slow
def test_the_program_names_a_full_disk_and_goes_on_after_space_was_made(disk: Path) -> None:
    done = run_on(disk, PROGRAM, disk)
    assert done.returncode == 0, done.stderr
    assert "free some space" in done.stderr and "Traceback" not in done.stderr
