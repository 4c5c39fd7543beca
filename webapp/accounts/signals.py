"""What others may want to hear of users."""

from django.dispatch import Signal

membership_ended = Signal()  # user, team: sent once the row is gone, on commit
password_changed = Signal()  # user: by whatever way it came, a page, a mail's link, the admin or the command line
