"""What the tests of hub engines share: small models, made once."""

import pytest
from small_models import Shelf


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """The models of these tests."""
    return Shelf(tmp_path_factory.mktemp("models"))
