"""Live streams run here once there are any; pages cost two to six times more CPU on ASGI and stay on WSGI."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "groupops.settings")
application = get_asgi_application()
