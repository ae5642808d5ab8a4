"""Pages run here, on WSGI threads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "groupops.settings")
application = get_wsgi_application()

from groupops.shared import checks  # noqa: E402  (needs the apps that the line above loads)

checks.refuse_to_start()
