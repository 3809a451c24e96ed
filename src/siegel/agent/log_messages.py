"""What people read about the audit log and the files that browsers get: German and English, by code."""

LOG_TEXTS: dict[str, tuple[str, str]] = {
    "log_not_signed": (
        "Das Protokoll der Kanzlei ist nicht signiert. Bitte sagen Sie Ihrem Systempartner Bescheid.",
        "The firm's log is not signed. Please tell your IT partner.",
    ),
    "release_not_logged": (
        "Der Server hat noch nicht festgehalten, welche Programmdateien er ausliefert. Er tut es binnen einer Minute"
        " nach seinem Start; versuchen Sie es dann noch einmal, und sagen Sie sonst Ihrem Systempartner Bescheid.",
        "The server has not logged yet which files it serves. It does within a minute of its start; try again then, and"
        " else tell your IT partner.",
    ),
    "release_key_invalid": (
        "„{file}“ ist kein öffentlicher Schlüssel der Form „ssh-ed25519 …“. Bitte nehmen Sie die Datei, die mit den"
        " Releases veröffentlicht wird.",
        "“{file}” is no public key of the form “ssh-ed25519 …”. Please take the file that is published with the"
        " releases.",
    ),
    "web_unreadable": (
        "Die Anmeldeseite oder ihre Dateien ließen sich nicht abrufen (Antwort {status}), verglichen ist also nichts."
        " Bitte versuchen Sie es noch einmal; bleibt es dabei, sagen Sie Ihrem Systempartner Bescheid.",
        "The sign-in page or its files could not be fetched (answer {status}), so nothing was compared. Please try"
        " again; if it stays so, tell your IT partner.",
    ),
    "web_encoding": (
        "Der Server antwortet in der Kompression „{encoding}“, die hier nicht installiert ist; verglichen ist also"
        " nichts. Bitte installieren Sie sie: pip install 'httpx[brotli,zstd]'",
        "The server answers in the compression “{encoding}”, which is not installed here, so nothing was compared."
        " Please install it: pip install 'httpx[brotli,zstd]'",
    ),
    "witness_address": (
        "„{address}“ ist keine freie Adresse dieses Rechners. Bitte nennen Sie eine wie 127.0.0.1:8427; von außen"
        " erreicht man sie über einen Proxy mit TLS.",
        "“{address}” is no free address of this machine. Please name one like 127.0.0.1:8427; from outside it is"
        " reached by a proxy with TLS.",
    ),
    "web_same": (
        "Ausgeliefert wird, was im Protokoll steht und vom Schlüssel der Releases signiert ist: {files:Datei|Dateien}.",
        "What is served is what the log names and the release key has signed: {files:file|files}.",
    ),
    "web_same_unsigned": (
        "Ausgeliefert wird, was im Protokoll steht: {files:Datei|Dateien}. Keine Signatur geprüft (--release-key).",
        "What is served is what the log names: {files:file|files}. No signature was checked (--release-key).",
    ),
    "log_file_unreadable": (
        "„{file}“ ist weder ein Stand noch ein Nachweis des Protokolls. Bitte nehmen Sie eine Datei, die siegel audit"
        " save oder „Nachweis herunterladen“ gespeichert hat.",
        "“{file}” is neither a checkpoint nor a proof of the log. Please take a file that siegel audit save or"
        " “Download proof” has saved.",
    ),
    "log_confirmed": (
        "Bestätigt: {size} Einträge, gewachsen aus {before}.",
        "Confirmed: {size} entries, grown from {before}.",
    ),
    "log_intact": (
        "Das Protokoll ist unversehrt: {size} Einträge, davon {erased} mit gelöschten Namen.",
        "The log is intact: {size} entries, {erased} of them with erased names.",
    ),
    "log_same": (
        "Dasselbe Protokoll: {newer} Einträge, gewachsen aus {older}.",
        "The same log: {newer} entries, grown from {older}.",
    ),
    "log_begun_anew": (
        "Achtung: Nach einer Wiederherstellung hat das Protokoll hinter Eintrag {kept} neu begonnen. Höchstens {lost}"
        " Einträge fehlen für immer.",
        "Caution: after a restore the log began anew behind entry {kept}. At most {lost} entries are lost for ever.",
    ),
    "log_lost": (
        "Achtung: Von den {known} Einträgen, die dieses Gerät kannte, fehlen bis zu {lost} für immer. Bitte sagen Sie"
        " der Kanzleileitung Bescheid.",
        "Caution: of the {known} entries this device knew up to {lost} are lost for ever."
        " Please tell the firm's owner.",
    ),
    "log_not_held": (
        "Dieses Gerät kennt noch keinen Stand des Protokolls. Bestätigen Sie zuerst: siegel audit witness",
        "This device knows no head of the log yet. Confirm one first: siegel audit witness",
    ),
    "log_head_saved": (
        "Der Stand mit {size} Einträgen liegt in „{file}“.",
        "The head of {size} entries is in “{file}”.",
    ),
}
