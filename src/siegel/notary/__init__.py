"""A process of its own that holds the log key and signs the heads of audit logs (checkpoints).

It signs a head only if the log has grown on from the last head it signed, which it keeps in a file of its own: whoever
rules the web server and the database, but not this process and its folder, cannot have another past signed. After a
restore it can be told to end a log and begin the origin that follows; it does so once, and with its name under it.

    NotaryError        `code` is stable; each is answered over the socket
    ├── RequestError   not one of our messages
    ├── RefusedError   a head that is not the last one grown on: tlog.rollback, tlog.split_view, tlog.proof;
    │                  of a log that has ended, or follows one that has not: notary.ended, notary.not_begun
    └── SetUpError     key, state or socket cannot be used: the process does not start
"""
