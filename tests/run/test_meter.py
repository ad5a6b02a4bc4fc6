"""Processes count into memory that they share."""

import os

import pytest
from repositories import in_a_child

from generator.run.meter import Meter


def test_lanes_are_counted_apart_and_added_up():
    meter = Meter()
    assert (meter.done, meter.total) == (0, 0)
    for lane in (0, 3, 3, 511, 511, 511):
        meter.advance(lane)
    assert meter.done == 6


def test_a_lane_counts_beyond_a_byte():
    meter = Meter()
    for _ in range(70_000):
        meter.advance(1)
    assert meter.done == 70_000


def test_more_lanes_than_there_is_room_for_share_it():
    meter = Meter()
    for lane in (0, 512, 1024):
        meter.advance(lane)
    assert meter.done == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_other_processes_are_seen():
    meter = Meter()
    for lane in (1, 2):
        assert in_a_child(lambda lane=lane: [meter.advance(lane) for _ in range(5)] and 0) == 0
    assert meter.done == 10
