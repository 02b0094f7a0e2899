"""Who exists in a realm, whose credential is whose, and who may act as whom."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from mock_control_plane.directory import (
    UNIQUE_EMAIL,
    AlreadyTaken,
    Directory,
    DirectoryProblem,
    ImpersonationRefused,
    Principal,
    UnknownMember,
)


@pytest.fixture(name="directory")
def _directory() -> Directory:
    """An empty realm's directory."""
    return Directory()


def test_realm_starts_with_one_organization(directory: Directory) -> None:
    """A directory has a ready-made organisation with an id of its own."""
    assert list(directory.organizations.values()) == [directory.organization]
    assert UUID(directory.organization.id)


def test_ready_made_organization_can_be_given() -> None:
    """Name and id of the ready-made organisation are what the realm's maker says."""
    id = str(uuid4())
    organization = Directory("acme", organization_id=id.upper()).organization
    assert (organization.name, organization.id) == ("acme", id)


def test_organization_is_found_by_name(directory: Directory) -> None:
    """An organisation is found under its name and under no other."""
    acme = directory.create_organization("acme")
    assert directory.find_organization("acme") == acme
    assert directory.find_organization("Acme") is None


def test_organization_names_are_unique(directory: Directory) -> None:
    """A second organisation of the same name is refused."""
    directory.create_organization("acme")
    with pytest.raises(AlreadyTaken, match="an organization named 'acme' already"):
        directory.create_organization("acme")


def test_urls_of_an_organization_change_one_by_one(directory: Directory) -> None:
    """Only the URLs that are given change."""
    before = directory.organization
    after = directory.update_organization(before.id, api_url="http://dp", realtime_url="ws://dp")
    assert (after.api_url, after.realtime_url) == ("http://dp", "ws://dp")
    assert after.proxy_url == before.proxy_url
    assert directory.organization == after


def test_unconfigured_organization_points_to_this_machine(directory: Directory) -> None:
    """Whoever follows an organisation's URLs before they are set stays on the machine."""
    assert directory.organization.api_url.startswith("http://localhost:")


def test_unknown_organization_is_named(directory: Directory) -> None:
    """An organisation that is not there is refused by its id."""
    with pytest.raises(UnknownMember, match="no organization with the id 'nope'"):
        directory.update_organization("nope", api_url="http://dp")


def test_user_belongs_to_the_ready_made_organization(directory: Directory) -> None:
    """A user made with nothing has an address of his own and belongs to the first organisation."""
    one, other = directory.create_user(), directory.create_user(email=UNIQUE_EMAIL)
    assert one.organizations == (directory.organization.id,)
    assert one.owned == frozenset()
    assert one.email != other.email


def test_user_can_be_given_whole(directory: Directory) -> None:
    """Id, address, names and organisations of a user are what his maker says."""
    acme, id = directory.create_organization("acme"), str(uuid4())
    user = directory.create_user(
        id=id, email="a@b.example", given_name="A", family_name="B", organizations=[acme.id]
    )
    assert directory.users[id] == user
    assert (user.email, user.given_name, user.family_name) == ("a@b.example", "A", "B")
    assert user.organizations == (acme.id,)


def test_user_without_address_has_none(directory: Directory) -> None:
    """A user may have no e-mail address."""
    assert directory.create_user(email=None).email is None


def test_user_is_found_by_id_and_by_address(directory: Directory) -> None:
    """A user is found by his id and, in any letter case, by his e-mail address."""
    user = directory.create_user(email="Ann@Example.com")
    assert directory.find_user(user.id) == user
    assert directory.find_user(" ann@example.com") == user
    assert directory.find_user("nobody@example.com") is None


def test_addresses_are_unique(directory: Directory) -> None:
    """A second user with the same e-mail address is refused."""
    directory.create_user(email="a@b.example")
    with pytest.raises(AlreadyTaken, match=r"e-mail address 'A@b\.example' already"):
        directory.create_user(email="A@b.example")


def test_ids_are_unique(directory: Directory) -> None:
    """A second user with the same id is refused."""
    id = directory.create_user().id
    with pytest.raises(AlreadyTaken, match=f"a user with the id {id}"):
        directory.create_user(id=id)


def test_ids_are_uuids(directory: Directory) -> None:
    """An id that is not a UUID is refused."""
    with pytest.raises(DirectoryProblem, match="ids are UUIDs"):
        directory.create_user(id="ann")


def test_unknown_role_is_refused(directory: Directory) -> None:
    """A user is a member or an owner, and nothing else."""
    with pytest.raises(DirectoryProblem, match="'admin' is not a role"):
        directory.create_user(role="admin")  # type: ignore[arg-type]


def test_user_of_an_unknown_organization_is_refused(directory: Directory) -> None:
    """Nobody belongs to an organisation that is not there."""
    with pytest.raises(UnknownMember, match="no organization with the id 'nope'"):
        directory.create_user(organizations=["nope"])


def test_key_stands_for_its_user(directory: Directory) -> None:
    """The principal of an API key is its user."""
    user = directory.create_user()
    key = directory.create_key(user.id)
    assert key.secret.startswith("sk-")
    assert len(key.secret) == len("sk-") + 48
    principal = directory.principal_of(f"Bearer {key.secret}")
    assert principal == Principal("user", user.id)
    assert directory.user_of(principal) == user


@pytest.mark.parametrize("spelling", ["Bearer {}", "bearer {}", "BEARER  {}", "Bearer {}\n"])
def test_spelling_of_the_header_does_not_matter(directory: Directory, spelling: str) -> None:
    """Letter case of the scheme and blanks around the secret make no difference."""
    key = directory.create_key(directory.create_user().id)
    assert directory.principal_of(spelling.format(key.secret)).kind == "user"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (None, "none"),
        ("", "none"),
        ("Basic dXNlcjpwYXNz", "unknown"),
        ("Bearer", "unknown"),
        ("Bearer sk-nobody", "unknown"),
        ("Bearer bt-st-nobody", "unknown"),
        ("Bearer lic_2026_abc", "license"),
    ],
)
def test_other_credentials_are_told_apart(
    directory: Directory, header: str | None, kind: str
) -> None:
    """Nothing, a credential that nobody has, and a licence are different principals."""
    principal = directory.principal_of(header)
    assert principal.kind == kind
    assert directory.user_of(principal) is None


def test_licence_is_known_by_a_digest(directory: Directory) -> None:
    """The same licence is the same principal, and its id does not hold its secret."""
    one = directory.principal_of("Bearer lic_2026_abc")
    assert one == directory.principal_of("Bearer lic_2026_abc")
    assert one != directory.principal_of("Bearer lic_2026_abd")
    assert "lic_2026" not in str(one.id)


def test_revoked_key_is_unknown(directory: Directory) -> None:
    """A revoked key is as unknown as one that was never issued."""
    key = directory.create_key(directory.create_user().id)
    directory.revoke_key(key.id)
    assert directory.principal_of(f"Bearer {key.secret}").kind == "unknown"
    assert directory.keys == {}
    with pytest.raises(UnknownMember, match="no key with the id"):
        directory.revoke_key(key.id)


def test_key_can_be_given(directory: Directory) -> None:
    """A data plane's environment may already hold the key that the user has."""
    user = directory.create_user()
    assert directory.create_key(user.id, secret="sk-given", name="mine").name == "mine"
    assert directory.principal_of("Bearer sk-given") == Principal("user", user.id)


@pytest.mark.parametrize("secret", ["sk-taken", "pk-wrong"])
def test_unusable_secret_is_refused(directory: Directory, secret: str) -> None:
    """A given secret is refused if it is another's or not an API key; it is not repeated."""
    user = directory.create_user()
    directory.create_key(user.id, secret="sk-taken")
    with pytest.raises(AlreadyTaken, match="must begin with 'sk-'") as refusal:
        directory.create_key(user.id, secret=secret)
    assert secret not in str(refusal.value)


def test_key_of_an_unknown_user_is_refused(directory: Directory) -> None:
    """There is no key without a user."""
    with pytest.raises(UnknownMember, match="no user with the id 'nope'"):
        directory.create_key("nope")


def test_service_token_stands_for_itself(directory: Directory) -> None:
    """The principal of a service token is the token; it acts with an account of its own."""
    token = directory.create_service_token("retention")
    assert token.secret.startswith("bt-st-")
    principal = directory.principal_of(f"Bearer {token.secret}")
    assert principal == Principal("service_token", token.id)
    account = directory.user_of(principal)
    assert account is not None
    assert account.organizations == (directory.organization.id,)
    assert account.id not in directory.users


def test_service_token_belongs_to_the_given_organization(directory: Directory) -> None:
    """A service token can be made for any organisation of the realm."""
    acme = directory.create_organization("acme")
    token = directory.create_service_token("retention", organization_id=acme.id)
    assert token.organization_id == acme.id


def test_service_token_has_the_given_rights(directory: Directory) -> None:
    """A service token may read projects unless it is given other rights, which must exist."""
    assert directory.create_service_token("a").rights == {"read projects"}
    assert directory.create_service_token("b", rights=()).rights == frozenset()
    with pytest.raises(DirectoryProblem, match="there is no right 'write'"):
        directory.create_service_token("c", rights=["write"])


def test_organization_is_found_or_the_ready_made_one(directory: Directory) -> None:
    """An organisation is found by its id; without one, it is the ready-made one."""
    acme = directory.create_organization("acme")
    assert directory.organization_of(acme.id) == acme
    assert directory.organization_of(None) == directory.organization
    with pytest.raises(UnknownMember, match="no organization with the id 'nope'"):
        directory.organization_of("nope")


def test_revoked_service_token_is_unknown(directory: Directory) -> None:
    """A revoked service token is worthless, also where its principal was kept."""
    token = directory.create_service_token("retention")
    principal = directory.principal_of_secret(token.secret)
    directory.revoke_service_token(token.id)
    assert directory.user_of(principal) is None
    assert directory.principal_of_secret(token.secret).kind == "unknown"
    with pytest.raises(UnknownMember, match="no service token with the id"):
        directory.revoke_service_token(token.id)


def test_owner_of_every_organization_may_impersonate(directory: Directory) -> None:
    """Owner on all organisations of a user is enough to act as that user, by id or address."""
    acme = directory.create_organization("acme")
    both = [directory.organization.id, acme.id]
    owner = directory.create_user(organizations=both, role="owner")
    user = directory.create_user(organizations=both)
    assert directory.impersonate(owner, user.id) == user
    assert directory.impersonate(owner, str(user.email)) == user


def test_owner_of_some_organizations_may_not(directory: Directory) -> None:
    """One organisation of the user that the caller does not own is enough to refuse."""
    acme = directory.create_organization("acme")
    owner = directory.create_user(role="owner")
    user = directory.create_user(organizations=[directory.organization.id, acme.id])
    with pytest.raises(ImpersonationRefused, match="not permitted to impersonate"):
        directory.impersonate(owner, user.id)


def test_member_may_not_impersonate(directory: Directory) -> None:
    """Belonging to the organisation of a user is not enough, not even for himself."""
    member, user = directory.create_user(), directory.create_user()
    for who in (user.id, member.id):
        with pytest.raises(ImpersonationRefused, match="not permitted"):
            directory.impersonate(member, who)


def test_nobody_impersonates_a_user_without_organizations(directory: Directory) -> None:
    """That somebody owns all of no organisations permits nothing."""
    owner, homeless = directory.create_user(role="owner"), directory.create_user(organizations=[])
    with pytest.raises(ImpersonationRefused, match="not permitted"):
        directory.impersonate(owner, homeless.id)


def test_unknown_user_is_refused_like_a_foreign_one(directory: Directory) -> None:
    """The refusal does not tell whether a user exists."""
    owner = directory.create_user(role="owner")
    with pytest.raises(ImpersonationRefused, match="there is no such user, or"):
        directory.impersonate(owner, "nobody@example.com")


def test_granted_ownership_counts_and_is_withdrawn(directory: Directory) -> None:
    """Owner can be granted later, makes the user a member, and can be taken back."""
    acme = directory.create_organization("acme")
    user, other = directory.create_user(), directory.create_user(organizations=[acme.id])
    granted = directory.grant_ownership(user.id, acme.id)
    assert acme.id in granted.organizations
    assert directory.impersonate(granted, other.id) == other
    withdrawn = directory.withdraw_ownership(user.id, acme.id)
    assert withdrawn.owned == frozenset()
    with pytest.raises(ImpersonationRefused, match="not permitted"):
        directory.impersonate(withdrawn, other.id)
