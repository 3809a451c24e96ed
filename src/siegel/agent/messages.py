"""What people read: what happened, what it means, what to do now. German and English, by code.

A message of the server is shown as it came: it is in the person's language already.
"""

import errno
import os
import re
import string

from siegel.agent.key_messages import KEY_TEXTS
from siegel.agent.log_messages import LOG_TEXTS
from siegel.agent.tree_messages import TREE_TEXTS

TEXTS: dict[str, tuple[str, str]] = {
    **KEY_TEXTS,
    **LOG_TEXTS,
    **TREE_TEXTS,
    # Circumstances
    "offline": (
        "{server} antwortet nicht. Es ging nichts verloren. Bitte prüfen Sie Adresse und Internetverbindung.",
        "{server} does not answer. Nothing was lost. Please check the address and your connection.",
    ),
    "connection_lost": (
        "Die Verbindung ist abgebrochen und kam nicht wieder. Was schon gespeichert war, bleibt gespeichert;"
        " starten Sie den Befehl noch einmal, wenn die Leitung steht.",
        "The connection was lost and did not come back. What was stored stays stored; run the command again once the"
        " line is up.",
    ),
    "answer_invalid": (
        "Der Server hat etwas geantwortet, das kein Siegel-Server antwortet. Es wurde nichts geändert. Stimmt die"
        " Adresse?",
        "The answer was none that a Siegel server gives. Nothing was changed. Is the address right?",
    ),
    "answer_too_large": (
        "Der Server hat mehr geantwortet, als ein Siegel-Server antwortet. Stimmt die Adresse?",
        "The answer was longer than any that a Siegel server gives. Is the address right?",
    ),
    "scanner_key_expired": (
        "Der Schlüssel der Virenprüfung gilt nach der Uhr dieses Geräts nicht. Bitte prüfen Sie Uhr und Datum."
        " Es wurde nichts gespeichert.",
        "By the clock of this device the virus scanner's key is not valid. Please check its time and date."
        " Nothing was stored.",
    ),
    "self_record_full": (
        "Ihr Merkzettel für andere Geräte ist voll.",
        "Your note for other devices is full.",
    ),
    "too_busy": (
        "In „{vault}“ schreiben gerade viele gleichzeitig. Es wurde nichts gespeichert."
        " Bitte versuchen Sie es noch einmal.",
        "Many people are writing to “{vault}” right now. Nothing was stored. Please try again.",
    ),
    "server_invalid": ("„{server}“ ist keine Adresse eines Servers.", "“{server}” is no address of a server."),
    "server_insecure": (
        "{server} ist nicht verschlüsselt erreichbar. Benutzen Sie eine Adresse mit https://.",
        "{server} is not encrypted. Use an address with https://.",
    ),
    "state_damaged": (
        "{path} ist beschädigt. Löschen Sie die Datei und melden Sie sich neu an.",
        "{path} is damaged. Delete the file and sign in again.",
    ),
    # Keys and signing in
    "not_signed_in": (
        "Sie sind nicht angemeldet. Melden Sie sich zuerst an:"
        " siegel sign-in --server … --firm … --username … --key-file …",
        "You are not signed in. Sign in first: siegel sign-in --server … --firm … --username … --key-file …",
    ),
    "foreign_key_file": (
        "Diese Schlüsseldatei gehört zu einer anderen Kanzlei. Es wurde nichts gesendet.",
        "This key file belongs to another firm. Nothing was sent.",
    ),
    "key_file_person": (
        "Diese Schlüsseldatei gehört {username} bei {firm}, nicht der Person, die sich anmelden will.",
        "This key file belongs to {username} at {firm}, not to the person who wants to sign in.",
    ),
    "not_a_key_file": (
        "Das ist keine Schlüsseldatei von Siegel. Wählen Sie die Datei, die bei der Einrichtung gespeichert wurde.",
        "This is no key file of Siegel. Choose the file that was saved at set-up.",
    ),
    "key_file_damaged": (
        "Die Schlüsseldatei ist beschädigt. Nehmen Sie Ihre Sicherungskopie.",
        "The key file is damaged. Take your backup copy.",
    ),
    "wrong_passphrase": (
        "Die Passphrase stimmt nicht. Bitte versuchen Sie es noch einmal.",
        "The passphrase is wrong. Please try again.",
    ),
    "passphrase_needed": (
        "Die Schlüsseldatei ist mit einer Passphrase geschützt. Nennen Sie mit SIEGEL_PASSPHRASE_FILE eine Datei, in"
        " der sie steht, oder starten Sie den Befehl in einem Terminal.",
        "The key file is protected with a passphrase. Name a file that holds it in SIEGEL_PASSPHRASE_FILE, or run the"
        " command in a terminal.",
    ),
    "passphrase_file": (
        "{path} aus SIEGEL_PASSPHRASE_FILE ist nicht zu lesen oder leer.",
        "{path} named by SIEGEL_PASSPHRASE_FILE cannot be read or is empty.",
    ),
    "passphrases_differ": ("Die beiden Eingaben sind verschieden.", "The two entries differ."),
    "not_an_identity": ("{path} enthält keinen Schlüssel.", "{path} contains no key."),
    "not_a_recipient": ("„{text}“ ist kein Empfänger (age1…).", "“{text}” is no recipient (age1…)."),
    "own_card": (
        "Diese Karte gehört zu Ihrer eigenen Kanzlei. Es wurde nichts gepackt. Bitten Sie die andere um ihre.",
        "This card belongs to your own firm. Nothing was packed. Ask the other one for its card.",
    ),
    "recipients_mixed": (
        "Empfänger mit und ohne Schutz vor Quantencomputern lassen sich nicht mischen.",
        "Recipients with and without post-quantum protection cannot be mixed.",
    ),
    "no_recipient_given": (
        "Nennen Sie mindestens einen Empfänger mit -r oder -R.",
        "Name at least one recipient with -r or -R.",
    ),
    "not_an_age_file": ("{path} ist keine age-Datei.", "{path} is no age file."),
    "not_for_this_key": (
        "Dieser Schlüssel öffnet die Datei nicht: Sie ist für jemand anderen versiegelt.",
        "This key does not open the file: it is sealed for somebody else.",
    ),
    "terminal": (
        "Binäre Daten gehören nicht in ein Terminal. Nennen Sie mit -o eine Datei.",
        "Binary output does not belong in a terminal. Name a file with -o.",
    ),
    "same_file": ("Ein- und Ausgabe sind dieselbe Datei.", "Input and output are the same file."),
    # Vaults
    "vault_unknown": (
        "Einen Tresor „{vault}“ gibt es nicht, oder er ist Ihnen nicht zugewiesen."
        " „siegel vault ls“ zeigt Ihre Tresore.",
        "There is no vault “{vault}”, or it is not assigned to you. “siegel vault ls” lists yours.",
    ),
    "vault_ambiguous": (
        "„{vault}“ heißen mehrere Tresore. Nennen Sie die Mandantennummer dazu: {names}",
        "Several vaults are called “{vault}”. Add the client number: {names}",
    ),
    "path_unknown": ("{path} gibt es in „{vault}“ nicht.", "There is no {path} in “{vault}”."),
    "path_invalid": (
        "„{target}“ ist keine Stelle in einem Tresor. Schreiben Sie TRESOR:/PFAD.",
        "“{target}” is no place in a vault. Write VAULT:/PATH.",
    ),
    "exists": ("{path} gibt es in „{vault}“ schon.", "{path} exists in “{vault}” already."),
    "not_a_folder": ("{path} ist in „{vault}“ eine Datei, kein Ordner.", "{path} in “{vault}” is a file, no folder."),
    "is_a_folder": ("{path} ist in „{vault}“ ein Ordner, keine Datei.", "{path} in “{vault}” is a folder, no file."),
    "target_missing": (
        "Den Ordner {path} gibt es auf diesem Rechner nicht.",
        "There is no folder {path} on this machine.",
    ),
    # Files that were not stored; shown after the file's name
    "infected": (
        "enthält Schadsoftware ({detail}). Die Datei wurde abgewiesen und nirgends gespeichert.",
        "contains malware ({detail}). The file was refused and is stored nowhere.",
    ),
    "not_scannable": (
        "lässt sich nicht auf Viren prüfen ({detail}). Die Datei wurde abgewiesen und nicht gespeichert.",
        "cannot be scanned for viruses ({detail}). The file was refused and not stored.",
    ),
    # Why not
    "broken": ("beschädigt oder unvollständig", "damaged or incomplete"),
    "encrypted": ("mit einem Passwort geschützt", "protected with a password"),
    "limit": ("zu groß oder zu tief verpackt", "too large or packed too deeply"),
    "scan_failed": (
        "Die Virenprüfung hat kein Ergebnis geliefert. Die Datei ist nicht gespeichert; versuchen Sie es noch einmal.",
        "The virus scan gave no result. The file is not stored; please try again.",
    ),
    "too_large": (
        "hat 2 GB oder mehr. So große Dateien nimmt Siegel nicht an; teilen Sie die Datei.",
        "has 2 GB or more. Siegel takes no files so large; please split it.",
    ),
    "scan_too_large": (
        "ist zu groß für die Virenprüfung des Servers. Die Datei ist nicht gespeichert; teilen Sie sie.",
        "is too large for the server's virus scan. The file is not stored; please split it.",
    ),
    "unreadable": ("ist nicht zu lesen ({detail}).", "cannot be read ({detail})."),
    "link": ("ist eine Verknüpfung und wurde ausgelassen.", "is a link and was left out."),
    "not_a_file": ("ist weder Datei noch Ordner.", "is neither a file nor a folder."),
    "same_target": (
        "heißt wie etwas anderes aus demselben Befehl; Groß- und Kleinschreibung zählt nicht. Nur das erste wurde"
        " gespeichert.",
        "has the name of something else in the same command (upper and lower case are one). Only the first was stored.",
    ),
    "name_empty": ("Dieser Name ist nicht erlaubt.", "This name is not allowed."),
    "name_character": (
        "Der Name enthält Zeichen, die nicht erlaubt sind (Trenner, Steuer- oder Richtungszeichen). Benennen Sie um.",
        "The name contains characters that are not allowed (separators, control or direction marks). Please rename.",
    ),
    "name_too_long": ("Der Name ist länger als 255 Byte.", "The name is longer than 255 bytes."),
    "name_not_nfc": ("Der Name ist nicht in Normalform (NFC).", "The name is not in normal form (NFC)."),
    "row_unreadable": (
        "{count} Einträge sind nicht zu lesen: ihr Verfasser hat sie nicht gültig versiegelt.",
        "{count} entries cannot be read: their author has not sealed them validly.",
    ),
    "unreadable_name": ("nicht lesbar", "unreadable"),
    "wraps_failed": (
        "Ein Schlüssel des Tresors „{vault}“ ließ sich nicht öffnen: Abschnitt {epochs}. Er wurde für Sie nicht richtig"
        " versiegelt oder danach verändert. Was nur er öffnet, bleibt verschlossen; alles andere ist davon nicht"
        " berührt. Bitte sagen Sie es der Kanzlei.",
        "A key of the vault “{vault}” could not be opened: epoch {epochs}. It was not sealed correctly for you, or was"
        " altered afterwards. What only it opens stays closed; nothing else is affected. Please tell the firm.",
    ),
    "vault_differs": (
        "Der Tresor „{vault}“ ist nicht der, als den der Server ihn zeigt, oder er lässt sich nicht prüfen ({code})."
        " Legen Sie dort nichts ab. Bitte melden Sie das Ihrer Kanzlei.",
        "The vault “{vault}” is not what the server shows it as, or it cannot be verified ({code})."
        " Put nothing there. Please tell the firm.",
    ),
    # Integrity
    "integrity": (
        "Die Prüfung ist gescheitert. Etwas wurde verändert, gefälscht oder zurückgesetzt. Es wurde nichts"
        " geöffnet und nichts gespeichert. Rufen Sie Ihre Kanzlei oder Ihren Systempartner an und nennen Sie: {code}",
        "Verification failed. Something was altered, forged or rolled back. Nothing was opened and nothing"
        " was stored. Please telephone your firm or your provider and quote: {code}",
    ),
    "age_damaged": (
        "Die Datei ist beschädigt oder verändert ({code}). Mit -o wurde nichts geschrieben; was auf der Standardausgabe"
        " erschien, ist nicht die ganze Datei. Nehmen Sie eine andere Kopie.",
        "The file is damaged or altered ({code}). With -o nothing was written; what appeared on standard output is"
        " not the whole file. Take another copy.",
    ),
    "refused": ("Das geht nicht: {problem}.", "This is not possible: {problem}."),
    # Wrong usage
    "usage_missing": ("{name} fehlt.", "{name} is missing."),
    "usage_value": ("{name} stimmt nicht ({problem}).", "{name} is not right ({problem})."),
    "usage_unknown": ("{name} gibt es hier nicht.", "There is no {name} here."),
    "usage_other": ("So lässt sich der Befehl nicht aufrufen ({problem}).", "This is no way to call it ({problem})."),
    "usage_help": ("„{command} --help“ zeigt, wie es geht.", "“{command} --help” tells how."),
    "file_missing": ("{path} gibt es nicht.", "{path} does not exist."),
    "os_error": ("{path}: {problem}", "{path}: {problem}"),
    "disk_full": (
        "Auf diesem Rechner ist kein Platz mehr. Es wurde nichts Unvollständiges hinterlassen.",
        "There is no space left on this machine. Nothing incomplete was left behind.",
    ),
    "interrupted": (
        "Abgebrochen. Was schon gespeichert war, bleibt gespeichert.",
        "Interrupted. What was stored stays stored.",
    ),
    # Results
    "signed_in": ("Angemeldet: {name}, {firm}.", "Signed in: {name}, {firm}."),
    "countersigned": (
        "{count} neue Zugänge bestätigt.",
        "{count} new accounts confirmed.",
    ),
    "no_sheet": (
        "In dieser Datei stehen Haupt- und Wiederherstellungsschlüssel nicht. Nehmen Sie die Datei der Einrichtung.",
        "This file does not hold the root and recovery keys. Take the file of the set-up.",
    ),
    "sheet_split": (
        "Drei Teile liegen in {path}. Drucken Sie sie aus, verwahren Sie sie getrennt und löschen Sie die Dateien. Zwei"
        " genügen.",
        "Three shares lie in {path}. Print them, keep them apart, and delete the files. Two are enough.",
    ),
    "export_what": (
        "Was soll exportiert werden? Schreiben Sie entweder --firm oder --vault TRESOR.",
        "What is to be exported? Write either --firm or --vault VAULT.",
    ),
    "export_done": (
        "{exported:Datei|Dateien} exportiert, {there} waren schon da, {failed} nicht.",
        "{exported:file|files} exported, {there} were there already, {failed} not.",
    ),
    "export_failed": ("{path}: nicht exportiert ({code}).", "{path}: not exported ({code})."),
    "export_title": ("Exportierte Dateien", "Exported files"),
    "export_how": (
        "Jede Datei öffnet sich mit dem Programm age (ab 1.3) und Ihrer Schlüsseldatei:"
        " age --decrypt -i SCHLÜSSELDATEI -o DATEI DATEI.age",
        "The program age (1.3 or newer) and your key file open each file: age --decrypt -i KEYFILE -o FILE FILE.age",
    ),
    "put_done": ("{stored} gespeichert, {refused} nicht.", "{stored} stored, {refused} not."),
    "recipient": ("Empfänger: {text}", "Recipient: {text}"),
    "passphrase": ("Passphrase", "Passphrase"),
    "passphrase_again": ("Passphrase noch einmal", "Passphrase again"),
    "scanning": ("Virenprüfung", "virus scan"),
    "uploading": ("Hochladen", "uploading"),
}

# What the operating system refuses, in the person's language; its own words are those of the program's start.
PROBLEMS: dict[int, tuple[str, str]] = {
    errno.ENOENT: ("gibt es nicht", "does not exist"),
    errno.EEXIST: ("gibt es schon", "exists already"),
    errno.EACCES: ("darf nicht gelesen oder geschrieben werden", "may not be read or written"),
    errno.EPERM: ("darf nicht gelesen oder geschrieben werden", "may not be read or written"),
    errno.EISDIR: ("ist ein Ordner", "is a folder"),
    errno.ENOTDIR: ("ist kein Ordner", "is no folder"),
    errno.EROFS: ("lässt sich nicht beschreiben", "cannot be written to"),
    errno.ENAMETOOLONG: ("ist ein zu langer Name", "is too long a name"),
}


def language() -> str:
    """`de` where the person's machine speaks German, else `en`."""
    spoken = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "de" if spoken.lower().startswith("de") else "en"


class _Counted(string.Formatter):
    """Also writes `{files:file|files}`: the number and the noun that fits it."""

    def format_field(self, value: object, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if not bar:
            return str(super().format_field(value, format_spec))
        noun = one if str(value) == "1" else many
        return f"{value} {noun}"


COUNTED = _Counted()


def text(code: str, /, **params: object) -> str:
    """The text of `code`; KeyError if there is none."""
    german, english = TEXTS[code]
    return COUNTED.format(german if language() == "de" else english, **params)


def usage_problem_of(error: Exception) -> str:
    """What is wrong with the way a command was called, and where to read how. Typer's own words are English only."""
    context, parameter = getattr(error, "ctx", None), getattr(error, "param", None)
    problem = str(getattr(error, "message", "")).rstrip(".")
    if parameter is not None:
        name = parameter.get_error_hint().strip("'")
        what = text("usage_value", name=name, problem=problem) if problem else text("usage_missing", name=name)
    elif unknown := re.fullmatch(r"No such (?:option: |command )'?([^'\s]+)'?(?:\. .*)?", problem, re.DOTALL):
        what = text("usage_unknown", name=unknown[1])
    else:
        what = text("usage_other", problem=problem)
    return f"{what} {text('usage_help', command=context.command_path if context else 'siegel')}"


def problem_of(error: OSError) -> str:
    """What the operating system refused, for people."""
    known = PROBLEMS.get(error.errno or 0)
    if known is None:
        return error.strerror or str(error)
    return known[0] if language() == "de" else known[1]
