"""Health, the installation as a whole, and runs."""

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from investment.api.parameters import PageQuery, read_query
from investment.api.v1.ops.serializers import HealthSerializer, RunPageSerializer, StatusSerializer
from investment.ops.selectors.health import check_health


class HealthView(APIView):
    """Open to everybody: it says nothing that helps a stranger."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="health", responses={200: HealthSerializer, 503: HealthSerializer}, auth=[])
    def get(self, request: Request) -> Response:
        """Whether the servers that we need answer. 503 when one does not."""
        health = check_health()
        return Response(
            {"status": "ok" if health.well else "degraded", "version": settings.VERSION, "checks": health},
            status=status.HTTP_200_OK if health.well else status.HTTP_503_SERVICE_UNAVAILABLE,
        )


class StatusView(APIView):
    @extend_schema(operation_id="status", responses=StatusSerializer)
    def get(self, request: Request) -> Response:
        """Mode, clock, how fresh everything is, the last run."""
        raise NotImplementedError


class RunListView(APIView):
    @extend_schema(operation_id="runs_list", parameters=[PageQuery], responses=RunPageSerializer)
    def get(self, request: Request) -> Response:
        """Runs, newest first."""
        read_query(PageQuery, request)
        raise NotImplementedError
