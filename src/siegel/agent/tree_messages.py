"""What people read of the commands that change a vault's tree. German and English, by code."""

TREE_TEXTS: dict[str, tuple[str, str]] = {
    "moved": ("„{path}“ liegt jetzt unter „{to}“.", "“{path}” is now at “{to}”."),
    "moved_across": (
        "„{path}“ liegt jetzt in „{target}“ unter „{to}“ ({files:Datei|Dateien}), hier im Papierkorb.",
        "“{path}” is now in “{target}” at “{to}” ({files:file|files}), and in the trash here.",
    ),
    "copying": ("Kopieren", "Copying"),
    "earlier_into_trash": (
        "{count:frühere Fassung bleibt|frühere Fassungen bleiben} zurück: mit der alten Datei im Papierkorb, bis er"
        " geleert wird. Mit --with-versions kommen sie mit.",
        "{count:earlier version stays|earlier versions stay} behind: in the trash with the old file, until it is"
        " emptied. With --with-versions they come along.",
    ),
    "earlier_not_copied": (
        "Nicht mitkopiert: {count:frühere Fassung|frühere Fassungen}. Mit --with-versions kommen sie mit.",
        "Not copied: {count:earlier version|earlier versions}. With --with-versions they come along.",
    ),
    "versions_across_only": (
        "--with-versions gilt nur für einen anderen Tresor. Es wurde nichts kopiert. Bitte lassen Sie es weg.",
        "--with-versions is for another vault only. Nothing was copied. Please leave it out.",
    ),
    "changed_meanwhile": (
        "Alles liegt jetzt auch in „{target}“ unter „{to}“. In „{path}“ kam inzwischen aber Neues dazu. Deshalb wurde"
        " dort nichts entfernt. Bitte sehen Sie nach, was davon noch hinüber soll.",
        "All of it is now in “{target}” at “{to}”, too. But something new came to “{path}” meanwhile. So nothing was"
        " removed there. Please look what of it is still to come over.",
    ),
    "copied": (
        "„{path}“ nach „{target}“ kopiert, unter „{to}“: {files:Datei|Dateien}.",
        "“{path}” copied to “{target}”, at “{to}”: {files:file|files}.",
    ),
    "removed": (
        "„{path}“ liegt im Papierkorb, mit {files:Datei|Dateien}. Zurückholen: siegel vault restore.",
        "“{path}” is in the trash, with {files:file|files}. To bring it back: siegel vault restore.",
    ),
    "restored": ("„{name}“ ist wieder da, unter „{to}“.", "“{name}” is back, at “{to}”."),
    "version_restored": (
        "Fassung {version} von „{path}“ ist wieder die neueste (Fassung {latest}).",
        "Version {version} of “{path}” is the latest again (version {latest}).",
    ),
    "purged": ("„{name}“ ist endgültig gelöscht.", "“{name}” is deleted for good."),
    "locked": ("„{path}“ ist bis {until} für Sie gesperrt.", "“{path}” is locked for you until {until}."),
    "unlocked": ("Die Sperre von „{path}“ ist aufgehoben.", "The lock of “{path}” is gone."),
    "released": (
        "Fassung {version} von „{path}“ ist freigegeben. Sie bleibt als „nicht prüfbar“ markiert.",
        "Version {version} of “{path}” is released. It stays marked as “not scannable”.",
    ),
    "held": (
        "Diese Datei wartet auf Freigabe: Sie ließ sich nicht auf Viren prüfen. Jemand aus der Kanzlei muss sie"
        " freigeben.",
        "This file awaits release: it could not be scanned for viruses. Somebody of the firm must release it.",
    ),
    "path_is_vault": (
        "Gemeint ist ein Ordner oder eine Datei in „{vault}“, nicht der Tresor selbst. Es wurde nichts geändert.",
        "A folder or file in “{vault}” is meant, not the vault itself. Nothing was changed.",
    ),
    "name_taken": (
        "„{name}“ gibt es dort in „{vault}“ schon. Es wurde nichts geändert. Bitte wählen Sie einen anderen Namen.",
        "There is a “{name}” at that place of “{vault}” already. Nothing was changed. Please choose another name.",
    ),
    "name_ambiguous": (
        "„{path}“ gibt es in „{vault}“ zweimal. Es wurde nichts geändert. Bitte benennen Sie eines im Browser um.",
        "There are two of “{path}” in “{vault}”. Nothing was changed. Please rename one of them in the browser.",
    ),
    "move_into_itself": (
        "„{path}“ kann nicht in sich selbst liegen. Es wurde nichts geändert. Bitte nennen Sie einen anderen Ordner.",
        "“{path}” cannot lie in itself. Nothing was changed. Please name another folder.",
    ),
    "trash_unknown": (
        "Im Papierkorb von „{vault}“ liegt kein „{name}“. Was dort liegt, zeigt siegel vault trash.",
        "There is no “{name}” in the trash of “{vault}”. siegel vault trash lists what is there.",
    ),
    "trash_ambiguous": (
        "Im Papierkorb liegt „{name}“ mehrmals. Bitte nennen Sie statt des Namens eine dieser Kennungen: {nodes}."
        " Größe und Ordner dazu zeigt siegel vault trash.",
        "There is more than one “{name}” in the trash. Please give one of these ids instead: {nodes}."
        " siegel vault trash shows size and folder of each.",
    ),
    "too_many_copies": (
        "Auf einmal werden höchstens {most} Dateien und Ordner kopiert. Es wurde nichts kopiert. Bitte kopieren Sie die"
        " Ordner einzeln.",
        "At most {most} files and folders are copied at once. Nothing was copied. Please copy the folders one by one.",
    ),
    "unreadable_below": (
        "{count} Dateien oder Ordner in {path} können Sie nicht öffnen. Beim Verschieben gingen sie verloren. Es wurde"
        " nichts verschoben. Bitte kopieren Sie einzeln, was sich öffnen lässt, oder fragen Sie die Kanzleileitung.",
        "You cannot open {count} files or folders in {path}. Moving would lose them. Nothing was moved. Please copy"
        " what opens one by one, or ask the head of the firm.",
    ),
    "copy_incomplete": (
        "Nur {stored} von {files} Dateien sind in „{vault}“ angekommen. Hier wurde nichts entfernt. Bitte sehen Sie"
        " dort nach, was fehlt.",
        "Only {stored} of {files} files have arrived in “{vault}”. Nothing was removed here. Please look there for what"
        " is missing.",
    ),
    "version_unknown": (
        "„{path}“ hat keine Fassung {version}. Es wurde nichts geändert. Welche es gibt, zeigt siegel vault versions.",
        "“{path}” has no version {version}. Nothing was changed. siegel vault versions lists those there are.",
    ),
    "released_before": (
        "Fassung {version} von „{path}“ ist schon freigegeben.",
        "Version {version} of “{path}” has been released already.",
    ),
}
