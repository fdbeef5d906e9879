from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.messages.gateway import Gateway, serving


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with serving() as gateway:
        yield gateway
