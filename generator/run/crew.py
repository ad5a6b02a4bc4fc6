"""Several shards at work at once: one here, and each other in a process of its own where the system can fork.

Results come back in the order of the shards, so that nothing depends on how many there are or who is faster.
"""

import gc
import os
import pickle
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

#: From how many tenants on a second process pays for its start.
WORTH_SHARING = 200


def size(tenants: int, jobs: int | None) -> int:
    """Return how many processes to share *tenants* over; *jobs* ``None`` leaves it to the machine."""
    if not hasattr(os, "fork") or tenants < WORTH_SHARING:
        return 1
    if jobs is not None:
        return max(1, jobs)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_Task = TypeVar("_Task")


def divided(tasks: Mapping[str, _Task], at_home: Sequence[Collection[str]]) -> list[dict[str, _Task]]:
    """Give each worker the tasks whose documents it has read, and spread the rest."""
    lanes: list[dict[str, _Task]] = [{} for _ in at_home]
    homes = {document: lane for lane, documents in enumerate(at_home) for document in documents}
    for i, (document, task) in enumerate(tasks.items()):
        lanes[homes.get(document, i % len(lanes))][document] = task
    return lanes


class Crew:
    """Workers that are asked one thing at a time, all of them at once."""

    def __init__(self, workers: Sequence[Any]) -> None:
        first, *others = workers
        self._members: list[_Here | _Forked] = [_Here(first), *map(_Forked, others)]

    @property
    def size(self) -> int:
        """How many workers there are."""
        return len(self._members)

    def each(self, method: str, *arguments: Sequence[Any], **named: Any) -> list[Any]:
        """Call a method of every worker; the first takes the first of each of *arguments*, and so on."""
        return self.begin(method, *arguments, **named)()

    def begin(self, method: str, *arguments: Sequence[Any], **named: Any) -> Callable[[], list[Any]]:
        """Ask every worker, and return what waits for the answers; ask nothing else before it has been called.

        Those in processes of their own begin at once, the one that is here when it is waited for.
        """
        for i, member in enumerate(self._members):
            member.ask(method, [argument[i] for argument in arguments], named)
        return lambda: [member.answer() for member in self._members]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for member in self._members:
            member.stop()
        for member in self._members:
            member.wait()


class _Here:
    """A worker in this very process."""

    def __init__(self, worker: Any) -> None:
        self._worker = worker
        self._call: Callable[[], Any] = lambda: None

    def ask(self, method: str, arguments: Sequence[Any], named: dict[str, Any]) -> None:
        self._call = lambda: getattr(self._worker, method)(*arguments, **named)

    def answer(self) -> Any:
        return self._call()

    def stop(self) -> None:
        pass

    def wait(self) -> None:
        pass


class _Forked:
    """A worker in a process of its own, at the other end of two pipes."""

    def __init__(self, worker: Any) -> None:
        their_in, our_out = os.pipe()
        our_in, their_out = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(our_in)
            os.close(our_out)
            _serve(worker, their_in, their_out)
        os.close(their_in)
        os.close(their_out)
        self._in = os.fdopen(our_in, "rb")
        self._out = os.fdopen(our_out, "wb")

    def ask(self, method: str, arguments: Sequence[Any], named: dict[str, Any]) -> None:
        try:
            pickle.dump((method, arguments, named), self._out, pickle.HIGHEST_PROTOCOL)
            self._out.flush()
        except BrokenPipeError:
            raise self._ended() from None

    def answer(self) -> Any:
        try:
            failed, result = pickle.load(self._in)  # noqa: S301 - our own process is at the other end
        except (EOFError, pickle.UnpicklingError):  # it ended before its answer, or in the middle of it
            raise self._ended() from None
        if failed:
            raise result
        return result

    def _ended(self) -> ChildProcessError:
        return ChildProcessError(f"a worker process ended before its work did (pid {self._pid})")

    def stop(self) -> None:
        self._in.close()
        with suppress(BrokenPipeError):
            self._out.close()

    def wait(self) -> None:
        """Wait for the process to end. It holds the pipes of those forked before it, so all are stopped first."""
        os.waitpid(self._pid, 0)


def _serve(worker: Any, requests: int, answers: int) -> None:
    """Answer requests until there are no more; never return to the caller's code."""
    gc.freeze()  # what the parent made is nobody's garbage here, and looking for it would copy its memory
    code = 0
    try:
        with os.fdopen(requests, "rb") as source, os.fdopen(answers, "wb") as target:
            while True:
                try:
                    method, arguments, named = pickle.load(source)  # noqa: S301 - our own process is at the other end
                except EOFError:
                    break
                target.write(_answer(worker, method, arguments, named))
                target.flush()
    except (BrokenPipeError, KeyboardInterrupt):
        code = 1  # the asking process has ended, or is about to: nobody waits for an answer
    finally:
        os._exit(code)


def _answer(worker: Any, method: str, arguments: Sequence[Any], named: dict[str, Any]) -> bytes:
    """Return whether the call failed, with its result or exception, as it is sent."""
    try:
        return pickle.dumps((False, getattr(worker, method)(*arguments, **named)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - it is raised again in the process that asked
        import traceback

        error.add_note(traceback.format_exc())
        return pickle.dumps((True, _portable(error)), pickle.HIGHEST_PROTOCOL)


def _portable(error: Exception) -> Exception:
    """Return the exception, or one that says the same where it does not survive the way to another process."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own exception
    except Exception:  # noqa: BLE001 - an exception's class may do anything
        told = RuntimeError(f"{type(error).__name__}: {error}")
        for note in error.__notes__:
            told.add_note(note)
        return told
    return error
