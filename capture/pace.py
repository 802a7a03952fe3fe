"""How long to wait and how much to send at once. Pure: numbers in, numbers out."""

FIRST_CHUNK_BYTES = 256 << 10
MIN_CHUNK_BYTES = 32 << 10  # 8 s at 32 kbit/s
MAX_CHUNK_BYTES = 4 << 20  # what one track may hold in memory
CHUNK_GOAL_S = 4.0  # a lost connection then costs about this much to send again

MAX_WAIT_S = 8.0  # a server that restarts is found again within 10 s

RESTARTS_S = (0.3, 1.0, 2.0)  # a recorder is back within 3 s, and tried no more than 3 times
STEADY_S = 30.0  # a run this long was no part of the same failure


def next_chunk_bytes(sent_bytes: int, took_s: float) -> int:
    """How much to send next, after `sent_bytes` took `took_s`: about CHUNK_GOAL_S worth.

    Grows at most twofold, so that one quick answer on a slow link is not believed too much.
    """
    fitting = sent_bytes * CHUNK_GOAL_S / max(took_s, 0.001)
    return int(max(MIN_CHUNK_BYTES, min(MAX_CHUNK_BYTES, fitting, 2 * sent_bytes)))


def wait_s(failures: int, jitter: float) -> float:
    """How long to wait after `failures` in a row (from 1); `jitter` in 0–1 parts the agents.

    Doubles from half a second up to MAX_WAIT_S; the result is between half of that and all of it.
    """
    full = min(MAX_WAIT_S, 0.25 * 2 ** min(failures, 10))
    return float(full * (0.5 + jitter / 2))


def restart_after_s(failures: int) -> float | None:
    """How long to wait before a recorder is started again; None after the third restart."""
    return RESTARTS_S[failures - 1] if failures <= len(RESTARTS_S) else None


def failures_after(failures: int, ran_s: float) -> int:
    """Failures in a row, after a recorder ended unasked that had run `ran_s`."""
    return 1 if ran_s >= STEADY_S else failures + 1
