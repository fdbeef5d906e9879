from __future__ import annotations

from ivr.telephony.media_stream.wall import GivenUp, Overdue, Stalled, Wall


def test_two_seconds_without_a_frame_count_as_sound() -> None:
    wall = Wall(100.0)
    wall.received(50, 101.0)
    assert wall.due(102.9, awaits_mark=False) == []
    assert wall.due(103.01, awaits_mark=False) == [Stalled(100)]
    assert wall.due(103.51, awaits_mark=False) == [Stalled(25)]
    wall.received(1, 104.0)
    assert wall.due(105.0, awaits_mark=False) == []


def test_ten_seconds_without_a_frame_are_the_end() -> None:
    wall = Wall(100.0)
    assert wall.due(110.0, awaits_mark=True) == [GivenUp()]


def test_a_mark_is_overdue_behind_the_end_of_its_sound() -> None:
    wall = Wall(100.0)
    for _ in range(50):
        wall.sent(100.0)
    wall.received(1, 102.0)
    assert wall.due(102.4, awaits_mark=True) == []
    assert wall.due(102.6, awaits_mark=False) == []
    assert wall.due(102.6, awaits_mark=True) == [Overdue()]
    assert wall.due(102.7, awaits_mark=True) == []


def test_what_was_cleared_is_not_waited_for() -> None:
    wall = Wall(100.0)
    for _ in range(500):
        wall.sent(100.0)
    wall.cleared(100.5)
    wall.sent(100.5)
    wall.received(1, 102.1)
    assert wall.due(102.1, awaits_mark=True) == [Overdue()]


def test_sound_ahead_of_its_time_is_noticed() -> None:
    wall = Wall(100.0)
    wall.received(500, 102.0)
    assert wall.ahead(102.0) == 8.0
