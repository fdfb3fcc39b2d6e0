"""Tests: real servers, fast password hashing, nothing else different."""

from investment.settings.development import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
