"""The dashboard's page, and the door that a login link opens."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_safe

from investment.accounts.errors import LoginLinkRefused
from investment.accounts.services.login_links import use_login_link
from investment.api.addresses import on_this_machine
from investment.lib import clock


@require_safe
@ensure_csrf_cookie  # signing in needs it, and nothing else may have been asked before
def dashboard(request: HttpRequest) -> HttpResponse:
    """
    Answer every address of the dashboard with its one page; whitenoise serves the files it loads.

    Who brings no session is sent to sign in, and from there to where they wanted to go. Whether a session
    still holds, the API says.
    """
    try:
        page = (settings.FRONTEND_DIST / "index.html").read_bytes()
    except FileNotFoundError:
        return render(
            request,
            "investment/message.html",
            {
                "title": "The dashboard is not built yet",
                "text": "The API works. This builds the dashboard, and scripts/run.sh does it by itself:",
                "command": "cd frontend/web && npm ci && npm run build",
            },
            status=503,
        )
    if request.path != "/login" and settings.SESSION_COOKIE_NAME not in request.COOKIES:
        wanted = request.get_full_path()
        return HttpResponseRedirect("/login" if wanted == "/" else f"/login?{urlencode({'next': wanted})}")
    # Revalidated each time: it names the files of the present build.
    return HttpResponse(page, headers={"Cache-Control": "no-cache"})


@require_GET
@never_cache
def login_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Sign in whoever opens an unused link on this machine."""
    if not on_this_machine(request):
        return _refuse(request, "Login links open only on the machine that runs the platform.")
    try:
        user = use_login_link(secret=secret, address=request.META["REMOTE_ADDR"], now=clock.real_now())
    except LoginLinkRefused as error:
        return _refuse(request, error.message)
    login(request, user)
    return HttpResponseRedirect("/")


def _refuse(request: HttpRequest, text: str) -> HttpResponse:
    context = {"title": "This login link does not work", "text": text}
    return render(request, "investment/message.html", context, status=403)
