"""The program on the firm's PC, `siegel`, and what it is made of.

It believes no server: keys come from the person's key file, everything else is verified up to the root that file names.

    main, terminal, messages    the commands, what people see, in two languages
    agefiles, whole             plain age files, no server
    online                      the commands that need a server
    session                     what is remembered between two commands
    client                      the server's API over HTTP
    account                     a signed-in person and the firm's certificates
    vaults, opened, put, get    vaults found, replayed and opened; files in and out
    found, invite, redeem       how a firm and its people begin (used by the demonstration and by tests)
"""
