"""`siegel keys …`, `siegel team …`, `siegel vault access`, `siegel reissue`: as they are typed.

What they do stands in `keys_online` and `access_online`, which are imported only for them.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

keys_app = typer.Typer(no_args_is_help=True, help="Who has which keys: listed, certified, taken back, renewed.")
root_app = typer.Typer(no_args_is_help=True, help="The firm's root.")
keys_app.add_typer(root_app, name="root")
recovery_app = typer.Typer(no_args_is_help=True, help="The firm's recovery key.")
keys_app.add_typer(recovery_app, name="recovery")
team_app = typer.Typer(no_args_is_help=True, help="Teams, through which many hold the same vaults.")

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Username = Annotated[str, typer.Argument(metavar="USERNAME")]
TeamName = Annotated[str, typer.Argument(metavar="TEAM")]
Since = Annotated[
    int | None,
    typer.Option(
        "--since",
        min=0,
        metavar="N",
        help="Log index from which on it may have been another's: what it certified falls.",
    ),
]


class Reason(StrEnum):
    """Why a key is taken back."""

    left = "left"
    lost = "lost"
    compromised = "compromised"
    replaced = "replaced"
    withdrawn = "withdrawn"


@keys_app.command("list")
def keys_list(as_json: AsJson = False) -> None:
    """List people and their keys, and what they open."""
    from siegel.agent import keys_online

    keys_online.list_keys(as_json=as_json)


@keys_app.command("certify")
def keys_certify(
    fallen: Annotated[bool, typer.Option("--fallen", help="Certify again what fell with a revoked key.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Confirm the new keys that wait for you; with --fallen also those that fell with a revoked one."""
    from siegel.agent import keys_online

    keys_online.certify(with_fallen=fallen, yes=yes, as_json=as_json)


@keys_app.command("revoke")
def keys_revoke(
    username: Username,
    *,
    reason: Annotated[Reason, typer.Option("--reason", help="Why.")],
    since: Since = None,
    certify_fallen: Annotated[
        bool, typer.Option("--certify-fallen", help="Certify again at once what falls, as far as you may.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Take somebody's key back, and give his teams new ones. It cannot be undone."""
    from siegel.agent import keys_online

    keys_online.revoke(
        username, reason=reason.value, since=since, certify_fallen=certify_fallen, yes=yes, as_json=as_json
    )


@root_app.command("change")
def root_change(
    sheet: Annotated[Path, typer.Argument(metavar="SETUPFILE", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Argument(metavar="NEWFILE", dir_okay=False, help="The new set-up file.")],
    *,
    reason: Annotated[Reason, typer.Option("--reason", help="Why.")] = Reason.replaced,
    since: Since = None,
    by_recovery: Annotated[
        bool, typer.Option("--recovery", help="Sign with recovery's key: the root is lost.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Give the firm another root, as an owner with the set-up file. Everybody is told."""
    from siegel.agent import root

    root.change(sheet, out, reason=reason.value, since=since, by_recovery=by_recovery, yes=yes, as_json=as_json)


@recovery_app.command("replace")
def recovery_replace(
    sheet: Annotated[Path, typer.Argument(metavar="SETUPFILE", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Argument(metavar="NEWFILE", dir_okay=False, help="The new set-up file.")],
    *,
    reason: Annotated[Reason, typer.Option("--reason", help="Why.")] = Reason.replaced,
    since: Since = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Give the firm another recovery key, as an owner with the set-up file, and every dossier and team with it."""
    from siegel.agent import recovery

    recovery.replace(sheet, out, reason=reason.value, since=since, yes=yes, as_json=as_json)


@recovery_app.command("readmit")
def recovery_readmit(
    sheet: Annotated[Path, typer.Argument(metavar="SETUPFILE", exists=True, dir_okay=False)],
    username: Username,
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Give somebody with a new key his own vaults back, as an owner with the set-up file. You get no access by it."""
    from siegel.agent import readmit

    readmit.readmit(sheet, username, yes=yes, as_json=as_json)


@keys_app.command("rotate")
def keys_rotate(
    everything: Annotated[bool, typer.Option("--all", help="Vaults too, not only teams.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give new keys to what is due. If it is interrupted, the next run goes on."""
    from siegel.agent import keys_online

    keys_online.rotate(everything=everything, as_json=as_json)


@keys_app.command("reseal")
def keys_reseal(
    vault: Annotated[
        list[str] | None, typer.Option("--vault", metavar="ID", help="Only this vault; repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Seal old contents under present keys, in vaults you manage. If it is interrupted, the next run goes on."""
    from siegel.agent import reseal_online

    reseal_online.reseal_vaults(vault or [], as_json=as_json)


@keys_app.command("audit")
def keys_audit(as_json: AsJson = False) -> None:
    """Verify again every certificate, revocation, roster, epoch, wrap and manifest you can see."""
    from siegel.agent import keys_online

    keys_online.verify_all(as_json=as_json)


@team_app.command("create")
def team_create(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    office: Annotated[str | None, typer.Option("--office", metavar="OFFICE", help="Name of an office.")] = None,
    member: Annotated[
        list[str] | None, typer.Option("--member", metavar="USERNAME", help="Who is in it; repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Found a team. You and the owners rule it."""
    from siegel.agent import access_online

    access_online.create_team(name, office=office, usernames=member or [], as_json=as_json)


@team_app.command("list")
def team_list(name: Annotated[str | None, typer.Argument(metavar="[TEAM]")] = None, as_json: AsJson = False) -> None:
    """List the teams, or the members of one."""
    from siegel.agent import access_online

    access_online.show_teams(name, as_json=as_json)


@team_app.command("add")
def team_add(
    name: TeamName,
    username: Username,
    manage: Annotated[bool, typer.Option("--manage", help="He rules the team too.")] = False,
) -> None:
    """Add somebody to a team: all its vaults open to him."""
    from siegel.agent import access_online

    access_online.add_to_team(name, username, manage=manage)


@team_app.command("remove")
def team_remove(name: TeamName, username: Username) -> None:
    """Take somebody out of a team, which gets a new key."""
    from siegel.agent import access_online

    access_online.remove_from_team(name, username)


def vault_access(
    vault: Annotated[str, typer.Argument(metavar="VAULT")],
    *,
    give: Annotated[
        str | None,
        typer.Option("--give", metavar="USER:RIGHTS[:UNTIL]", help="read, write, manage; or team/NAME."),
    ] = None,
    take: Annotated[str | None, typer.Option("--take", metavar="USER", help="A user name, or team/NAME.")] = None,
    trusted: Annotated[
        str | None,
        typer.Option("--trusted", metavar="USERNAME", help="May read after asking for it and waiting."),
    ] = None,
    wait_days: Annotated[int, typer.Option("--wait-days", metavar="7|14|30", help="With --trusted.")] = 14,
    as_json: AsJson = False,
) -> None:
    """List who has access to a vault, or give or take it."""
    from siegel.agent import access_online, trust_online

    if trusted is not None:
        trust_online.name_trusted(vault, trusted, wait_days, others=(give, take))
        return
    access_online.access(vault, give=give, take=take, as_json=as_json)


def vault_request(vault: Annotated[str, typer.Argument(metavar="VAULT")]) -> None:
    """Ask to be let into a vault that trusts you. Its owner is told, and may object while you wait."""
    from siegel.agent import trust_online

    trust_online.request(vault)


def vault_object(
    vault: Annotated[str, typer.Argument(metavar="VAULT")],
    yes: Yes = False,
) -> None:
    """Object to whoever asks to be let into a vault of yours, or was let in."""
    from siegel.agent import trust_online

    trust_online.object_to_all(vault, yes=yes)


def vault_trust(as_json: AsJson = False) -> None:
    """List the vaults that trust you, and who asks to be let into yours."""
    from siegel.agent import trust_online

    trust_online.show(as_json=as_json)


def reissue(
    username: Username,
    *,
    letter: Annotated[Path, typer.Option("--letter", metavar="FILE", dir_okay=False, help="Where the letter goes.")],
    reason: Annotated[Reason, typer.Option("--reason", help="Why.")] = Reason.lost,
    since: Since = None,
    sheet: Annotated[
        Path | None, typer.Option("--root", metavar="SETUPFILE", exists=True, dir_okay=False, help="For an owner.")
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Take somebody's key back and write a new letter for him, with the same vaults and teams."""
    from siegel.agent import access_online

    access_online.reissue(username, letter, reason=reason.value, since=since, sheet=sheet, yes=yes, as_json=as_json)


@keys_app.command("invite-owner")
def keys_invite_owner(
    username: Username,
    *,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="As it stands in the letter.")],
    sheet: Annotated[
        Path, typer.Option("--root", metavar="SETUPFILE", exists=True, dir_okay=False, help="The root signs it.")
    ],
    letter: Annotated[Path, typer.Option("--letter", metavar="FILE", dir_okay=False, help="Where the letter goes.")],
    vault: Annotated[
        list[str] | None, typer.Option("--vault", metavar="VAULT", help="To be managed at once; repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a letter for another owner of the firm, as an owner with the set-up file."""
    from siegel.agent import access_online

    access_online.invite_owner(username, letter, name=name, sheet=sheet, vaults=vault or [], as_json=as_json)
