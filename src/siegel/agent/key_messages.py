"""What people read about keys, teams and access: German and English, by code."""

KEY_TEXTS: dict[str, tuple[str, str]] = {
    # Refused
    "person_unknown": (
        "„{username}“ gibt es nicht, oder Sie sind für diesen Zugang nicht zuständig. „siegel keys list“ zeigt, wessen"
        " Zugang Sie betreuen.",
        "There is no “{username}”, or you do not look after this account. “siegel keys list” shows whose you do.",
    ),
    "team_unknown_here": (
        "Ein Team „{team}“ gibt es nicht, oder Sie sehen es nicht. „siegel team list“ zeigt Ihre Teams.",
        "There is no team “{team}”, or you do not see it. “siegel team list” lists yours.",
    ),
    "office_unknown": ("Ein Büro „{office}“ gibt es nicht.", "There is no office “{office}”."),
    "no_key": (
        "Diese Person hat noch keinen Schlüssel und keinen Brief.",
        "This person has no key and no letter yet.",
    ),
    "needs_root": (
        "Den Zugang einer Inhaberin oder eines Inhabers stellt nur der Hauptschlüssel der Kanzlei neu aus. Tun Sie das"
        " im Browser mit der Einrichtungsdatei.",
        "An owner's access is issued anew by the firm's root key only. Do it in the browser with the set-up file.",
    ),
    "holder_gone": (
        "Diese Person oder dieses Team gehört nicht dazu.",
        "This person or team does not belong to it.",
    ),
    "not_allowed": (
        "Das dürfen Sie nicht. Es wurde nichts geändert.",
        "You may not do this. Nothing was changed.",
    ),
    "already_revoked": (
        "Der Schlüssel von {username} ist schon widerrufen. Es wurde nichts geändert.",
        "The key of {username} was taken back already. Nothing was changed.",
    ),
    "confirmation_needed": (
        "Das muss bestätigt werden. Starten Sie den Befehl in einem Terminal oder mit --yes.",
        "This needs a confirmation. Run the command in a terminal, or with --yes.",
    ),
    "not_confirmed": ("Nicht bestätigt. Es wurde nichts geändert.", "Not confirmed. Nothing was changed."),
    "grant_invalid": (
        "„{text}“ ist keine Freigabe. Schreiben Sie BENUTZER:RECHTE oder BENUTZER:RECHTE:JJJJ-MM-TT, mit read, write"
        " oder manage als Rechten; ein Team heißt team/NAME.",
        "“{text}” grants nothing. Write USER:RIGHTS or USER:RIGHTS:YYYY-MM-DD with read, write or manage as rights;"
        " a team is team/NAME.",
    ),
    # Handing over
    "card_head": ("Siegel: Empfänger für eine Übergabe", "Siegel: recipient for a hand-over"),
    "card_words": (
        "Lesen Sie dem Absender diese Wörter am Telefon vor: {words}",
        "Read these words to the sender on the telephone: {words}",
    ),
    "handover_ask": (
        "Vergleichen Sie die Wörter des Empfängers am Telefon: {words}\nStimmen sie? (ja/nein)",
        "Compare the recipient's words on the telephone: {words}\nAre they the same? (yes/no)",
    ),
    "handover_done": (
        "{files} Dateien liegen verschlüsselt in {path}. Nur der Empfänger öffnet sie ({words}).\n"
        "Ihre eigenen Wörter, die er vergleicht: {own}",
        "{files} files lie sealed in {path}. Only the recipient opens them ({words}).\n"
        "Your own words, which he compares: {own}",
    ),
    "takein_ask": (
        "{title}, {files:Datei|Dateien}. Vergleichen Sie die Wörter des Absenders am Telefon: {words}\n"
        "Stimmen sie? (ja/nein)",
        "{title}, {files:file|files}. Compare the sender's words on the telephone: {words}\n"
        "Are they the same? (yes/no)",
    ),
    "packing": ("Verschlüsseln", "Sealing"),
    "package_there": (
        "In {path} liegt schon etwas. Nennen Sie einen neuen Ordner.",
        "There is something in {path}. Name a new folder.",
    ),
    "unreadable_here": (
        "{count} Dateien dieses Tresors können Sie nicht öffnen. Eine unvollständige Akte wird nicht übergeben.",
        "You cannot open {count} files of this vault. An incomplete dossier is not handed over.",
    ),
    "package_foreign": (
        "Das Paket {path} ist nicht für Ihren Schlüssel. Es wurde nichts übernommen.",
        "The package {path} is not for your key. Nothing was taken in.",
    ),
    "package_incomplete": (
        "Im Paket fehlt {file}. Es wurde nichts übernommen. Lassen Sie es sich noch einmal schicken.",
        "{file} is missing in the package. Nothing was taken in. Have it sent again.",
    ),
    "package_damaged": (
        "{file} im Paket ist beschädigt oder verändert. Es wurde nichts übernommen.",
        "{file} in the package is damaged or altered. Nothing was taken in.",
    ),
    "trusted_alone": (
        "--trusted steht allein, ohne --give und --take.",
        "--trusted stands alone, without --give and --take.",
    ),
    "wait_days_invalid": (
        "Eine Vertrauensperson wartet 7, 14 oder 30 Tage.",
        "A trusted person waits 7, 14 or 30 days.",
    ),
    "candidate_unknown": (
        "„{username}“ kann hier keine Vertrauensperson sein: das kann nur die Kanzlei, und wer sich für denselben"
        " Mandanten anmeldet.",
        "“{username}” cannot be a trusted person here: only the firm, and who signs in for the same client.",
    ),
    "entrusted_nowhere": (
        "„{vault}“ ist Ihnen nicht anvertraut. „siegel vault trust“ zeigt, was es ist.",
        "“{vault}” does not trust you. “siegel vault trust” lists what does.",
    ),
    "asked_already": (
        "Sie haben den Zugriff schon verlangt. Wenn niemand ablehnt, öffnet sich der Tresor: {day}.",
        "You have asked already. If nobody objects, the vault opens: {day}.",
    ),
    "nobody_asks": ("Niemand verlangt Zugriff auf „{vault}“.", "Nobody asks to be let into “{vault}”."),
    "trust_named": (
        "{name} darf „{vault}“ lesen, {days} Tage nachdem er oder sie es verlangt hat. Auf die Wartezeit achtet der"
        " Server Ihrer Kanzlei, keine Verschlüsselung.",
        "{name} may read “{vault}” {days} days after asking for it. The waiting is kept by your firm's server, not by"
        " encryption.",
    ),
    "request_sent": (
        "Verlangt. Lehnt niemand ab, öffnet sich der Tresor: {day}.",
        "Asked. If nobody objects, the vault opens: {day}.",
    ),
    "object_ask": ("Ablehnen: {names}? (ja/nein)", "Object: {names}? (yes/no)"),
    "objected": ("Abgelehnt: {names}.", "Refused: {names}."),
    "column_vault": ("Tresor", "vault"),
    "column_who": ("wer", "who"),
    "column_opens_at": ("öffnet sich", "opens"),
    "trust_open": ("offen", "open"),
    "trust_days": ("{days} Tage nach Anfrage", "{days} days after asking"),
    "give_or_take": (
        "Nennen Sie --give oder --take, nicht beides.",
        "Name either --give or --take.",
    ),
    "file_there": (
        "{path} gibt es schon. Nennen Sie eine andere Datei für den Brief.",
        "{path} exists already. Name another file for the letter.",
    ),
    # Tables
    "column_username": ("Benutzer", "user"),
    "column_name": ("Name", "name"),
    "column_role": ("Rolle", "role"),
    "column_office": ("Büro", "office"),
    "column_state": ("Status", "state"),
    "column_generation": ("Gen.", "gen."),
    "column_fingerprint": ("Kennung", "fingerprint"),
    "column_opens": ("öffnet", "opens"),
    "column_rights": ("Rechte", "rights"),
    "column_until": ("bis", "until"),
    "column_due": ("neuer Schlüssel fällig", "new key due"),
    "opens": ("{vaults:Tresor|Tresore}; Teams: {teams}", "{vaults:vault|vaults}; teams: {teams}"),
    "opens_vaults": ("{vaults:Tresor|Tresore}", "{vaults:vault|vaults}"),
    "role_owner": ("Inhaber", "owner"),
    "role_office_leader": ("Büroleitung", "office leader"),
    "role_clerk": ("Mitarbeiter", "clerk"),
    "role_client": ("Mandant", "client"),
    "firm_recovery": ("Wiederherstellung der Kanzlei", "recovery of the firm"),
    "role_recovery": ("Wiederherstellung", "recovery"),
    "role_team": ("Team", "team"),
    "role_invitation": ("Brief", "letter"),
    "state_invited": ("eingeladen", "invited"),
    "state_active": ("aktiv", "active"),
    "state_blocked": ("ausgesetzt", "blocked"),
    "state_revoked": ("widerrufen", "revoked"),
    "state_fallen": ("nicht bestätigt", "not certified"),
    "yes": ("ja", "yes"),
    "no": ("nein", "no"),
    # Certifying
    "fallen_mine": (
        "Diese Schlüssel gelten nicht mehr, weil sie bestätigt wurden, als der Schlüssel des Bestätigenden schon fremd"
        " sein konnte. Bestätigen Sie nur, wen Sie kennen:",
        "These keys do not count any more: whoever certified them may not have been himself by then. Certify only whom"
        " you know:",
    ),
    "fallen_others": (
        "{count} weitere muss jemand anders bestätigen.",
        "{count} more have to be certified by somebody else.",
    ),
    "fallen_ask": ("Alle {count} wieder bestätigen? (ja/nein)", "Certify all {count} again? (yes/no)"),
    "certified": ("{count} Zugänge bestätigt.", "{count} accounts confirmed."),
    # The root
    "new_root": (
        "Der Hauptschlüssel der Kanzlei wurde gewechselt: von {old} zu {new}. Wundert Sie das, fragen Sie den Inhaber.",
        "The firm's main key was replaced: {old} gave its place to {new}. If this surprises you, ask the owner.",
    ),
    "root_plan": (
        "Der Hauptschlüssel {old} gibt seinen Platz an {new}.\n"
        "Sofort: der alte beglaubigt nichts mehr; Inhaber und Wiederherstellung werden neu beglaubigt; alle"
        " erfahren es.\n"
        "Bleibt: was der alte vorher beglaubigt hat, und alle Passwörter, Schlüsseldateien und Briefe.\n"
        "Die neue Schlüsseldatei {path} ersetzt die der Einrichtung; drucken Sie danach ein neues Notfallblatt.",
        "The main key {old} gives its place to {new}.\n"
        "Now: the old one certifies nothing more; owners and recovery are certified anew; everybody learns of it.\n"
        "Stays: what the old one certified before, and all passwords, key files and letters.\n"
        "The new key file {path} takes the place of the set-up's; print a new emergency sheet afterwards.",
    ),
    "root_done": (
        "Der Hauptschlüssel ist jetzt {new}. Die alte Schlüsseldatei und das alte Notfallblatt taugen nur noch für die"
        " Wiederherstellung; vernichten Sie sie, sobald {path} gesichert ist.",
        "The main key is {new} now. The old key file and the old sheet are good for recovery only; destroy them as soon"
        " as {path} is safe.",
    ),
    "recovery_plan": (
        "Der Wiederherstellungsschlüssel {old} gibt seinen Platz an {new}.\n"
        "Sofort: der alte öffnet hier nichts mehr. Danach bekommen alle Akten und Teams neue Schlüssel.\n"
        "Bleibt: was schon heruntergeladen ist, und was mit den bisherigen Schlüsseln versiegelt wurde.\n"
        "Die neue Schlüsseldatei {path} ersetzt die der Einrichtung; drucken Sie danach ein neues Notfallblatt.",
        "The recovery key {old} gives its place to {new}.\n"
        "Now: the old one opens nothing more here. Then all dossiers and teams get new keys.\n"
        "Stays: what was downloaded already, and what was sealed under the keys until now.\n"
        "The new key file {path} replaces that of the set-up; print a new emergency sheet afterwards.",
    ),
    "recovery_done": (
        "Der Wiederherstellungsschlüssel ist jetzt {new}; neue Schlüssel: {count}. Vernichten Sie altes Blatt, alte"
        " Teile und alte Datei, sobald {path} gesichert ist.",
        "The recovery key is {new} now; new keys: {count}. Destroy the old sheet, shares and file as soon as {path} is"
        " safe.",
    ),
    "readmit_plan": (
        "{name} ({username}), Schlüssel {fingerprint}: eigene Tresore mit Wiederherstellung: {count}.\n"
        "Vergleichen Sie die Kennung am Telefon: Wer diesen Schlüssel hat, liest danach alles darin.\n"
        "Sie selbst bekommen keinen Zugriff. Es steht im Protokoll und im Verlauf der Tresore.",
        "{name} ({username}), key {fingerprint}: own vaults with recovery: {count}.\n"
        "Compare the print on the telephone: whoever has this key reads everything in them afterwards.\n"
        "You get no access yourself. It stands in the log and in the activity of the vaults.",
    ),
    "readmit_done": (
        "{name} hat wieder Zugang. Tresore: {count}.",
        "{name} has access again. Vaults: {count}.",
    ),
    "needs_recovery": (
        "Das ist nicht der Wiederherstellungsschlüssel, der jetzt gilt. Nehmen Sie die neueste Datei oder das neueste"
        " Notfallblatt.",
        "This is not the recovery key that counts now. Take the newest file or emergency sheet.",
    ),
    "owner_invited": (
        "Der Brief für {username} steht in {path}. Geben Sie ihn persönlich weiter.",
        "The letter for {username} is in {path}. Hand it over yourself.",
    ),
    # Revoking
    "revoke_plan": (
        "{name} ({username}), Schlüssel {fingerprint}\n"
        "Sofort: alle Sitzungen und Geräte enden; kein Tresor öffnet sich mehr; die Teams bekommen neue Schlüssel.\n"
        "Später: jeder Tresor bekommt beim nächsten Schreiben einen neuen Schlüssel, oder mit „siegel keys rotate“.\n"
        "Nicht rückgängig zu machen: was schon heruntergeladen wurde, und was für Schlüssel versiegelt ist, die diese"
        " Person hatte, falls sie die verschlüsselten Daten bekommt. Ein Widerruf lässt sich nicht zurücknehmen.",
        "{name} ({username}), key {fingerprint}\n"
        "Now: all sessions and devices end; no vault opens any more; the teams get new keys.\n"
        "Later: each vault gets a new key when somebody next writes to it, or by “siegel keys rotate”.\n"
        "What cannot be undone: what was downloaded, and what is sealed to keys this person had, should he get the"
        " ciphertext. A revocation cannot be taken back.",
    ),
    "revoke_falls": (
        "Mit diesem Schlüssel fallen {mine} Zugänge, die Sie wieder bestätigen können (--certify-fallen), und {others},"
        " die jemand anders bestätigen muss.",
        "With this key fall {mine} accounts that you can certify again (--certify-fallen), and {others} that somebody"
        " else has to.",
    ),
    "revoke_ask": ("Zur Bestätigung den Benutzernamen eingeben", "Type the user name to confirm"),
    "revoked": (
        "Widerrufen. {teams} Teams haben neue Schlüssel, {vaults} Tresore bekommen sie beim nächsten Schreiben.",
        "Revoked. {teams} teams have new keys, {vaults} vaults get theirs when somebody next writes.",
    ),
    # Rotating
    "rotate_none": ("Nichts ist fällig.", "Nothing is due."),
    "rotating": ("Neue Schlüssel", "new keys"),
    "rotated": (
        "{rotated} neue Schlüssel, {unchanged} schon erneuert, {failed} nicht.",
        "{rotated} new keys, {unchanged} renewed already, {failed} not.",
    ),
    "rotate_left": (
        "{count} Tresore sind fällig. „siegel keys rotate --all“ erneuert auch sie.",
        "{count} vaults are due. “siegel keys rotate --all” renews them too.",
    ),
    "rotate_failed": ("{id}: nicht erneuert ({code}).", "{id}: not renewed ({code})."),
    # Contents under older keys
    "resealing": ("Neu versiegeln", "sealing anew"),
    "resealed": (
        "{versions:Fassung|Fassungen} und {names:Name|Namen} neu versiegelt, {failed} nicht.",
        "{versions:version|versions} and {names:name|names} sealed anew, {failed} not.",
    ),
    "reseal_failed": (
        "{vault}: Fassung {version} von {node} bleibt unter ihrem alten Schlüssel ({code}). Ein neuer Aufruf versucht"
        " es noch einmal.",
        "{vault}: version {version} of {node} stays under its old key ({code}). Another run tries again.",
    ),
    "reseal_stopped": (
        "{vault}: hier ging es nicht weiter ({code}). Ein neuer Aufruf macht dort weiter.",
        "{vault}: it did not go on here ({code}). Another run goes on from there.",
    ),
    # Audit
    "audit_done": (
        "Geprüft: {certificates:Zertifikat|Zertifikate}, {revocations:Widerruf|Widerrufe}, {teams:Team|Teams},"
        " {vaults:Tresor|Tresore} mit {records:Eintrag|Einträgen} und {wraps:Schlüssel|Schlüsseln}."
        " Alles stimmt. Inhalte unter alten Schlüsseln: {old_contents}. Warten auf den neuen"
        " Wiederherstellungsschlüssel: {recovery_waiting}.",
        "Verified: {certificates:certificate|certificates}, {revocations:revocation|revocations}, {teams:team|teams},"
        " {vaults:vault|vaults} with {records:record|records} and {wraps:wrap|wraps}."
        " All of it holds. Contents under older keys: {old_contents}. Waiting for the new recovery key:"
        " {recovery_waiting}.",
    ),
    "audit_certificate": (
        "Zertifikat {name}, Stelle {place} im Protokoll: {code}",
        "Certificate {name} at log index {place}: {code}",
    ),
    "audit_revocation": (
        "Widerruf {name}, Stelle {place} im Protokoll: {code}",
        "Revocation {name} at log index {place}: {code}",
    ),
    "audit_team": ("Team „{name}“, Eintrag {place}: {code}", "Team “{name}”, record {place}: {code}"),
    "audit_teams": ("Die Teams: {code}", "The teams: {code}"),
    "audit_vault": ("Tresor „{name}“, Eintrag {place}: {code}", "Vault “{name}”, record {place}: {code}"),
    "audit_wrap": (
        "„{name}“, Schlüssel des Abschnitts {place}: {code}",
        "“{name}”, key of epoch {place}: {code}",
    ),
    "audit_row": (
        "„{name}“, ein Name in Version {place}: {code}",
        "“{name}”, a name in version {place}: {code}",
    ),
    "auditing": ("Prüfung", "verifying"),
    # Teams, access, letters
    "team_created": ("Team „{team}“ angelegt.", "Team “{team}” founded."),
    "team_changed": ("Team „{team}“ geändert.", "Team “{team}” changed."),
    "access_changed": ("Zugriff auf „{vault}“ geändert.", "Access to “{vault}” changed."),
    "vaults_due": (
        "{count} Tresore bekommen beim nächsten Schreiben einen neuen Schlüssel, oder mit „siegel keys rotate --all“.",
        "{count} vaults get a new key when somebody next writes, or by “siegel keys rotate --all”.",
    ),
    "letter": (
        "Zugang zu Siegel für {name} (Benutzername: {username})\n\nLink: {link}\nCode: {code}\n\n"
        "Öffnen Sie den Link und vergeben Sie ein neues Passwort. Der Brief gilt 30 Tage und einmal.\n"
        "Wer ihn hat, kommt hinein: Geben Sie ihn nur persönlich weiter.\n",
        "Access to Siegel for {name} (user name: {username})\n\nLink: {link}\nCode: {code}\n\n"
        "Open the link and choose a new password. The letter is valid for 30 days, and once.\n"
        "Whoever has it gets in: hand it over in person only.\n",
    ),
    "reissued": (
        "Der alte Schlüssel ist widerrufen. Der Brief steht in {path}; löschen Sie ihn, wenn er übergeben ist.",
        "The old key was taken back. The letter is in {path}; delete it when it has been handed over.",
    ),
    "reissue_missing": (
        "{count} Tresore oder Teams öffnet er nicht wieder: Dort dürfen Sie niemanden aufnehmen.",
        "It does not open {count} vaults or teams again: you may not add anybody there.",
    ),
}
