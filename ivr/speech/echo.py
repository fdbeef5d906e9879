"""Our own voice, taken out of what comes back from the caller's side.

A line returns some of what is said into it, late by its round trip. Its delay is found by
correlation of phases in the last two seconds, its shape around that by least squares (Wiener),
in which seconds count the less the more they hold that is no echo: the caller's. It is
subtracted, and frames in which nothing but the error of that is left are silenced.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BLOCK = 160
"""Samples of 20 ms."""
LATEST = 5120
"""Samples: the latest echo that is found, 0.64 s."""
SPAN = 16384
"""Samples that are compared: 2 s."""
PADDED = 24576
"""SPAN and LATEST, and no more than a quick transform wants."""
EVERY = 25
"""Blocks between two comparisons."""
CLEAR = 8.0
"""Times the usual correlation that a peak must have."""
LEAD, TAPS = 48, 160
"""Samples of the shape: before the delay, and in all."""
KEPT = 0.7
"""Of what was found before, at each comparison."""
NOISE = 1e-3
"""Of the power of what was sent: keeps the shape small where we say nothing."""
FADING = 0.8
REST, ERROR = (0.1, 2.0), 6.0
"""Times the echo's power: what is weaker is the error, or a caller who cannot be heard. Times
the error that was seen when nobody spoke: some moments have more of it."""
FORGOTTEN = 1.3
"""So fast, at each comparison, an error may have become larger."""
SURE = 0.5
"""Times the echo's power: what leaves less counts no more, so that a new way is soon learnt."""
LEAST = 1e-6
SETTLED = 60
"""Blocks with our sound, after which an echo is known, or there is none."""
QUIET = 30
"""Amplitude below which nothing is sent."""

Samples = npt.NDArray[np.int16]
Wave = npt.NDArray[np.float64]


class EchoCanceller:
    """Follows one call, block by block."""

    def __init__(self) -> None:
        self._sent, self._heard = np.zeros(LATEST + SPAN), np.zeros(SPAN)
        self._blocks = 0
        self._silent = SPAN // BLOCK
        """Blocks since something was sent."""
        self._path = _Path()
        self._echo = 0.0

    @property
    def is_unsure(self) -> bool:
        """Our own voice may be in what is heard, as it is in a call's first second."""
        return self._blocks < SETTLED and not self._is_over

    @property
    def _is_over(self) -> bool:
        """Nothing of ours can come back any more."""
        return self._silent * BLOCK > LATEST + TAPS + BLOCK

    def cleaned(self, heard: Samples, sent: Samples) -> Samples:
        """`heard` without the echo of what was sent; one block each, of the same time."""
        loud = np.abs(sent).max(initial=0) > QUIET
        self._silent = 0 if loud else self._silent + 1
        if self._is_over:
            return heard
        _push(self._sent, sent)
        _push(self._heard, heard)
        self._blocks += 1
        if self._blocks % EVERY == 0:
            self._path.compare(self._sent, self._heard)
        estimate = self._path.echo_of(self._sent)
        if estimate is None:
            return heard
        return self._without(estimate, self._heard[-BLOCK:])

    def _without(self, estimate: Wave, heard: Wave) -> Samples:
        rest, echo = heard - estimate, float(estimate @ estimate)
        self._echo = max(echo, FADING * self._echo)
        if rest @ rest > heard @ heard:
            rest = heard
        elif float(rest @ rest) < self._path.error * self._echo:
            rest = np.zeros(BLOCK)
        return np.clip(rest, -32768, 32767).astype(np.int16)


class _Path:
    """From our side to the caller's and back."""

    def __init__(self) -> None:
        self._delay: int | None = None
        self._seen: int | None = None
        self._ours, self._common = np.zeros(TAPS), np.zeros(TAPS)
        self._shape = np.zeros(TAPS)
        self.error = REST[1]
        """Of an echo, times its power, that may be left of it."""

    def echo_of(self, sent: Wave) -> Wave | None:
        """In the last block heard; None while nothing is known."""
        if self._delay is None:
            return None
        end = sent.size - self._delay
        return np.convolve(sent[end - BLOCK - TAPS + 1 : end], self._shape, "valid")

    def compare(self, sent: Wave, heard: Wave) -> None:
        theirs = np.fft.rfft(heard, PADDED)
        self._look_for_delay(theirs * np.conj(np.fft.rfft(sent[LATEST:], PADDED)))
        if self._delay is None:
            return
        begin = LATEST - self._delay
        ours = np.fft.rfft(sent[begin : begin + SPAN], PADDED)
        alike = np.fft.irfft(np.abs(ours) ** 2)[:TAPS]
        late = np.fft.irfft(theirs * np.conj(ours))[:TAPS]
        power = float(np.square(heard).sum())  # `@` would wake BLAS's threads, a core's worth
        rest = self._rest(alike, late, power)
        self._ours = KEPT * self._ours + alike / rest
        self._common = KEPT * self._common + late / rest
        noise = np.zeros(TAPS)
        noise[0] = NOISE * self._ours[0] + LEAST
        self._shape = toeplitz_solution(self._ours + noise, self._common)

    def _rest(self, alike: Wave, late: Wave, heard: float) -> float:
        """Power that the shape found so far leaves of what is heard; if little, its error."""
        across = np.convolve(np.concatenate([alike[:0:-1], alike]), self._shape, "valid")
        echo = float(self._shape @ across)
        rest = max(heard - 2 * float(self._shape @ late) + echo, LEAST * heard) + 1.0
        if echo > 0:
            seen = min(ERROR * rest / echo, FORGOTTEN * self.error)
            self.error = float(np.clip(seen, *REST))
        return max(rest, SURE * echo)

    def _look_for_delay(self, common: npt.NDArray[np.complex128]) -> None:
        """Taken over when it is seen twice."""
        likeness = np.fft.irfft(common / (np.abs(common) + 1e-6))[:LATEST]
        peak = int(np.argmax(likeness))
        if likeness[peak] < CLEAR * np.sqrt(np.mean(likeness**2)):
            return
        start = max(0, peak - LEAD)
        seen, self._seen = self._seen, start
        moved = self._delay is None or abs(start - self._delay) > LEAD // 2
        if moved and seen is not None and abs(start - seen) < LEAD // 2:
            self._delay, self.error = start, REST[1]
            self._ours, self._common = np.zeros(TAPS), np.zeros(TAPS)
            self._shape = np.zeros(TAPS)


def toeplitz_solution(row: Wave, wanted: Wave) -> Wave:
    """Of the symmetric equations with this first row, by Levinson's recursion."""
    forward, solution = np.array([1 / row[0]]), np.array([wanted[0] / row[0]])
    for size in range(1, wanted.size):
        neighbours = row[size:0:-1]
        error = float(neighbours @ forward)
        longer = np.append(forward, 0.0)
        forward = (longer - error * longer[::-1]) / (1 - error * error)
        missing = wanted[size] - float(neighbours @ solution)
        solution = np.append(solution, 0.0) + missing * forward[::-1]
    return solution


def _push(kept: Wave, block: Samples) -> None:
    kept[:-BLOCK] = kept[BLOCK:]
    kept[-BLOCK:] = block
