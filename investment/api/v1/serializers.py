"""Shapes that several endpoints share. They are the contract: the frontend's types are made from them."""

from typing import Any

from rest_framework import serializers

from investment.analysis.models import Score
from investment.market.models import CorporateAction, Instrument, Origin

KINDS = Instrument.Kind.choices
BOARDS = Score.Board.choices


def number(help_text: str = "") -> serializers.FloatField:
    """Return a field for an observed or computed number; null is unknown."""
    return serializers.FloatField(allow_null=True, help_text=help_text)


class SourceSerializer(serializers.Serializer[Any]):
    """Where a figure came from, on what basis, and when we asked."""

    provider = serializers.CharField()
    channel = serializers.ChoiceField(Origin.Channel.choices)
    basis = serializers.ChoiceField(Origin.Basis.choices)
    fetched_at = serializers.DateTimeField()


class ReasonSerializer(serializers.Serializer[Any]):
    """Why there is no rank: a stable code, and the same for people."""

    code = serializers.CharField()
    text = serializers.CharField()


class ActionSerializer(serializers.Serializer[Any]):
    """A split (``ratio`` new shares for an old one) or a cash dividend (``amount`` a share)."""

    kind = serializers.ChoiceField(CorporateAction.Kind.choices)
    ex_date = serializers.DateField()
    ratio = number("New shares for an old one; null for a dividend")
    amount = number("Cash a share as declared; null for a split")
    currency = serializers.CharField(allow_null=True)
    known_at = serializers.DateTimeField()
