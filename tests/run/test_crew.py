"""Workers answer in order, whatever becomes of them; nothing hangs, and nothing of them is left."""

import gc
import os
import pickle
import signal
import time
from pathlib import Path

import pytest
from repositories import in_a_child, time_limit

from generator.problems import InputError, Place, Problem
from generator.run import crew
from generator.run.crew import Crew

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


class OddError(Exception):
    """Cannot be made again from its arguments."""

    def __init__(self, one, other):
        super().__init__(f"{one} and {other}")


class Worker:
    def __init__(self, name):
        self.name = name
        self.asked = 0

    def say(self, *words):
        self.asked += 1
        return self.name, self.asked, words

    def named(self, *, word):
        return word

    def pid(self):
        return os.getpid()

    def fail(self, error):
        if error is not None:
            raise error
        return "done"

    def odd(self):
        if self.name:
            raise OddError(1, 2)

    def closure(self):
        return lambda: None

    def die(self, how):
        if how is not None:
            how()
        return "alive"

    def large(self, data):
        return data * 2


@pytest.fixture(autouse=True)
def no_hang_and_nothing_left():
    """Look for processes and open files that a crew leaves behind."""
    gc.collect()
    before = open_files()
    with time_limit(20):
        yield
    gc.collect()
    assert open_files() == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def open_files():
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


@pytest.mark.parametrize("number", [1, 2, 5])
def test_answers_come_in_the_order_of_the_workers(number):
    with Crew([Worker(n) for n in range(number)]) as workers:
        assert workers.size == number
        assert workers.each("say", range(number), "abcde") == [(n, 1, (n, "abcde"[n])) for n in range(number)]
        assert workers.each("say") == [(n, 2, ()) for n in range(number)]  # each remembers
        assert workers.each("named", word="all") == ["all"] * number


def test_the_first_worker_needs_no_process_and_the_others_have_their_own():
    with Crew([Worker(0)]) as workers:
        assert workers.each("pid") == [os.getpid()]
    with Crew([Worker(n) for n in range(3)]) as workers:
        first, *others = workers.each("pid")
    assert first == os.getpid()
    assert len({first, *others}) == 3


def test_those_elsewhere_are_at_work_while_nobody_waits(tmp_path):
    class Sender(Worker):
        def send(self):
            (tmp_path / str(self.name)).touch()
            return self.name

    with Crew([Sender(n) for n in range(3)]) as workers:
        answers = workers.begin("send")
        while not ((tmp_path / "1").exists() and (tmp_path / "2").exists()):
            time.sleep(0.001)
        assert not (tmp_path / "0").exists()
        assert answers() == [0, 1, 2]


def test_messages_of_megabytes_do_not_deadlock():
    data = [os.urandom(3 << 20) for _ in range(3)]
    with Crew([Worker(n) for n in range(3)]) as workers:
        assert workers.each("large", data) == [part * 2 for part in data]


@pytest.mark.parametrize("number", [1, 3])
def test_an_exception_is_raised_where_it_was_asked_for(number):
    errors = [KeyError("first"), None, KeyError("later")]
    with pytest.raises(KeyError, match="'first'"), Crew([Worker(n) for n in range(number)]) as workers:
        workers.each("fail", errors)


def test_an_exception_carries_the_traceback_of_its_process():
    with pytest.raises(ZeroDivisionError) as caught, Crew([Worker(0), Worker(1)]) as workers:
        workers.each("fail", [None, ZeroDivisionError("by nothing")])
    (note,) = caught.value.__notes__
    assert note.startswith("Traceback (most recent call last):\n")
    assert note.endswith("raise error\nZeroDivisionError: by nothing\n")


def test_an_exception_that_cannot_be_sent_is_told_in_words():
    with pytest.raises(RuntimeError, match=r"^OddError: 1 and 2\n") as caught, Crew([Worker(0), Worker(1)]) as workers:
        workers.each("odd")
    assert "raise OddError(1, 2)" in caught.value.__notes__[0]


def test_problems_with_the_input_arrive_as_such():
    problems = (
        Problem(Place("tenants/vision.yaml", ("spec", 0)), "it is wrong"),
        Problem(Place("b"), "c", warning=True),
    )
    assert pickle.loads(pickle.dumps(InputError(iter(problems)))).problems == problems  # noqa: S301 - our own
    with pytest.raises(InputError, match="it is wrong") as caught, Crew([Worker(0), Worker(1)]) as workers:
        workers.each("fail", [None, InputError(problems)])
    assert caught.value.problems == problems


def _interrupt():
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # which a shell may have switched off for what it backgrounds
    os.kill(os.getpid(), signal.SIGINT)


ENDS = {
    "exit": lambda: os._exit(0),
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "interrupted": _interrupt,
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("which", [1, 2])
def test_a_worker_that_dies_is_reported(which, end):
    class Mortal(Worker):
        def die(self):
            return super().die(end if self.name == which else None)

    ended = pytest.raises(ChildProcessError, match=r"^a worker process ended before its work did \(pid \d+\)$")
    with ended, Crew([Mortal(n) for n in range(3)]) as workers:
        workers.each("die")


def test_a_worker_that_is_dead_already_is_reported_too():
    with Crew([Worker(n) for n in range(2)]) as workers:
        _, other = workers.each("pid")
        os.kill(other, signal.SIGKILL)
        os.waitid(os.P_PID, other, os.WEXITED | os.WNOWAIT)
        with pytest.raises(ChildProcessError, match="ended before"):
            workers.each("large", [b"x" * (1 << 20)] * 2)


def test_an_answer_that_cannot_be_sent_is_no_hang():
    with pytest.raises(Exception, match=r"lambda|local object"), Crew([Worker(n) for n in range(2)]) as workers:
        workers.each("closure")


def test_answers_that_nobody_waits_for_hold_nobody_up():
    with Crew([Worker(n) for n in range(3)]) as workers:
        for member in workers._members[1:]:  # noqa: SLF001 - as if the first had failed meanwhile
            member.ask("large", [b"x" * (1 << 20)], {})


def test_workers_end_with_the_process_that_asks():
    def work():
        with Crew([Worker(n) for n in range(4)]) as workers:
            for member in workers._members:  # noqa: SLF001 - nobody will read these answers
                member.ask("large", [b"x" * (1 << 20)], {})
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_child(work) == -signal.SIGKILL


def test_few_tenants_are_done_by_one_process():
    assert crew.size(crew.WORTH_SHARING - 1, None) == 1
    assert crew.size(crew.WORTH_SHARING - 1, 8) == 1


def test_many_tenants_are_shared_over_the_cores_or_as_asked(monkeypatch):
    assert crew.size(crew.WORTH_SHARING, 3) == 3
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 5}, raising=False)
    assert crew.size(crew.WORTH_SHARING, None) == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert crew.size(crew.WORTH_SHARING, None) == 1


def test_without_fork_everything_is_done_by_one_process(monkeypatch):
    monkeypatch.delattr(os, "fork")
    assert crew.size(10_000, 4) == 1
