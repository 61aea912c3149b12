"""What people follow, what they are told of it, and how what they write is moderated."""
