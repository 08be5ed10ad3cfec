"""All that asks a process to stop does what Ctrl-C does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from rlhf_gym.basics.interrupts import (
    STOPS,
    blocked_interrupts,
    leave_terminal,
    on_stop,
    stops_interrupt,
    uninterrupted,
)


@pytest.mark.parametrize("number", STOPS)
def test_a_request_to_stop_interrupts_and_the_handlers_are_as_before_afterwards(
    number: int,
) -> None:
    before = [signal.getsignal(each) for each in STOPS]
    with pytest.raises(KeyboardInterrupt), stops_interrupt():
        os.kill(os.getpid(), number)
    assert [signal.getsignal(each) for each in STOPS] == before


@pytest.mark.parametrize("number", STOPS)
def test_a_request_within_a_transaction_waits_for_its_end_even_after_an_error(number: int) -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), stops_interrupt(), uninterrupted():
        os.kill(os.getpid(), number)
        done.append(number)
        raise ValueError("of the transaction")
    assert done == [number]


def test_what_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with on_stop(lambda number, frame: pytest.fail("it is handled")):
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_request_while_processes_start_is_not_lost_and_does_not_reach_them(number: int) -> None:
    program = "import signal; print(*map(int, signal.pthread_sigmask(signal.SIG_BLOCK, ())))"
    started: list[str] = []
    with pytest.raises(KeyboardInterrupt), stops_interrupt(), blocked_interrupts():
        found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        started += found.stdout.split()
        os.kill(os.getpid(), number)
    assert str(int(number)) in started


def test_it_is_handled_sooner_where_another_thread_can_receive_it() -> None:
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()
    try:
        with pytest.raises(KeyboardInterrupt), stops_interrupt(), blocked_interrupts():
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(10**8):
                pass
            pytest.fail("it was held back")
    finally:
        over.set()
        other.join()


def test_a_terminal_that_is_closed_is_not_written_to() -> None:
    pid, terminal = os.forkpty()
    if pid == 0:  # pragma: no cover  # in the terminal
        leave_terminal(signal.SIGHUP)
        os._exit(os.isatty(1) or os.isatty(2))
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
