"""What holds for the whole house; a room's own tests lie in the room."""
