"""`siegel vault mv|rm|cp|restore|purge|trash|versions|lock|unlock|release`: as they are typed.

What they do stands in `tree_online`, which is imported only for them.
"""

from collections.abc import Callable
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
Where = Annotated[str, typer.Argument(metavar="VAULT:/PATH")]
Target = Annotated[str, typer.Argument(metavar="VAULT:/PATH", help="A folder that exists, or the new name.")]
InTrash = Annotated[str, typer.Argument(metavar="VAULT:/NAME", help="A name or id as `siegel vault trash` lists it.")]
WithVersions = Annotated[
    bool,
    typer.Option("--with-versions", help="Into another vault: earlier versions too. Whoever reads there sees them."),
]
Version = Annotated[int | None, typer.Option("--version", min=1, metavar="N", help="Default: the latest.")]


def vault_mv(source: Where, target: Target, with_versions: WithVersions = False, as_json: AsJson = False) -> None:
    """Move or rename a file or folder; into another vault it is copied, then removed.

    Within a vault the earlier versions always come along. Into another one they go to the trash with the old file,
    unless you take them with you.
    """
    from siegel.agent import tree_online

    tree_online.mv(source, target, with_versions=with_versions, as_json=as_json)


def vault_cp(source: Where, target: Target, with_versions: WithVersions = False, as_json: AsJson = False) -> None:
    """Copy a file or folder; within a vault no contents move, into another one they are sealed anew."""
    from siegel.agent import tree_online

    tree_online.cp(source, target, with_versions=with_versions, as_json=as_json)


def vault_rm(where: Where, as_json: AsJson = False) -> None:
    """Put a file, or a folder with all it holds, into the trash."""
    from siegel.agent import tree_online

    tree_online.rm(where, as_json=as_json)


def vault_trash(vault: Annotated[str, typer.Argument(metavar="VAULT")], as_json: AsJson = False) -> None:
    """List what lies in the trash of a vault."""
    from siegel.agent import tree_online

    tree_online.trash(vault, as_json=as_json)


def vault_restore(
    where: InTrash,
    to: Annotated[str | None, typer.Option("--to", metavar="/FOLDER", help="Default: where it lay.")] = None,
    version: Annotated[
        int | None, typer.Option("--version", min=1, metavar="N", help="Bring this version of a file back instead.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take something out of the trash, or bring an earlier version of a file back as its latest one."""
    from siegel.agent import tree_online

    tree_online.restore(where, to, version, as_json=as_json)


def vault_purge(where: InTrash, as_json: AsJson = False) -> None:
    """Delete something in the trash for good. It cannot be undone."""
    from siegel.agent import tree_online

    tree_online.purge(where, as_json=as_json)


def vault_versions(where: Where, as_json: AsJson = False) -> None:
    """List the versions of a file."""
    from siegel.agent import tree_online

    tree_online.versions(where, as_json=as_json)


def vault_lock(
    where: Where,
    reason: Annotated[str, typer.Option("--reason", help="What others read; sealed like a name.")] = "",
    as_json: AsJson = False,
) -> None:
    """Keep others from changing a file while you work on it."""
    from siegel.agent import tree_online

    tree_online.lock(where, reason, as_json=as_json)


def vault_unlock(where: Where, as_json: AsJson = False) -> None:
    """Take a lock away: your own, or anybody's where you manage the vault."""
    from siegel.agent import tree_online

    tree_online.unlock(where, as_json=as_json)


def vault_release(where: Where, version: Version = None, as_json: AsJson = False) -> None:
    """Let a file be opened that could not be scanned for viruses. It stays marked."""
    from siegel.agent import tree_online

    tree_online.release(where, version, as_json=as_json)


COMMANDS: list[tuple[str, Callable[..., None]]] = [
    ("mv", vault_mv),
    ("cp", vault_cp),
    ("rm", vault_rm),
    ("trash", vault_trash),
    ("restore", vault_restore),
    ("purge", vault_purge),
    ("versions", vault_versions),
    ("lock", vault_lock),
    ("unlock", vault_unlock),
    ("release", vault_release),
]
