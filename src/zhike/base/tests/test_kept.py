"""What a page looks up twice is asked once, and only while it is being made."""

from zhike.base import kept


def test_it_is_found_once_while_a_page_is_made():
    found = iter((1, 2, 3))

    with kept.while_reading():
        assert [kept.once("x", lambda: next(found)) for _ in range(3)] == [1, 1, 1]
        assert kept.once("y", lambda: next(found)) == 2
    assert kept.once("x", lambda: next(found)) == 3


def test_nothing_is_kept_from_one_page_to_the_next_or_outside():
    answers = []
    for answer in (None, "b"):
        with kept.while_reading():
            answers.append(kept.once("x", lambda answer=answer: answer))
    outside = [kept.once("x", lambda answer=answer: answer) for answer in ("c", "d")]

    assert answers == [None, "b"]
    assert outside == ["c", "d"]
