"""What is counted at the doors. Label sets are closed; no label holds anything personal."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

TURN_SECONDS = Histogram(
    "ivr_turn_seconds", "From a carrier's request to the document.", buckets=BUCKETS
)
SIGNATURE_FAILURES = Counter(
    "ivr_webhook_signature_failures_total", "Requests that were not the carrier's."
)
REFUSED = Counter("ivr_webhook_refused_total", "Requests with parameters no carrier sends.")
FAULTS = Counter("ivr_faults_total", "Apologies: the database was down, or a fault of ours.")
STREAMS = Gauge(
    "ivr_streams_open", "Media sockets of this process.", multiprocess_mode="livesum"
)
STREAMS_ENDED = Counter(
    "ivr_streams_ended_total", "Media sockets that ended, and why.", ["why"]
)
STREAMS_REFUSED = Counter(
    "ivr_streams_refused_total", "Sockets refused before they opened, and why.", ["why"]
)
FULL = Counter(
    "ivr_streams_full_total", "Calls sent to the keys because all streams were taken."
)
FRAMES_DROPPED = Counter(
    "ivr_ear_frames_dropped_total", "Frames that the recogniser had no time for."
)
FIRST_SOUND_SECONDS = Histogram(
    "ivr_first_sound_seconds", "From a stream's start to our first sound.", buckets=BUCKETS
)
