"""Sessions and API tokens."""

from typing import Any

from rest_framework import serializers

from investment.accounts.models import ApiToken


class CredentialsSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=4096, trim_whitespace=False)


class UserSerializer(serializers.Serializer[Any]):
    username = serializers.CharField()
    is_staff = serializers.BooleanField()


class SessionSerializer(serializers.Serializer[Any]):
    """Who is signed in."""

    user = UserSerializer()


class NewTokenSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(ApiToken.Scope.choices), min_length=1, max_length=3
    )
    days = serializers.IntegerField(min_value=1, max_value=3660, default=90, help_text="Until it expires")


class TokenSerializer(serializers.Serializer[Any]):
    """An API token, without its secret: that is shown once, when it is made."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="How the secret begins")
    scopes = serializers.ListField(child=serializers.ChoiceField(ApiToken.Scope.choices))
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class CreatedTokenSerializer(TokenSerializer):
    secret = serializers.CharField(help_text="Shown now, and never again")


class TokenListSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    results = TokenSerializer(many=True)
