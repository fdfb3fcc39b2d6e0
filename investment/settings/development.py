"""One machine, plain HTTP on loopback: what scripts/run.sh starts."""

from investment.settings import env
from investment.settings.base import *

ALLOWED_HOSTS = env.words("DJANGO_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
# Cookies travel over plain HTTP here; production refuses that.
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
