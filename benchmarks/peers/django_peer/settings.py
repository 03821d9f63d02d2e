"""Django's settings, for production; where the database is stands in the environment, in libpq's variables."""

import os

DEBUG = False
SECRET_KEY = os.environ["JWT_SECRET_KEY"]
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "benchmarks.peers.django_peer.urls"
ASGI_APPLICATION = "benchmarks.peers.django_peer.asgi.application"
INSTALLED_APPS = ["django.contrib.postgres", "corsheaders", "benchmarks.peers.django_peer"]
# Those of `startproject` without sessions, forms and messages, which an API with tokens has no use for.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.common.CommonMiddleware",
]
CORS_ALLOWED_ORIGINS = ["https://app.example.com"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["PGHOST"],
        "PORT": os.environ["PGPORT"],
        "USER": os.environ["PGUSER"],
        "NAME": os.environ["PGDATABASE"],
        "OPTIONS": {"pool": {"min_size": 10, "max_size": 10}},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
