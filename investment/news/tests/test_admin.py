"""News in the admin: everything can be looked at, nothing changed."""

import pytest
from django.test import Client
from django.urls import reverse

from investment.accounts.models import User
from investment.news.models import Reading, Story, StoryCopy, StoryTie
from investment.news.tests.telling import HEADLINE, article, instrument, store

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Story, StoryCopy, StoryTie, Reading])
def test_it_is_shown_and_cannot_be_changed(client: Client, model: type[Story]) -> None:
    client.force_login(User.objects.create_superuser("ada", "", "correct horse battery"))
    instrument("QLN", "Quillon Labs Inc.")
    store(article(1), article(2, HEADLINE))
    row = model.objects.first()
    assert row is not None
    name = f"admin:news_{model._meta.model_name}"

    found = client.get(
        reverse(f"{name}_changelist"), {"q": "Quillon" if model in (Story, StoryCopy) else "QLN"}
    )
    assert HEADLINE in found.content.decode()
    page = client.get(reverse(f"{name}_change", args=[row.pk]))
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert client.get(reverse(f"{name}_add")).status_code == 403
