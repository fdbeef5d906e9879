from __future__ import annotations

import pytest

from tests.telephony.media_stream.carrier import Carrier


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()
