"""
People and their API tokens, from the database of another mode of this installation into this one.

Passwords and tokens are stored as hashes that no secret of the installation is part of: they hold
here as they did there. Login links, sessions and the audit log stay where they are, and so do
tokens that were revoked. An acceptance of a provider's terms is an entry of the audit log: it was
given to invented figures, and is asked for anew before real ones are used.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import Group, Permission
from psycopg import sql

from investment.accounts.models import ApiToken, User
from investment.lib.other_database import OtherDatabase

Row = dict[str, Any]
# App, model and name: ids differ from one database to the next.
PermissionKey = tuple[str, str, str]

_PERMISSIONS = ("auth_permission", "django_content_type")


@dataclass(slots=True)
class Accounts:
    """
    What another database knows of people, under its own ids.

    :ivar groups: the members' ids and the permissions, by the group's name.
    :ivar permissions: those given to a person directly, by the person's id.
    """

    users: list[Row]
    tokens: list[Row]
    groups: dict[str, tuple[set[int], set[PermissionKey]]] = field(default_factory=dict)
    permissions: dict[int, set[PermissionKey]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """How many came; ``unknown`` are permissions that this release does not have."""

    users: int
    tokens: int
    unknown: frozenset[PermissionKey]


def read_accounts(other: OtherDatabase) -> Accounts:
    """Return the people of another database, and their tokens that were not revoked."""
    users = other.rows(User, needed=("id", "username", "password"))
    tokens = other.rows(
        ApiToken, needed=("id", "user_id", "digest", "prefix", "scopes", "created_at", "expires_at")
    )
    found = Accounts(users, [token for token in tokens if token.get("revoked_at") is None])
    if not other.has(*_PERMISSIONS):
        return found
    if other.has("auth_group", "auth_group_permissions", "accounts_user_groups"):
        found.groups = {row["name"]: (set(), set()) for row in other.ask(_GROUPS)}
        for row in other.ask(_MEMBERS):
            found.groups[row["name"]][0].add(row["user_id"])
        for row in other.ask(_OF_GROUPS):
            found.groups[row["name"]][1].add(_key(row))
    if other.has("accounts_user_user_permissions"):
        given: defaultdict[int, set[PermissionKey]] = defaultdict(set)
        for row in other.ask(_OF_USERS):
            given[row["user_id"]].add(_key(row))
        found.permissions = dict(given)
    return found


def write_accounts(accounts: Accounts) -> Written:
    """Make these people and tokens, where there is nobody yet. Part of the caller's transaction."""
    made = User.objects.bulk_create([User(**_without_id(row)) for row in accounts.users])
    users = {row["id"]: user for row, user in zip(accounts.users, made, strict=True)}
    tokens = [
        ApiToken(**_without_id(row) | {"user_id": users[row["user_id"]].pk})
        for row in accounts.tokens
        if row["user_id"] in users
    ]
    ApiToken.objects.bulk_create(tokens)
    ours = {
        (one.content_type.app_label, one.content_type.model, one.codename): one
        for one in Permission.objects.select_related("content_type")
    }
    for name, (members, keys) in accounts.groups.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(*_known(keys, ours))
        for member in members:
            if member in users:
                users[member].groups.add(group)
    for user_id, keys in accounts.permissions.items():
        if user_id in users:
            users[user_id].user_permissions.add(*_known(keys, ours))
    wanted = set().union(*(keys for _, keys in accounts.groups.values()), *accounts.permissions.values())
    return Written(len(made), len(tokens), frozenset(wanted - ours.keys()))


def _without_id(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "id"}


def _known(keys: Iterable[PermissionKey], ours: Mapping[PermissionKey, Permission]) -> list[Permission]:
    return [ours[key] for key in keys if key in ours]


def _key(row: Row) -> PermissionKey:
    return row["app_label"], row["model"], row["codename"]


_GROUPS = sql.SQL("SELECT name FROM auth_group")
_MEMBERS = sql.SQL(
    "SELECT name, user_id FROM accounts_user_groups JOIN auth_group ON auth_group.id = group_id"
)
_OF_GROUPS = sql.SQL(
    "SELECT auth_group.name, app_label, model, codename FROM auth_group_permissions "
    "JOIN auth_group ON auth_group.id = group_id JOIN auth_permission ON auth_permission.id = permission_id "
    "JOIN django_content_type ON django_content_type.id = content_type_id"
)
_OF_USERS = sql.SQL(
    "SELECT user_id, app_label, model, codename FROM accounts_user_user_permissions "
    "JOIN auth_permission ON auth_permission.id = permission_id "
    "JOIN django_content_type ON django_content_type.id = content_type_id"
)
