"""Template tags: `{% bundle %}`, German numbers, sizes and times, audit words."""

from datetime import datetime
from typing import TYPE_CHECKING

from django import template
from django.conf import settings
from django.template import Context
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from siegel.site import bundles, mail_words, words

if TYPE_CHECKING:
    from siegel.base.outmail.models import OutMail
    from siegel.base.queries import AuditLine
    from siegel.site.context import Entry

register = template.Library()


@register.simple_tag(takes_context=True)
def bundle(context: Context, name: str, *, keys: bool = False) -> SafeString:
    """Script, preloads and styles of a bundle entry; `keys=True` widens this page's content policy for sealing."""
    if keys:
        context["request"].uses_keys = True
    entry = bundles.entry(settings.BUNDLE_DIR, name)
    base = f"{settings.STATIC_URL}bundle/"
    return format_html(
        '{}{}<script type="module" src="{}{}"></script>',
        format_html_join("\n", '<link rel="stylesheet" href="{}{}">', ((base, path) for path in entry.styles)),
        format_html_join("\n", '<link rel="modulepreload" href="{}{}">', ((base, path) for path in entry.imports)),
        base,
        entry.script,
    )


@register.filter
def told_facts(line: "AuditLine") -> list[tuple[str, str]]:
    """What an entry says beside, as far as it is for people: names and values, no ids."""
    return words.told_facts(line.facts)


@register.filter
def size(size_bytes: int) -> str:
    return words.size(size_bytes)


@register.filter
def number(value: int) -> str:
    """12.345 in German, 12,345 in English."""
    return formats.number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def when(moment: datetime | None) -> SafeString:
    """A `time` element with the machine's and the reader's form; a dash for a missing moment."""
    if moment is None:
        return format_html("{}", "–")
    local = timezone.localtime(moment)
    text = words.when(local, timezone.localtime())
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), text)


@register.filter
def ago(moment: datetime | None) -> str:
    """„gerade eben“, „vor 3 Minuten“, „vor 2 Stunden“, as far as the seal line needs it."""
    return words.ago(timezone.now() - moment) if moment else "–"


@register.filter
def exact(moment: datetime) -> SafeString:
    """Date and time to the second, for the audit log."""
    local = timezone.localtime(moment)
    text = f"{words.day(local)}, {local:%H:%M:%S}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), text)


@register.filter
def initials(name: str) -> str:
    return words.initials(name)


@register.simple_tag
def greeting() -> str:
    return words.greeting(timezone.localtime().hour)


@register.simple_tag
def today() -> str:
    """„Montag, 23. November 2026“."""
    return formats.date_format(timezone.localtime(), gettext("l, j. F Y"))


@register.filter
def audit_sentence(kind: str) -> words.Sentence:
    return words.audit_sentence(kind)


@register.filter
def actor(line: "AuditLine") -> str | Promise:
    return words.actor(line.who, line.kind)


@register.filter
def attested(by: str) -> str | Promise:
    return words.ATTESTED.get(by, by)


@register.filter
def is_here(entry: "Entry", path: str) -> bool:
    """Whether the page at `path` belongs to this entry of the navigation."""
    return path.startswith(entry.also) if entry.also else path == "/"


@register.filter
def mail_state(state: str) -> words.Sentence:
    return mail_words.STATES[state]


@register.filter
def mail_kind(kind: str) -> str:
    return str(mail_words.KINDS[kind])


@register.filter
def mail_problem(mail: "OutMail") -> str:
    return mail_words.problem(mail.error, mail.reply)
