from siegel.base.errors import Messages

MESSAGES: Messages = {
    # One text for a wrong name, a wrong password, a blocked person and the lockout: it must not tell them apart.
    "sign_in_refused": (
        "Benutzername oder Passwort stimmt nicht. Nach drei falschen Versuchen ist die Anmeldung für 15 Minuten"
        " gesperrt. Haben Sie das Passwort vergessen? Bitte rufen Sie Ihre Kanzlei an.",
        "User name or password is wrong. After three wrong attempts signing in is locked for 15 minutes."
        " Have you forgotten your password? Please telephone your firm.",
    ),
    "unknown_firm": (
        "Diese Kanzlei gibt es hier nicht. Bitte prüfen Sie die Adresse.",
        "There is no such firm here. Please check the address.",
    ),
    "address_link_invalid": (
        "Dieser Link gilt nicht mehr. Bitte tragen Sie die Adresse noch einmal ein.",
        "This link is no longer valid. Please enter the address again.",
    ),
    "address_link_of_another": (
        "Dieser Link gehört zu einem anderen Zugang. Bitte melden Sie sich ab und mit jenem Zugang wieder an.",
        "This link belongs to another access. Please sign out, and in again with that one.",
    ),
    "code_needed": (
        "Bitte geben Sie auch das Einmalpasswort aus Ihrer App ein, oder einen Wiederherstellungscode.",
        "Please also enter the one-time password of your app, or a recovery code.",
    ),
    "code_refused": (
        "Das Einmalpasswort stimmt nicht oder wurde schon benutzt. Bitte warten Sie auf das nächste. Nach drei falschen"
        " Versuchen ist die Anmeldung für 15 Minuten gesperrt.",
        "The one-time password is wrong or was used already. Please wait for the next one. After three wrong attempts"
        " signing in is locked for 15 minutes.",
    ),
    "second_factor_there": (
        "Einmalpasswörter sind schon eingerichtet. Bitte laden Sie die Seite neu.",
        "One-time passwords are set up already. Please reload the page.",
    ),
    "second_factor_missing": (
        "Einmalpasswörter sind nicht mehr eingerichtet. Bitte laden Sie die Seite neu.",
        "One-time passwords are no longer set up. Please reload the page.",
    ),
    "passkey_refused": (
        "Dieser Passkey gilt hier nicht oder nicht mehr. Bitte melden Sie sich mit Ihrem Passwort an.",
        "This passkey is not valid here, or no longer. Please sign in with your password.",
    ),
    "passkey_there": (
        "Diesen Passkey gibt es schon.",
        "This passkey exists already.",
    ),
    "passkeys_too_many": (
        "Sie haben schon 20 Passkeys. Bitte entfernen Sie zuerst einen.",
        "You have 20 passkeys already. Please remove one first.",
    ),
    "passkey_name_invalid": (
        "Ein Name hat 1 bis 60 Zeichen in einer Zeile.",
        "A name has 1 to 60 characters in one line.",
    ),
    "nonce_refused": (
        "Diese Anmeldung ist veraltet oder wurde schon benutzt. Bitte beginnen Sie noch einmal.",
        "This sign-in is out of date or has been used already. Please start again.",
    ),
    "username_invalid": (
        "Ein Benutzername hat 3 bis 64 Zeichen: kleine Buchstaben a bis z, Ziffern, Punkt, Binde- und Unterstrich,"
        " vorn ein Buchstabe oder eine Ziffer.",
        "A user name has 3 to 64 characters: small letters a to z, digits, full stop, hyphen and underscore,"
        " beginning with a letter or digit.",
    ),
    "username_taken": (
        "Den Benutzernamen „{username}“ gibt es schon. Bitte wählen Sie einen anderen.",
        "The user name “{username}” exists already. Please choose another.",
    ),
    "name_invalid": (
        "Ein Name hat 1 bis 200 Zeichen in einer Zeile.",
        "A name has 1 to 200 characters in one line.",
    ),
}
