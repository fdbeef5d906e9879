from __future__ import annotations

import pytest

from ivr.store.vault import CannotOpen, Vault


def test_what_is_sealed_opens_with_the_same_purpose_only(vault: Vault) -> None:
    sealed = vault.seal("name", "Смирнова")
    assert vault.open("name", sealed) == "Смирнова"
    with pytest.raises(CannotOpen):
        vault.open("phone", sealed)


def test_two_seals_of_one_text_differ_and_carry_the_key_id(vault: Vault) -> None:
    one, other = vault.seal("name", "x"), vault.seal("name", "x")
    assert one != other
    assert one.split(".")[0] == other.split(".")[0] == vault.key_id


def test_another_key_cannot_open_and_says_so(vault: Vault) -> None:
    with pytest.raises(CannotOpen, match="another key"):
        Vault(b"o" * 32).open("name", vault.seal("name", "x"))


@pytest.mark.parametrize("broken", ["", ".", "x.y", "no dot"])
def test_broken_text_cannot_be_opened(vault: Vault, broken: str) -> None:
    with pytest.raises(CannotOpen):
        vault.open("name", broken)
    with pytest.raises(CannotOpen):
        vault.open("name", f"{vault.key_id}.{broken}")


def test_changed_ciphertext_cannot_be_opened(vault: Vault) -> None:
    sealed = vault.seal("name", "x")
    head, body = sealed.split(".")
    flipped = f"{head}.{'B' if body[0] == 'A' else 'A'}{body[1:]}"
    with pytest.raises(CannotOpen):
        vault.open("name", flipped)


def test_an_index_depends_on_text_purpose_and_key(vault: Vault) -> None:
    indexes = {
        vault.index("policy", "1"),
        vault.index("policy", "2"),
        vault.index("phone", "1"),
        Vault(b"o" * 32).index("policy", "1"),
    }
    assert len(indexes) == 4
    assert vault.index("policy", "1") in indexes


def test_a_data_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(b"short")
