"""What others may want to hear of runs."""

from django.dispatch import Signal

# run: its id; rows: the Events just written, in order; best: the last Candidate among them that improved on all before it, or None.
# Sent within their transaction.
facts_written = Signal()
