"""The page of faults is complete, and says what the table says."""

import re
from pathlib import Path

from tests.faults.table import FAULTS, PAGE

TESTS = Path(__file__).parents[1]
#: Those of PostgreSQL, of task engines and of what comes back.
ELSEWHERE = {39, 50, 51}


def test_every_fault_has_an_answer():
    assert set(FAULTS) == set(range(1, 56)) - ELSEWHERE


def test_every_fault_has_a_test():
    marked = {
        int(number)
        for path in TESTS.rglob("test_*.py")
        for found in re.findall(r"mark\.fault\(([\d, ]+)\)", path.read_text(encoding="utf-8"))
        for number in found.split(",")
    }

    assert marked == set(FAULTS)


def test_the_page_says_what_the_table_says_and_that_it_holds():
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+) \| (.+) \| holds \|$", page, re.MULTILINE)

    assert {int(number): (fault, answer) for number, fault, answer in rows} == FAULTS
