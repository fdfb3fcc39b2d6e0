"""Health, the installation as a whole, and runs."""

import dataclasses

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from investment.api.parameters import PageQuery, read_query
from investment.api.v1.ops.serializers import HealthSerializer, RunPageSerializer, StatusSerializer
from investment.lib import clock
from investment.ops.models import Run
from investment.ops.selectors.health import check_health
from investment.ops.selectors.runs import count_runs, list_runs
from investment.ops.selectors.status import get_status


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
        found = get_status(now=clock.now())
        fields = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
        return Response({**fields, "last_run": _run(found.last_run) if found.last_run else None})


class RunListView(APIView):
    @extend_schema(operation_id="runs_list", parameters=[PageQuery], responses=RunPageSerializer)
    def get(self, request: Request) -> Response:
        """Runs, newest first."""
        page = read_query(PageQuery, request)
        return Response({"count": count_runs(), "results": [_run(run) for run in list_runs(**page)]})


def _run(run: Run) -> dict[str, object]:
    return {
        "id": run.pk,
        "kind": run.kind,
        "subject": run.subject,
        "trigger": run.trigger,
        "state": run.state,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "seconds": run.seconds,
        "calls": run.calls,
        "rows": {
            "inserted": run.inserted,
            "changed": run.changed,
            "unchanged": run.unchanged,
            "refused": run.refused,
        },
        "analysed": run.analysed,
        "ranked": run.ranked,
        "progress": {"done": run.progress_done, "total": run.progress_total},
        "error": run.error or None,
        "message": run.message or None,
    }
