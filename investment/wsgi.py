"""The door for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "investment.settings.production")
application = get_wsgi_application()


def _check_mode() -> None:
    """With another mode's database it must not start; without any it may, for health says so."""
    from investment.ops.selectors.installation import check_mode

    try:
        check_mode()
    except OperationalError:
        return
    finally:
        connection.close()


_check_mode()
