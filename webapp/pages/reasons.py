"""What each reason of a failure means to a person, and what helps. The engine has the closed list (`FailureReason`)."""

from __future__ import annotations

MEANINGS = {
    "lost worker": "its process died three times at one place: see the worker's log, and how much memory the machine has",
    "out of memory": "it does not fit the device: a smaller batch, a tighter budget, or mixed precision",
    "not finite": "the loss left all bounds: a lower learning rate, or precision off",
    "bad data": "the data could not be read as the recipe says",
    "storage": "a file could not be written or read: see the disk above",
    "time limit": "the time that the recipe gives was over",
    "infeasible": "it is over the budget for networks",
    "recipe": "the recipe asks for what cannot be",
    "ours": "an error of ours: the worker's log has the trace",
}
