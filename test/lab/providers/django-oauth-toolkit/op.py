"""
A Django site with django-oauth-toolkit at /o/ and Django's own login page, in one file: `python op.py`.
The environment says where it listens (OP_PORT), where it keeps its database (OP_FOLDER), its issuer (OP_ISSUER), its
signing key (OP_KEY, PEM) and its clients (OP_CLIENTS, a JSON list of what kit.ts calls ClientRegistration).
"""

import json
import os
import secrets
from pathlib import Path

import django
from django.conf import settings

PEOPLE = ("alice", "bob", "dave")

settings.configure(
    SECRET_KEY=secrets.token_hex(),
    ROOT_URLCONF=__name__,
    WSGI_APPLICATION=f"{__name__}.application",
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    # As behind any proxy that sets these headers.
    USE_X_FORWARDED_HOST=True,
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": Path(os.environ["OP_FOLDER"], "op.sqlite3"),
            # Nothing here has to outlive a crash.
            "OPTIONS": {"init_command": "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;"},
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": ["django.template.context_processors.request"],
                # Django has a view for the login and leaves its page to each site.
                "loaders": [
                    (
                        "django.template.loaders.locmem.Loader",
                        {
                            "registration/login.html": "<h1>Log in</h1><form method=post>{% csrf_token %}"
                            "{{ form }}<input type=hidden name=next value='{{ next }}'><button>Log in</button></form>"
                        },
                    ),
                    "django.template.loaders.app_directories.Loader",
                ],
            },
        }
    ],
    # A good hash would cost more time than all else that a test does here.
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    USE_TZ=True,
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_ISS_ENDPOINT": os.environ["OP_ISSUER"],
        "OIDC_RSA_PRIVATE_KEY": os.environ["OP_KEY"],
        "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
        "OAUTH2_VALIDATOR_CLASS": f"{__name__}.Validator",
        "SCOPES": {"openid": "who you are", "profile": "your name", "email": "your email address"},
    },
)
settings.TEMPLATES[0].pop("APP_DIRS")
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.contrib.auth.views import LoginView  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402
from oauth2_provider.oauth2_validators import OAuth2Validator  # noqa: E402


class Validator(OAuth2Validator):
    """A site writes amr itself. Here dave always has a second factor."""

    oidc_claim_scope = {**OAuth2Validator.oidc_claim_scope, "amr": "openid"}

    def get_additional_claims(self, request):
        return {"amr": ["pwd", "otp", "mfa"] if request.user.username == "dave" else ["pwd"]}


urlpatterns = [
    path("accounts/login/", LoginView.as_view()),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]
application = get_wsgi_application()


def fill_database():
    call_command("migrate", verbosity=0)
    for number, name in enumerate(PEOPLE, 1):
        User.objects.create_user(id=number, username=name, password=name)
    for client in json.loads(os.environ["OP_CLIENTS"]):
        Application.objects.create(
            name=client["clientId"],
            client_id=client["clientId"],
            client_secret=client["clientSecret"],
            hash_client_secret=False,
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
            algorithm=Application.RS256_ALGORITHM,
            redirect_uris=" ".join(client["redirectUris"]),
            post_logout_redirect_uris=" ".join(client["postLogoutRedirectUris"]),
            skip_authorization=not client["consent"],
        )


if __name__ == "__main__":
    fill_database()
    call_command("runserver", f"127.0.0.1:{os.environ['OP_PORT']}", use_reloader=False, skip_checks=True)
