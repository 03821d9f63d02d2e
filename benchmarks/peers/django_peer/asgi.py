"""The application that Uvicorn serves."""

import os

from django.core.asgi import get_asgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peers.django_peer.settings"
application = get_asgi_application()
