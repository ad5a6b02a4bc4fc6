import json

from generator.launcher import payloads
from generator.launcher.jobfields import known


def test_payloads_are_the_same_in_every_run_and_can_be_handed_over_as_json():
    first, second = ([(one.name, json.dumps(one.job)) for one in payloads.shapes()] for _ in range(2))
    assert first == second


def test_every_payload_has_a_name_of_its_own():
    names = [one.name for one in payloads.shapes()]
    assert len(set(names)) == len(names)


def test_the_long_text_is_folded():
    assert len(payloads.LONG) == 150
    assert " " in payloads.LONG[80:]


def test_every_field_of_a_payload_is_one_that_jobs_have():
    fields = (*payloads.fields(), *payloads.IN_SHELL)
    assert [
        field
        for field in fields
        if known(tuple(field.replace("[]", ".[]").replace("{key}", ".{key}").split("."))) is None
    ] == []


def test_each_text_is_replaced_where_it_stands_and_nowhere_else():
    plain = json.dumps(payloads.full(), sort_keys=True)
    for field in payloads.fields():
        odd = json.dumps(
            payloads.full(lambda name, text, field=field: "ODD" if name == field else text), sort_keys=True
        )
        assert odd.count("ODD") >= 1, field
        assert "ODD" not in plain


def test_a_job_is_served_unless_all_its_ports_are_published():
    served = {one.name for one in payloads.shapes() if one.is_served}
    assert "a port" in served
    assert "a published port" not in served


def test_the_matrix_holds_what_templates_have_failed_on():
    jobs = {one.name: one.job for one in payloads.shapes()}
    assert "metadata" not in jobs["without metadata"]
    assert "supplementalGroupIds" not in jobs["no supplemental groups"]["container"]
    assert jobs["large ids"]["container"]["runAsUserId"] < 2**31 <= jobs["large ids"]["container"]["runAsGroupId"] + 1
    assert [len(jobs[name]["tags"]) for name in ("no tags", "one tag", "twelve tags")] == [0, 1, 12]
