"""Is chance in the world even, and independent from customer to customer, encounter to encounter, purpose to purpose?

Philox itself is held against its published answers in test_philox.py; here it is used as the world uses it, with
counters that differ in a single low bit. The draws are fixed, so a bound of 4.5 standard errors over some hundred
comparisons either holds for good or shows a fault.
"""

import ast
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from datasets.world import draws, people, philox
from datasets.world.draws import draw

MANY = 2**15
WORLD = Path(draws.__file__).parent
PURPOSES = {
    name: value
    for name, value in vars(draws).items()
    if name[0] != "_" and name.isupper() and type(value) is int
}
PURPOSES.pop("REPLICATE_BITS")
PEOPLES = {"PERSON": 40, "HOME": 41, "CONTACT": 42, "FIRM": 43}


def _along(what: str) -> philox.Words:
    """Words (4, MANY) of counters that count up along one axis, everything else at rest."""
    number, rest = np.arange(MANY), np.full(MANY, 77)
    if what == "customers":
        return draw(number, 3, purpose=draws.QUALITY, seed=5)
    if what == "referred customers":
        return draw(number << 32, 3, purpose=draws.QUALITY, seed=5)
    if what == "encounters":
        return draw(rest, number, purpose=draws.QUALITY, seed=5)
    if what == "replicates":
        return draw(rest, 3, purpose=draws.QUALITY, seed=5, replicate=number)
    if what == "days":
        return draw(rest * 0, number, purpose=draws.DAY, seed=5)
    # Few values of each: businesses within purposes, and customers with neighbouring seeds.
    if what == "purposes and businesses":
        parts = [
            draw(number[:256], 3, purpose=purpose, seed=5, business=business)
            for purpose in range(32)
            for business in range(4)
        ]
    else:
        parts = [draw(number[:256], 3, purpose=draws.QUALITY, seed=seed) for seed in range(128)]
    # The same customer with the next purpose, or seed, stands beside.
    return np.stack(parts, axis=2).reshape(4, -1)


AXES = (
    "customers",
    "referred customers",
    "encounters",
    "replicates",
    "days",
    "purposes and businesses",
    "seeds",
)


@pytest.mark.parametrize("axis", AXES)
def test_draws_are_even_along_every_axis(axis: str) -> None:
    words = _along(axis)
    assert words.shape == (4, MANY)
    for word in words:
        assert stats.kstest(philox.uniform(word), "uniform").pvalue > 0.0005
        for byte in range(4):
            counts = np.bincount((word >> 8 * byte & 255).astype(int), minlength=256)
            assert 0.0002 < stats.chisquare(counts).pvalue < 0.9998
        for bit in range(32):
            assert abs((word >> bit & 1).mean() - 0.5) * 2 * np.sqrt(MANY) < 4.5


@pytest.mark.parametrize("axis", AXES)
def test_neighbours_are_independent_along_every_axis(axis: str) -> None:
    u = philox.uniform(_along(axis))
    for gap in (1, 2, 7, 32, 128):
        for one in range(4):
            for other in range(4):
                r = np.corrcoef(u[one, :-gap], u[other, gap:])[0, 1]
                assert abs(r) * np.sqrt(MANY - gap) < 4.5, (gap, one, other)
    # Not only along a line: all sixteen by sixteen places of two neighbours are as likely.
    cells = (u[0, :-1] * 16).astype(int) * 16 + (u[0, 1:] * 16).astype(int)
    assert stats.chisquare(np.bincount(cells, minlength=256)).pvalue > 0.0005
    inside = np.asarray(np.corrcoef(u))[np.triu_indices(4, 1)]
    assert np.abs(inside).max() * np.sqrt(MANY) < 4.5


def test_no_purpose_knows_of_another() -> None:
    """All words of all purposes of the same customers and encounters, every pair of them."""
    customer = np.arange(1, 12_001)
    everything = np.concatenate(
        [
            philox.uniform(draw(customer, 2, purpose=purpose, seed=9, business=business))
            for purpose in (*PURPOSES.values(), *PEOPLES.values())
            for business in (0, 1)
        ]
    )
    assert len(everything) > 200
    r = np.asarray(np.corrcoef(everything))[np.triu_indices(len(everything), 1)] * np.sqrt(len(customer))
    # Some 30,000 pairs: the largest of so many is about 4.1, and more than 5.3 once in ten thousand trials.
    assert np.abs(r).max() < 5.3
    assert stats.kstest(r, "norm").pvalue > 0.0005


@pytest.mark.parametrize("bit", [0, 1, 13, 31, 32, 45, 63])
def test_a_customers_draws_change_in_half_their_bits_with_any_bit_of_the_counter(bit: int) -> None:
    customer = np.arange(4096)
    calm = draw(customer, 6, purpose=draws.SPEECH, seed=12, business=1, replicate=4)
    changed = {
        "customer": draw(
            (customer.astype(np.uint64) ^ np.uint64(1 << bit)).astype(np.int64),
            6,
            purpose=draws.SPEECH,
            seed=12,
            business=1,
            replicate=4,
        ),
        "seed": draw(customer, 6, purpose=draws.SPEECH, seed=12 ^ 1 << bit, business=1, replicate=4),
        "encounter": draw(
            customer, 6 ^ 1 << bit % 14, purpose=draws.SPEECH, seed=12, business=1, replicate=4
        ),
        "purpose": draw(customer, 6, purpose=draws.SPEECH ^ 1 << bit % 6, seed=12, business=1, replicate=4),
        "business": draw(customer, 6, purpose=draws.SPEECH, seed=12, business=1 ^ 1 << bit % 2, replicate=4),
        "replicate": draw(
            customer, 6, purpose=draws.SPEECH, seed=12, business=1, replicate=4 ^ 1 << bit % 20
        ),
    }
    for what, words in changed.items():
        flips = np.unpackbits((calm ^ words).astype(np.uint32).view(np.uint8)).mean()
        assert abs(flips - 0.5) * 2 * np.sqrt(calm.size * 32) < 4.5, what


def test_a_replicate_never_reaches_into_the_business() -> None:
    last = 2**draws.REPLICATE_BITS - 1
    one = draw(np.arange(9), 0, purpose=draws.FUTURE, seed=1, business=1, replicate=0)
    assert not (draw(np.arange(9), 0, purpose=draws.FUTURE, seed=1, replicate=last) == one).any()
    # Three businesses above the first and the last replicate still lie below the purpose's byte.
    assert (3 << draws.REPLICATE_BITS | last) < 2**24


def test_no_two_purposes_share_a_number() -> None:
    assert len(PURPOSES) > 20
    assert {name: vars(people)[name] for name in PEOPLES} == PEOPLES
    numbers = Counter([*PURPOSES.values(), *PEOPLES.values()])
    assert max(numbers.values()) == 1 and 0 <= min(numbers) <= max(numbers) < 2**8
    assert all(40 <= number <= 47 for number in PEOPLES.values())
    assert not any(40 <= number <= 47 for number in PURPOSES.values())


def test_every_draw_of_the_engine_names_its_purpose() -> None:
    """And each purpose is used in one file only, where one can see that no word of it is used twice."""
    used: dict[int, set[str]] = {}
    for path in sorted(WORLD.glob("*.py")):
        if path.name.startswith("test_") or path.name in ("draws.py", "philox.py"):
            continue
        own = PEOPLES if path.name == "people.py" else PURPOSES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in own:
                used.setdefault(own[node.id], set()).add(path.name)
            if isinstance(node, ast.keyword) and node.arg in ("purpose", "purposes"):
                bare = [one for one in ast.walk(node.value) if isinstance(one, ast.Constant)]
                assert not bare, f"{path.name}, line {node.value.lineno}: a purpose without a name"
    assert set(used) == {*PURPOSES.values(), *PEOPLES.values()}
    shared = {purpose: files for purpose, files in used.items() if len(files) > 1}
    # TAG: one word numbers the customers of a circle, another puts them in order.
    assert shared == {draws.TAG: {"history.py", "ids.py"}}
