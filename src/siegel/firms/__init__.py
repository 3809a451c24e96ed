"""The firm and its people: staff, clients, their users, dossiers and who works in which."""
