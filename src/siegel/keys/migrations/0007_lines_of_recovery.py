"""A recovery key's line means the one in force: the copies of rosters say so, and what it does not open yet is due."""

from typing import Any

from django.db import migrations


def name_the_present(apps: Any, _: Any) -> None:
    names = ("Certificate", "Chain", "Holder", "Wrap")
    certificates, chains, holders, wraps = (apps.get_model("keys", name).objects for name in names)
    in_force = certificates.filter(kind="recovery", out_at=None).order_by("tenant", "generation", "log_index")
    # of several of a firm the newest
    for tenant, kid in dict(in_force.values_list("tenant", "kid")).items():
        old = certificates.filter(kind="recovery", tenant=tenant).exclude(kid=kid).values("kid")
        lines = holders.filter(chain__tenant=tenant, rights="hold", kid__in=old)
        waiting = list(lines.values_list("chain", flat=True))
        lines.update(kid=kid)
        for chain in chains.filter(pk__in=waiting, due=False):
            if not wraps.filter(chain=chain, epoch=chain.epoch, kid=kid).exists():
                chains.filter(pk=chain.pk).update(due=True)


class Migration(migrations.Migration):
    dependencies = [("keys", "0006_trusted_people")]

    operations = [migrations.RunPython(name_the_present, migrations.RunPython.noop)]
