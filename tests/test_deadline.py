"""One page may take so much CPU time, and no more."""

from __future__ import annotations

import threading

import pytest

from cleaning.deadline import DeadlineError, deadline


def spin() -> None:
    while True:
        try:
            sum(range(1000))
        except Exception:  # what libraries do
            continue


def test_endless_work_is_ended() -> None:
    with pytest.raises(DeadlineError), deadline(0.05):
        spin()


def test_short_work_is_left_alone_and_the_clock_stops() -> None:
    with deadline(0.05):
        pass
    sum(range(5_000_000))


def test_outside_the_main_thread_the_work_just_runs() -> None:
    done = []

    def work() -> None:
        with deadline(0.001):
            done.append(sum(range(1000)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done
