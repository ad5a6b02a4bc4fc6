import copy
import itertools
import json
import pickle
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.kubernetes.quantity import ZERO, Quantity, QuantityError, Style, parse

RECORDED = Path(__file__).parent.parent / "oracles" / "quantities.jsonl"
ORACLE = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
NEGATIVE = "must be greater than or equal to 0"

PROPERTY = settings(max_examples=200, deadline=None, derandomize=True)
SUFFIXES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}

numbers = st.from_regex(r"[+-]?([0-9]{1,20}(\.[0-9]{0,12})?|\.[0-9]{1,12})", fullmatch=True)
suffixes = st.sampled_from([*SUFFIXES, *BINARY]) | st.from_regex(r"[eE][+-]?[0-9]{1,2}", fullmatch=True)
texts = st.builds("".join, st.tuples(numbers, suffixes))
quantities = texts.map(parse)


def accepted(text):
    try:
        return parse(text) >= ZERO
    except QuantityError:
        return False


def test_the_api_server_accepts_the_same_quantities():
    differ = [row["quantity"] for row in ORACLE if accepted(row["quantity"]) != row["accepted"]]
    assert len(ORACLE) == 470
    assert differ == []


def test_the_text_of_a_quantity_is_the_one_that_the_api_server_stores():
    rows = [row for row in ORACLE if row["accepted"]]
    differ = {r["quantity"]: (str(parse(r["quantity"])), r["canonical"]) for r in rows}
    assert {text: pair for text, pair in differ.items() if pair[0] != pair[1]} == {}


def test_negative_amounts_are_read_and_print_as_the_api_server_quotes_them():
    rows = [row for row in ORACLE if NEGATIVE in (row["message"] or "")]
    assert len(rows) > 50
    for row in rows:
        assert f'Invalid value: "{parse(row["quantity"])}"' in row["message"]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("1.5", "1500m"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("1000m", "1"),
        ("0.1n", "1m"),
        ("1.1Ki", "1126400m"),
        ("16Ei", "9223372036854775807"),
        ("1e4", "10e3"),
        ("1.E", "1.E"),
        ("5.M", "5.M"),
        ("416.229546k", "416.229546k"),
        ("0Gi", "0"),
        (" 8Gi ", "8Gi"),
        (64, "64"),
        (-3, "-3"),
        (1000, "1k"),
    ],
)
def test_quantities_are_written_canonically(text, stored):
    assert str(parse(text)) == stored


def test_no_amount_is_ever_printed_without_its_suffix():
    # kubectl 1.32 prints 1000E as 1, since no suffix stands for 10^21.
    assert str(parse("1000E")) == "1e21"
    assert str(parse("1000000000000000000000")) == "1e21"


def test_a_sum_beyond_int64_is_written_so_that_it_is_not_cut_when_it_is_read():
    total = parse("4Ei") + parse("4Ei") + parse("4Ei")
    assert str(total) == "13835058055282163712"
    assert parse(str(total)) == total


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("64x", "'64x' is not a Kubernetes quantity; write 64 or 64000m"),
        ("1Gb", "'1Gb' is not a Kubernetes quantity; write 1Gi or 1G"),
        ("1GB", "'1GB' is not a Kubernetes quantity; write 1Gi or 1G"),
        ("1GiB", "'1GiB' is not a Kubernetes quantity; write 1Gi"),
        ("2.5 GB", "'2.5 GB' is not a Kubernetes quantity; write 2560Mi or 2500M"),
        ("1K", "'1K' is not a Kubernetes quantity; write 1k or 1Ki"),
        ("100 Gi", "'100 Gi' is not a Kubernetes quantity; write 100Gi"),
        ("100gi", "'100gi' is not a Kubernetes quantity; write 100Gi"),
        ("1,5", "'1,5' is not a Kubernetes quantity; write 1500m"),
        ("1,000", "'1,000' is not a Kubernetes quantity; write 1k or 1"),
        ("1.000.000", "'1.000.000' is not a Kubernetes quantity; write 1M"),
        ("1_500", "'1_500' is not a Kubernetes quantity; write 1500"),
        ("0x10", "'0x10' is not a Kubernetes quantity; write 16"),
        ("1e3Mi", "'1e3Mi' is not a Kubernetes quantity; write 1000Mi"),
        ("4 cores", "'4 cores' is not a Kubernetes quantity; write 4"),
        ("250 millicores", "'250 millicores' is not a Kubernetes quantity; write 250m"),
        ("\u06f1", "'\u06f1' is not a Kubernetes quantity; write 1"),
        ("unlimited", "'unlimited' is not a Kubernetes quantity; leave the key out where there is no limit"),
        (1.5, "1.5 is a YAML float, whose digits depend on the reader; write 1500m"),
        ("1e9999", "'1e9999' has an exponent of more than 1000; write the amount that is meant"),
        (10**1500, "a number of more than 1000 digits is not a Kubernetes quantity; write a smaller one"),
    ],
)
def test_a_wrong_quantity_is_told_with_what_was_probably_meant(wrong, message):
    with pytest.raises(QuantityError) as caught:
        parse(wrong)
    assert str(caught.value) == message
    assert message.endswith(caught.value.reason)


@pytest.mark.parametrize(
    ("wrong", "shown"),
    [
        ("", "''"),
        ("Gi", "'Gi'"),
        ("half", "'half'"),
        ("100%", "'100%'"),
        ("1..5", "'1..5'"),
        ("1Mi3", "'1Mi3'"),
        (True, "True"),
        (None, "nothing"),
        ([1], "a list"),
        ("9" * 2000, repr("9" * 40 + "...")),
    ],
)
def test_what_cannot_be_guessed_is_answered_with_examples(wrong, shown):
    with pytest.raises(QuantityError) as caught:
        parse(wrong)
    examples = "write a number with at most one unit, such as 500m, 64 or 16Gi"
    assert str(caught.value) == f"{shown} is not a Kubernetes quantity; {examples}"


def test_quantities_and_their_errors_travel_between_processes():
    assert pickle.loads(pickle.dumps(parse("64Gi"))) == parse("64Gi")  # noqa: S301 - our own bytes
    assert copy.deepcopy(parse("64Gi")) == parse("64Gi")
    error = QuantityError("'64x'", "is wrong")
    assert str(pickle.loads(pickle.dumps(error))) == "'64x' is wrong"  # noqa: S301 - our own bytes


def test_a_sum_keeps_the_style_of_its_left_operand_unless_that_is_zero():
    assert str(parse("1Gi") + parse("1G")) == "2073741824"
    assert str(parse("1G") + parse("3Ki")) == "1000003072"
    assert str(parse("1Gi") + parse("1Gi")) == "2Gi"
    assert str(sum([parse("1Gi"), parse("1Gi")], ZERO)) == "2Gi"
    assert str(parse("1Gi") - parse("256Mi")) == "768Mi"
    assert str(parse("500m") - parse("2")) == "-1500m"
    assert str(3 * parse("500m")) == str(parse("500m") * 3) == "1500m"
    assert str(-parse("1Gi")) == "-1Gi"


def test_a_computed_amount_can_be_written_in_a_style_or_in_the_shortest():
    total = parse("68719476736")
    assert str(total.styled(Style.BINARY)) == "64Gi"
    assert str(total.shortest()) == "64Gi"
    assert str(parse("1Gi").styled(Style.DECIMAL)) == "1073741824"
    assert str(parse("1000Ki").shortest()) == "1024k"
    assert str(parse("1500").styled(Style.EXPONENT)) == "1500"


def test_a_quantity_is_true_unless_zero_and_whole_unless_it_has_a_fraction():
    assert parse("1m")
    assert not parse("0Gi")
    assert parse("3000m").whole
    assert not parse("0.5").whole
    assert parse("1") != "1"
    assert repr(parse("1024Mi")) == "Quantity('1Gi')"
    assert min(parse("1Gi"), parse("1G")) == parse("1G")


@PROPERTY
@given(texts)
@example("16Ei")
@example("1000E")
def test_the_canonical_text_of_a_canonical_text_is_itself(text):
    once = parse(text)
    again = parse(str(once))
    assert str(again) == str(once)
    assert again == once
    assert hash(again) == hash(once)


@PROPERTY
@given(numbers, st.sampled_from([*SUFFIXES, *BINARY]))
def test_the_amount_is_the_exact_one_rounded_up_to_thousandths_and_cut_where_binary(number, suffix):
    scale = Fraction(10) ** SUFFIXES[suffix] if suffix in SUFFIXES else Fraction(2) ** BINARY[suffix]
    exact = abs(Fraction(number if number[-1] != "." else number[:-1])) * scale
    exact = exact if suffix in SUFFIXES else min(exact, Fraction(2**63 - 1))
    milli = parse(number + suffix).milli
    assert abs(milli) == -(-exact * 1000 // 1)
    assert milli <= 0 or not number.startswith("-")


@PROPERTY
@given(quantities, quantities)
def test_order_is_that_of_the_fractions(one, other):
    a, b = Fraction(one.milli, 1000), Fraction(other.milli, 1000)
    assert ((one < other), (one <= other), (one == other), (one > other), (one >= other)) == (
        (a < b), (a <= b), (a == b), (a > b), (a >= b)
    )  # fmt: skip


@PROPERTY
@given(quantities, quantities, quantities)
def test_sums_are_associative_commutative_and_undone_by_differences(a, b, c):
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + b - b == a


@PROPERTY
@given(quantities, quantities, st.sampled_from(Style))
def test_computed_amounts_read_back_as_themselves_in_every_style(a, b, style):
    for computed in (a + b, a - b, (a + b).styled(style), a.shortest()):
        assert parse(str(computed)) == computed


@PROPERTY
@given(st.text(max_size=60) | st.text(alphabet="0123456789.,_eEikMGTPmx+- %", max_size=12))
def test_any_text_is_a_quantity_or_a_quantity_error_whose_advice_is_readable(text):
    try:
        parse(text)
    except QuantityError as error:
        if not error.reason.endswith("64 or 16Gi") and "; write " in error.reason and "exponent" not in error.reason:
            for advised in error.reason.partition("; write ")[2].split(" or "):
                parse(advised)


def test_reading_the_same_text_again_returns_the_same_object():
    assert parse("256Gi") is parse("256Gi")
    assert isinstance(parse("256Gi"), Quantity)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_prints_the_same_texts():
    # Without a server there is no rounding to thousandths, so this tries amounts that need none.
    numbers = [str(7**n % 10 ** (n % 9 + 1)) for n in range(1, 41)]
    pairs = zip(numbers, itertools.cycle([*BINARY, "", "k", "M", "G", "m", "e3"]), strict=False)
    wanted = {f"requests.example.com/r{i}": number + suffix for i, (number, suffix) in enumerate(pairs)}
    hard = ",".join(f"{key}={text}" for key, text in wanted.items())
    command = ["kubectl", "create", "quota", "x", f"--hard={hard}", "--dry-run=client", "-o", "json"]
    printed = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=30).stdout)["spec"]["hard"]
    assert printed == {key: str(parse(text)) for key, text in wanted.items()}
