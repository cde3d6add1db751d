import pytest

# Their assertions are those of tests, and should say as much when they fail.
pytest.register_assert_rewrite(
    "tests.journeys.chaos",
    "tests.journeys.judge",
    "tests.journeys.merchant",
    "tests.journeys.shopkeeping",
)
