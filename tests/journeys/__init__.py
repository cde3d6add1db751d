import pytest

# Its assertions are those of tests, and should say as much when they fail.
pytest.register_assert_rewrite("tests.journeys.judge")
