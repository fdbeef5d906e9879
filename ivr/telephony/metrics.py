"""What is counted at the doors. Label sets are closed; no label holds anything personal."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

TURN_SECONDS = Histogram(
    "ivr_turn_seconds", "From a carrier's request to the document.", buckets=BUCKETS
)
SIGNATURE_FAILURES = Counter(
    "ivr_webhook_signature_failures_total", "Requests that were not the carrier's."
)
REFUSED = Counter("ivr_webhook_refused_total", "Requests with parameters no carrier sends.")
FAULTS = Counter("ivr_faults_total", "Apologies: the database was down, or a fault of ours.")
