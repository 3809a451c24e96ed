from siegel.base.errors import Messages

MESSAGES: Messages = {
    "slug_invalid": (
        "Eine Kanzleiadresse hat 2 bis 40 Zeichen: kleine Buchstaben a bis z, Ziffern und Bindestriche.",
        "A firm's address has 2 to 40 characters: small letters a to z, digits and hyphens.",
    ),
    "whereabouts_invalid": (
        "Der Ort einer Kanzlei hat höchstens 100 Zeichen in einer Zeile, ihre Telefonnummer höchstens 40."
        " Bitte kürzen Sie die Angabe.",
        "A firm's place has at most 100 characters in one line, its telephone number at most 40. Please shorten it.",
    ),
    "slug_taken": (
        "Die Adresse „{slug}“ gehört schon einer anderen Kanzlei.",
        "The address “{slug}” belongs to another firm already.",
    ),
    "already_founded": (
        "Diese Kanzlei ist schon eingerichtet.",
        "This firm has been set up already.",
    ),
    "set_up_link_invalid": (
        "Dieser Link ist abgelaufen oder wurde schon benutzt."
        " Bitte lassen Sie sich vom Systempartner einen neuen geben.",
        "This link has expired or has been used. Please ask your provider for a new one.",
    ),
    "number_invalid": (
        "Eine Mandantennummer hat 1 bis 20 Zeichen: Buchstaben, Ziffern, Punkt und Bindestrich.",
        "A client number has 1 to 20 characters: letters, digits, full stop and hyphen.",
    ),
    "number_taken": (
        "Die Mandantennummer {number} ist schon vergeben.",
        "The client number {number} is taken already.",
    ),
    "title_invalid": (
        "Ein Aktentitel hat 1 bis 120 Zeichen in einer Zeile.",
        "A dossier's title has 1 to 120 characters in one line.",
    ),
    "title_taken": (
        "Der Mandant hat schon eine Akte „{title}“.",
        "The client has a dossier “{title}” already.",
    ),
    "office_name_invalid": (
        "Der Name einer Beratungsstelle hat 1 bis 100 Zeichen in einer Zeile.",
        "An office's name has 1 to 100 characters in one line.",
    ),
    "office_taken": (
        "Eine Beratungsstelle „{name}“ gibt es schon.",
        "There is an office “{name}” already.",
    ),
    "office_needed": (
        "Ein Beratungsstellenleiter braucht eine Beratungsstelle, ein Inhaber hat keine.",
        "An office leader needs an office, an owner has none.",
    ),
    "office_fixed": (
        "Inhaber und Beratungsstellenleiter wechseln die Beratungsstelle nur mit einem neuen Zugang.",
        "Owners and office leaders change their office with a new access only.",
    ),
    "block_self": (
        "Sie können sich nicht selbst sperren.",
        "You cannot block yourself.",
    ),
    "block_inactive": (
        "Gesperrt oder freigegeben wird nur, wer schon einen gültigen Zugang hat.",
        "Only somebody with a valid access can be blocked or unblocked.",
    ),
    "vault_exists": (
        "Diese Akte hat schon einen Tresor.",
        "This dossier has a vault already.",
    ),
}
