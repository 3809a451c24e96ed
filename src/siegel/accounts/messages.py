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
