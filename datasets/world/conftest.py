"""One lived company for all tests that only look at it."""

import pytest

from datasets.world import World, live, load_scenario


@pytest.fixture(scope="session")
def tea() -> World:
    """Harbour Tea with all its causes: 8,000 roots over two years."""
    return live(load_scenario("tea_shops"), customers=8000, seed=3)
