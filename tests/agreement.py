"""Many cases in one test: those that disagree are told together, the first of them in full."""

#: Whoever has more disagreements has one cause.
_MOST = 20


def agreed(disagreements, of):
    """Fail with what disagrees, a line for each case, unless nothing does; *of* is how many were asked.

    Nothing asked is a mistake, too: a test over no cases could not fail.
    """
    assert of, "no case was asked"
    found = [*disagreements]
    if found:
        more = [f"... and {len(found) - _MOST} more"] if len(found) > _MOST else []
        raise AssertionError("\n".join([f"{len(found)} of {of} disagree:", *map(str, found[:_MOST]), *more]))
