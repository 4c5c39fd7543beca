"""What others may want to hear of users."""

from django.dispatch import Signal

password_changed = Signal()  # user: by whatever way it came, a page, a mail's link, the admin or the command line
membership_ended = Signal()  # user, team: the row is gone and that is committed, by whatever way it went
