"""Keys of one answer, collected as the carrier's `<Gather>` does."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.dialogue.turns import Keys, Listen, NoInput


@dataclass(slots=True)
class KeyCollector:
    listen: Listen
    keys: str = ""

    def press(self, key: str) -> Keys | None:
        """The answer, once it is complete."""
        if key == "#" and self.listen.finish_on_hash:
            return Keys(self.keys, "hash")
        self.keys += key
        return Keys(self.keys, "count") if len(self.keys) >= self.listen.count else None

    def out_of_patience(self) -> Keys | NoInput:
        return Keys(self.keys, "pause") if self.keys else NoInput()
